//! Two locks held as one: ours, which is atomic and proves itself, and inside it the lock of the Node tool that shares the database. Ours keeps
//! our own processes apart whatever the other one is worth; theirs keeps the Node processes out.

use std::time::Duration;
use std::time::Instant;

use async_trait::async_trait;
use mmk_core::error::Error;
use mmk_core::error::LockHolder;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use mmk_core::ports::Event;
use mmk_core::ports::Lease;
use mmk_core::ports::Locker;
use mmk_core::ports::Observer;
use tokio::task::JoinHandle;

use crate::lock::MongoLocker;

/// How often a waiting run asks.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The lock of a Node tool.
#[async_trait]
pub trait ForeignLock: Send + Sync {
    /// Takes the lock, or returns who has it.
    async fn take(&self) -> Result<Option<LockHolder>, Error>;

    /// Who has it, ourselves included. Writes nothing.
    async fn holder(&self) -> Result<Option<LockHolder>, Error>;

    /// Keeps it from expiring; `false` when it is somebody else's by now.
    async fn renew(&self) -> Result<bool, Error>;

    /// How often to renew it.
    fn interval(&self) -> Duration;

    /// Gives it back, and never touches somebody else's.
    async fn release(&self) -> Result<(), Error>;

    /// Frees it whoever has it.
    async fn force_release(&self) -> Result<(), Error>;
}

/// [`Locker`] that takes both.
pub struct LayeredLocker {
    ours: MongoLocker,
    theirs: Option<std::sync::Arc<dyn ForeignLock>>,
    wait: Option<Duration>,
}

impl LayeredLocker {
    /// Without `theirs`, our lock alone.
    #[must_use]
    pub fn new(
        ours: MongoLocker,
        theirs: Option<std::sync::Arc<dyn ForeignLock>>,
        wait: Option<Duration>,
    ) -> Self {
        Self { ours, theirs, wait }
    }

    /// Who holds either lock, if anybody. Writes nothing.
    pub async fn holder(&self) -> Result<Option<LockHolder>, Error> {
        match (self.ours.holder().await?, &self.theirs) {
            (None, Some(theirs)) => theirs.holder().await,
            (holder, _) => Ok(holder),
        }
    }

    /// Frees both locks whoever holds them, and tells who did.
    pub async fn force_release(&self) -> Result<Option<LockHolder>, Error> {
        let holder = self.ours.force_release().await?;
        let Some(theirs) = &self.theirs else {
            return Ok(holder);
        };
        let other = theirs.holder().await?;
        theirs.force_release().await?;
        Ok(holder.or(other))
    }

    async fn take_theirs(
        &self,
        theirs: &dyn ForeignLock,
        began: Instant,
        fence: &Fence,
        observer: &dyn Observer,
    ) -> Result<(), Error> {
        let mut told = false;
        loop {
            fence
                .check()
                .map_err(|reason| Error::from(reason.clone()))?;
            let Some(holder) = theirs.take().await? else {
                return Ok(());
            };
            let waited = began.elapsed();
            let Some(left) = self.wait.and_then(|wait| wait.checked_sub(waited)) else {
                return Err(Error::LockHeld {
                    holder: Box::new(holder),
                    waited: self.wait.map(|_| waited),
                });
            };
            if !told {
                observer.notice(Event::LockWaiting { holder });
                told = true;
            }
            tokio::select! {
                _ = fence.closed() => {}
                () = tokio::time::sleep(POLL_INTERVAL.min(left)) => {}
            }
        }
    }
}

#[async_trait]
impl Locker for LayeredLocker {
    async fn acquire(
        &self,
        fence: &Fence,
        observer: &dyn Observer,
    ) -> Result<Box<dyn Lease>, Error> {
        let began = Instant::now();
        let ours = self.ours.acquire(fence, observer).await?;
        let Some(theirs) = &self.theirs else {
            return Ok(ours);
        };
        if let Err(error) = self.take_theirs(&**theirs, began, fence, observer).await {
            // The error that brought us here is the one to tell; ours expires by itself.
            let _ = ours.release().await;
            return Err(error);
        }
        let renewal = tokio::spawn(renew(theirs.clone(), fence.clone()));
        Ok(Box::new(LayeredLease {
            ours,
            theirs: theirs.clone(),
            renewal,
        }))
    }
}

/// Both locks, held.
struct LayeredLease {
    ours: Box<dyn Lease>,
    theirs: std::sync::Arc<dyn ForeignLock>,
    renewal: JoinHandle<()>,
}

#[async_trait]
impl Lease for LayeredLease {
    async fn release(self: Box<Self>) -> Result<(), Error> {
        self.renewal.abort();
        // Aborted or ended: either way it runs no longer.
        let _ = self.renewal.await;
        let theirs = self.theirs;
        // Its own task, so that it ends even if nobody waits for it any longer.
        let released = tokio::spawn(async move { theirs.release().await }).await;
        self.ours.release().await?;
        released.map_err(|error| Error::LockRelease {
            detail: error.to_string(),
        })?
    }
}

/// A failed renewal is tried again at the next turn: our own lock is what decides whether we still reach the server.
async fn renew(theirs: std::sync::Arc<dyn ForeignLock>, fence: Fence) {
    loop {
        tokio::time::sleep(theirs.interval()).await;
        if let Ok(false) = theirs.renew().await {
            let holder = theirs.holder().await.ok().flatten();
            fence.close(StopReason::LockLost {
                detail: holder.map_or_else(
                    || "somebody removed it".to_owned(),
                    |holder| format!("it is now held by {}", holder.describe()),
                ),
            });
            return;
        }
    }
}
