//! What the ops know of the run around them, shared between the isolate's thread and the engine that watches it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::time::Duration;
use std::time::Instant;

use deno_core::v8;
use mmk_core::ports::DatabaseCommand;
use mmk_core::ports::Observer;
use mmk_core::script::Outcome;
use tokio::sync::Notify;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::buffer_memory::BufferMemory;

/// Asks the run loop for the commands that complete the step's record inside its transaction.
pub(crate) type SealRequest = (Outcome, oneshot::Sender<Vec<DatabaseCommand>>);

/// One isolate's surroundings.
pub(crate) struct HostState {
    pub(crate) observer: Arc<dyn Observer>,
    /// Swallow what the script prints: checking a file must not speak.
    pub(crate) silent: bool,
    pub(crate) seal: Option<mpsc::UnboundedSender<SealRequest>>,
    exit_code: OnceLock<i32>,
    exited: Notify,
    isolate: OnceLock<(v8::IsolateHandle, Arc<BufferMemory>)>,
    clock: Mutex<Clock>,
}

#[derive(Default)]
struct Clock {
    started: Option<Instant>,
    stopped: Option<Duration>,
}

impl HostState {
    pub(crate) fn new(
        observer: Arc<dyn Observer>,
        silent: bool,
        seal: Option<mpsc::UnboundedSender<SealRequest>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            observer,
            silent,
            seal,
            exit_code: OnceLock::new(),
            exited: Notify::new(),
            isolate: OnceLock::new(),
            clock: Mutex::default(),
        })
    }

    pub(crate) fn attach(&self, isolate: v8::IsolateHandle, buffers: Arc<BufferMemory>) {
        // An isolate is attached once, right after it is made.
        let _ = self.isolate.set((isolate, buffers));
    }

    /// Whether the isolate was ever refused memory for a buffer.
    pub(crate) fn was_refused_buffers(&self) -> bool {
        self.isolate
            .get()
            .is_some_and(|(_, buffers)| buffers.has_refused())
    }

    /// Whether V8 was refused memory for a buffer since this was asked last.
    pub(crate) fn take_buffer_refusal(&self) -> bool {
        self.isolate
            .get()
            .is_some_and(|(_, buffers)| buffers.take_refusal())
    }

    /// `process.exit(code)`: the first code counts.
    pub(crate) fn exit(&self, code: i32) {
        if self.exit_code.set(code).is_ok() {
            self.terminate();
            self.exited.notify_one();
        }
    }

    /// Resolves once the script has called `process.exit`.
    pub(crate) async fn exited(&self) {
        self.exited.notified().await;
    }

    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.exit_code.get().copied()
    }

    /// Stops running JavaScript; it throws nothing that a script could catch.
    pub(crate) fn terminate(&self) {
        if let Some((isolate, _)) = self.isolate.get() {
            isolate.terminate_execution();
        }
    }

    /// `up` or `down` is being called.
    pub(crate) fn start_clock(&self) {
        self.clock().started = Some(Instant::now());
    }

    /// `up` or `down` is over.
    pub(crate) fn stop_clock(&self) {
        let mut clock = self.clock();
        if clock.stopped.is_none() {
            clock.stopped = clock.started.map(|started| started.elapsed());
        }
    }

    /// Wall time of `up` or `down` so far, or in all.
    pub(crate) fn elapsed(&self) -> Duration {
        let clock = self.clock();
        clock
            .stopped
            .or_else(|| clock.started.map(|started| started.elapsed()))
            .unwrap_or_default()
    }

    fn clock(&self) -> std::sync::MutexGuard<'_, Clock> {
        crate::bridge::connection::lock(&self.clock)
    }
}
