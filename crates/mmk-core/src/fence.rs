//! The permission to write, as one switch that every database operation of a script looks at first.
//!
//! A fence is open until somebody closes it, once, with a reason: the lock was lost, the user pressed Ctrl-C, the time is
//! up. Closing it is what stops writes; stopping the script comes after. It can also be given a deadline, after which it counts
//! as closed even if nobody came to close it: a process that was frozen wakes up with a fence that holds.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

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

/// A cheaply cloned handle; all clones see the same switch. [`Fence::check`] costs two atomic loads and a look at the monotonic
/// clock while the fence is open.
#[derive(Debug, Clone)]
pub struct Fence {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    reason: OnceLock<StopReason>,
    closed: watch::Sender<bool>,
    created: Instant,
    /// Nanoseconds after `created`; `u64::MAX` for none.
    deadline: AtomicU64,
}

impl Fence {
    /// An open fence.
    #[must_use]
    pub fn open() -> Self {
        Self {
            inner: Arc::new(Inner {
                reason: OnceLock::new(),
                closed: watch::Sender::new(false),
                created: Instant::now(),
                deadline: AtomicU64::new(u64::MAX),
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

    /// Moves the moment from which the lock can no longer be proved to be ours; `None` lifts it.
    pub fn set_deadline(&self, deadline: Option<Instant>) {
        let nanoseconds = deadline.map_or(u64::MAX, |deadline| {
            let offset = deadline.saturating_duration_since(self.inner.created);
            u64::try_from(offset.as_nanos()).unwrap_or(u64::MAX)
        });
        self.inner.deadline.store(nanoseconds, Ordering::Release);
    }

    /// `Err` with the reason, once closed or past the deadline.
    pub fn check(&self) -> Result<(), &StopReason> {
        let deadline = self.inner.deadline.load(Ordering::Acquire);
        if deadline != u64::MAX && self.inner.created.elapsed().as_nanos() >= u128::from(deadline) {
            self.close(StopReason::LockLost {
                detail: "it was not renewed in time".to_owned(),
            });
        }
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

    #[tokio::test]
    async fn past_the_deadline_it_is_closed_though_nobody_closed_it() {
        let fence = Fence::open();
        fence.set_deadline(Some(Instant::now() + Duration::from_secs(3600)));
        assert_eq!(fence.check(), Ok(()));
        fence.set_deadline(Some(Instant::now()));
        assert!(matches!(fence.check(), Err(StopReason::LockLost { .. })));
        // And everybody who waits for the closing hears of it.
        assert!(matches!(fence.closed().await, StopReason::LockLost { .. }));
    }
}
