//! The permission to write, as one switch that every database operation of a script looks at first.
//!
//! A fence is open until somebody closes it, once, with a reason: the lock was lost, the user pressed Ctrl-C, the time is
//! up. Closing it is what stops writes; stopping the script comes after.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::watch;

/// Why a running script may write no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// The lock belongs to somebody else now, or could not be renewed before it expired.
    LockLost {
        /// What was seen: who holds it, or why the renewal failed.
        detail: String,
    },
    /// SIGINT or SIGTERM; the name of the signal.
    Interrupted { signal: &'static str },
    /// The migration ran longer than it may.
    Timeout { limit: Duration },
    /// The script asked for more memory than it may have (bytes).
    OutOfMemory { limit: u64 },
}

/// A cheaply cloned handle; all clones see the same switch. [`Fence::check`] is one atomic load while the fence is open.
#[derive(Debug, Clone)]
pub struct Fence {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    reason: OnceLock<StopReason>,
    closed: watch::Sender<bool>,
}

impl Fence {
    /// An open fence.
    #[must_use]
    pub fn open() -> Self {
        Self {
            inner: Arc::new(Inner {
                reason: OnceLock::new(),
                closed: watch::Sender::new(false),
            }),
        }
    }

    /// Closes the fence for all clones. The first reason stays; later ones are dropped.
    pub fn close(&self, reason: StopReason) {
        if self.inner.reason.set(reason).is_ok() {
            self.inner.closed.send_replace(true);
        }
    }

    /// The reason, once closed.
    #[must_use]
    pub fn reason(&self) -> Option<&StopReason> {
        self.inner.reason.get()
    }

    /// `Err` with the reason, once closed.
    pub fn check(&self) -> Result<(), &StopReason> {
        self.reason().map_or(Ok(()), Err)
    }

    /// Resolves when the fence is closed; never before.
    pub async fn closed(&self) -> &StopReason {
        let mut closed = self.inner.closed.subscribe();
        // The sender lives in `self`, so `wait_for` can't fail while we borrow it.
        let _ = closed.wait_for(|closed| *closed).await;
        self.inner
            .reason
            .get()
            .expect("the reason is set before the switch is thrown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stays_and_wakes_everybody() {
        let fence = Fence::open();
        let other = fence.clone();
        assert_eq!(fence.check(), Ok(()));
        let waiter = tokio::spawn(async move { other.closed().await.clone() });
        fence.close(StopReason::Interrupted { signal: "SIGINT" });
        fence.close(StopReason::Timeout {
            limit: Duration::from_secs(1),
        });
        assert_eq!(
            waiter.await.unwrap(),
            StopReason::Interrupted { signal: "SIGINT" }
        );
        assert!(fence.check().is_err());
    }
}
