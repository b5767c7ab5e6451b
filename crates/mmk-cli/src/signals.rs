//! SIGINT and SIGTERM: the first closes the run's fence, so that the run unwinds and gives the lock back; the second ends the
//! process at once.

use std::sync::Arc;

use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::task::JoinHandle;

use crate::exit::ExitCodes;
use crate::exit::ExitStatus;
use crate::leave::at_once;
use crate::printer::Printer;
use crate::render;

/// Watches until dropped.
pub(crate) struct SignalWatch {
    task: Option<JoinHandle<()>>,
}

impl SignalWatch {
    /// Must be called inside the runtime.
    pub(crate) fn start(fence: Fence, printer: Arc<Printer>) -> Self {
        let signals = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        );
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
            // Where signals can't be heard they keep their usual effect, and the lock expires by itself.
            return Self { task: None };
        };
        let task = tokio::spawn(async move {
            let (name, _) = next(&mut interrupt, &mut terminate).await;
            printer.warn(&render::warning(&format!(
                "{name}: stopping and giving the lock back; once more to end at once"
            )));
            fence.close(StopReason::Interrupted { signal: name });
            let (_, status) = next(&mut interrupt, &mut terminate).await;
            end_now(status);
        });
        Self { task: Some(task) }
    }
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> (&'static str, ExitStatus) {
    tokio::select! {
        _ = interrupt.recv() => ("SIGINT", ExitStatus::Interrupted),
        _ = terminate.recv() => ("SIGTERM", ExitStatus::Terminated),
    }
}

/// The user asked twice; unwinding is what they no longer wait for.
fn end_now(status: ExitStatus) {
    at_once(status.number(ExitCodes::Compatible));
}
