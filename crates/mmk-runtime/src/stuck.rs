//! When the JavaScript thread can't be stopped: V8 has no memory left to go on with, or a native function is busy and hears no
//! termination. The thread is then left where it is, whoever waits for its answers is told, and the process can record the failure,
//! give the lock back and end, in place of being aborted by V8 or hanging.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::ffi::c_char;
use std::sync::Arc;

use deno_core::v8;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use tokio::sync::watch;

/// Whether an engine's thread still answers.
#[derive(Debug)]
pub(crate) struct Stuck {
    reason: watch::Sender<Option<StopReason>>,
}

impl Stuck {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            reason: watch::Sender::new(None),
        })
    }

    /// The thread won't answer any more. The first reason stays.
    pub(crate) fn give_up(&self, reason: StopReason) {
        self.reason.send_if_modified(|known| {
            let first = known.is_none();
            if first {
                *known = Some(reason);
            }
            first
        });
    }

    /// Resolves with the reason when the thread was given up; never before.
    pub(crate) async fn given_up(&self) -> StopReason {
        let mut reason = self.reason.subscribe();
        loop {
            // A guard must not live across the wait.
            let known = reason.borrow_and_update().clone();
            if let Some(known) = known {
                return known;
            }
            // The sender lives in `self`, so this waits for news.
            if reason.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// What the thread's present isolate would have to tell if V8 ran out of memory.
struct LastWords {
    fence: Fence,
    limit: u64,
}

thread_local! {
    static OWN: OnceCell<Arc<Stuck>> = const { OnceCell::new() };
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// Names the one that tells about this thread; called once, before its first isolate.
pub(crate) fn adopt(stuck: Arc<Stuck>) {
    OWN.with(|own| {
        // A second call would name the same engine.
        let _ = own.set(stuck);
    });
}

/// The one that tells about this thread, where there is one.
pub(crate) fn of_this_thread() -> Option<Arc<Stuck>> {
    OWN.with(|own| own.get().cloned())
}

/// Makes the isolate end its thread's work in order when V8 can't allocate. The isolate made last is the one that runs.
pub(crate) fn watch_allocation_failure(isolate: &mut v8::Isolate, fence: Fence, limit: u64) {
    LAST_WORDS.set(Some(LastWords { fence, limit }));
    isolate.set_oom_error_handler(out_of_memory);
}

/// V8 aborts the process when this returns, so it doesn't. Other threads go on; the process ends when they have done their work.
unsafe extern "C" fn out_of_memory(_location: *const c_char, _details: &v8::OomDetails) {
    let (Some(LastWords { fence, limit }), Some(stuck)) = (LAST_WORDS.take(), of_this_thread())
    else {
        return;
    };
    fence.close(StopReason::OutOfMemory { limit });
    stuck.give_up(StopReason::OutOfMemory { limit });
    loop {
        std::thread::park();
    }
}
