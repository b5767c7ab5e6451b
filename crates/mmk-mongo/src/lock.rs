//! The right to write: one document in `_mmk_locks`, the same that mongo-migrate-kit uses. Taken in one atomic step, judged by the server's
//! clock, renewed beside the run, given back only by its owner. Knows nothing of migrations.

use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use async_trait::async_trait;
use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::error::LockHolder;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use mmk_core::ports::Event;
use mmk_core::ports::Lease;
use mmk_core::ports::Locker;
use mmk_core::ports::Observer;
use mongodb::Collection;
use mongodb::Database;
use mongodb::options::CollectionOptions;
use mongodb::options::ReadConcern;
use mongodb::options::ReadPreference;
use mongodb::options::ReturnDocument;
use mongodb::options::SelectionCriteria;
use mongodb::options::WriteConcern;
use tokio::task::JoinHandle;

use crate::document::LOCK_ID;
use crate::document::read_holder;
use crate::error::database_error;
use crate::error::describe;
use crate::error::is_duplicate_key;
use crate::identity::Identity;

/// How often a waiting run asks, give or take a half so that several don't ask in step.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// A majority that can't be reached must not hold the command for ever.
const MAJORITY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a failed try may take to clean up behind itself.
const WITHDRAWAL_TIME: Duration = Duration::from_secs(2);
/// How long giving the lock back may take; a server that is out of reach must not hold the command.
const RELEASE_TIME: Duration = Duration::from_secs(15);
/// How far the wall clock may run ahead of the monotonic one before we take it that the machine slept.
const SLEEP_TOLERANCE: Duration = Duration::from_secs(1);

/// How to lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockSettings {
    /// `_mmk_locks` unless configured.
    pub collection: String,
    /// A lock that was not renewed for so long is free.
    pub time_to_live: Duration,
    /// `None` fails at once when somebody else holds the lock.
    pub wait: Option<Duration>,
}

/// [`Locker`] on one database. Must be used from the driver's own runtime, where its renewals then run.
#[derive(Clone)]
pub struct MongoLocker {
    locks: Collection<Document>,
    settings: LockSettings,
    identity: Identity,
}

impl MongoLocker {
    #[must_use]
    pub fn new(database: &Database, settings: &LockSettings, identity: &Identity) -> Self {
        let options = CollectionOptions::builder()
            .read_concern(ReadConcern::majority())
            .write_concern(
                WriteConcern::builder()
                    .w(mongodb::options::Acknowledgment::Majority)
                    .w_timeout(MAJORITY_TIMEOUT)
                    .build(),
            )
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .build();
        Self {
            locks: database.collection_with_options(&settings.collection, options),
            settings: settings.clone(),
            identity: identity.clone(),
        }
    }

    /// Who holds the lock, if anybody. Writes nothing.
    pub async fn holder(&self) -> Result<Option<LockHolder>, Error> {
        let pipeline = [
            doc! { "$match": { "_id": LOCK_ID } },
            doc! { "$set": { "expired": expired_expression(self.settings.time_to_live) } },
        ];
        let mut cursor = self
            .locks
            .aggregate(pipeline)
            .await
            .map_err(|error| self.failed("read", &error))?;
        match cursor.advance().await {
            Ok(true) => cursor
                .deserialize_current()
                .map(|document| Some(read_holder(&document)))
                .map_err(|error| self.failed("read", &error)),
            Ok(false) => Ok(None),
            Err(error) => Err(self.failed("read", &error)),
        }
    }

    /// Frees the lock whoever holds it, and tells who did.
    pub async fn force_release(&self) -> Result<Option<LockHolder>, Error> {
        self.locks
            .find_one_and_delete(doc! { "_id": LOCK_ID })
            .await
            .map(|document| document.as_ref().map(read_holder))
            .map_err(|error| self.failed("delete from", &error))
    }

    /// Takes the lock, or returns who has it.
    async fn try_acquire(&self) -> Result<Result<Taken, LockHolder>, Error> {
        loop {
            let Some(before) = self.put_in_place().await? else {
                return Ok(Ok(Taken { from: None }));
            };
            match self.holder().await? {
                Some(holder) if holder.owner.as_deref() == Some(&self.identity.run) => {
                    return Ok(Ok(Taken {
                        from: Some(read_holder(&before)),
                    }));
                }
                Some(holder) => return Ok(Err(holder)),
                // Given back between the two looks: it is free for whoever is quick.
                None => {}
            }
        }
    }

    /// One atomic step: a missing or expired lock becomes ours, any other stays. Returns what was there before.
    ///
    /// The condition stands in the update and not in the filter, because an upsert's filter may not look at the server's clock.
    async fn put_in_place(&self) -> Result<Option<Document>, Error> {
        let free = doc! { "$or": [
            { "$eq": [{ "$type": "$lockedAt" }, "missing"] },
            expired_expression(self.settings.time_to_live),
        ] };
        // One stage: all fields are computed from the document as it was, `lockedAt` included.
        let if_free =
            |ours: bson::Bson, theirs: &str| doc! { "$cond": [free.clone(), ours, theirs] };
        let literal = |text: &str| bson::Bson::Document(doc! { "$literal": text });
        let stage = doc! { "$set": {
            "lockedAt": if_free("$$NOW".into(), "$lockedAt"),
            "pid": if_free(self.identity.pid.into(), "$pid"),
            "host": if_free(literal(&self.identity.host), "$host"),
            "executedBy": if_free(literal(&self.identity.user), "$executedBy"),
            "owner": if_free(literal(&self.identity.run), "$owner"),
        } };
        let mut tries = 0;
        loop {
            let result = self
                .locks
                .find_one_and_update(doc! { "_id": LOCK_ID }, vec![stage.clone()])
                .upsert(true)
                .return_document(ReturnDocument::Before)
                .await;
            match result {
                // Two upserts met; the other one has inserted the document.
                Err(error) if is_duplicate_key(&error) && tries < 5 => tries += 1,
                Err(error) => return Err(self.failed("lock in", &error)),
                Ok(before) => return Ok(before),
            }
        }
    }

    /// After an error nobody knows whether the lock became ours; left behind, it would block everybody for its full time.
    async fn withdraw(&self) {
        let ours = doc! { "_id": LOCK_ID, "owner": &self.identity.run };
        let deletion = self.locks.delete_one(ours).into_future();
        // The error that brought us here is the one to tell.
        let _ = tokio::time::timeout(WITHDRAWAL_TIME, deletion).await;
    }

    fn failed(&self, action: &str, error: &mongodb::error::Error) -> Error {
        database_error(&format!("{action} `{}`", self.locks.name()), error)
    }

    fn lease(&self, fence: &Fence, proven_at: Instant) -> MongoLease {
        let renewal = Renewal {
            locker: self.clone(),
            fence: fence.clone(),
            proven_at,
        };
        fence.set_deadline(Some(renewal.deadline()));
        MongoLease {
            locker: self.clone(),
            fence: fence.clone(),
            renewal: tokio::spawn(renewal.run()),
        }
    }
}

/// A lock just taken, and from whom if it was stale.
struct Taken {
    from: Option<LockHolder>,
}

#[async_trait]
impl Locker for MongoLocker {
    async fn acquire(
        &self,
        fence: &Fence,
        observer: &dyn Observer,
    ) -> Result<Box<dyn Lease>, Error> {
        let began = Instant::now();
        let mut told: Option<LockHolder> = None;
        loop {
            fence
                .check()
                .map_err(|reason| Error::from(reason.clone()))?;
            let asked_at = Instant::now();
            let tried = match self.try_acquire().await {
                Ok(tried) => tried,
                Err(error) => {
                    self.withdraw().await;
                    return Err(error);
                }
            };
            let holder = match tried {
                Ok(taken) => {
                    if let Some(previous) = taken.from {
                        observer.notice(Event::Warning {
                            text: format!(
                                "Took over the lock of {}, which had expired",
                                previous.describe()
                            ),
                        });
                    }
                    return Ok(Box::new(self.lease(fence, asked_at)));
                }
                Err(holder) => holder,
            };
            let waited = began.elapsed();
            let Some(left) = self.settings.wait.and_then(|wait| wait.checked_sub(waited)) else {
                return Err(Error::LockHeld {
                    holder: Box::new(holder),
                    waited: self.settings.wait.map(|_| waited),
                });
            };
            if told.as_ref().map(|told| &told.owner) != Some(&holder.owner) {
                observer.notice(Event::LockWaiting {
                    holder: holder.clone(),
                });
                told = Some(holder);
            }
            tokio::select! {
                _ = fence.closed() => {}
                () = tokio::time::sleep(jittered(POLL_INTERVAL).min(left)) => {}
            }
        }
    }
}

/// The lock, held.
struct MongoLease {
    locker: MongoLocker,
    fence: Fence,
    renewal: JoinHandle<()>,
}

#[async_trait]
impl Lease for MongoLease {
    async fn release(self: Box<Self>) -> Result<(), Error> {
        // Its own task, so that it ends even if nobody waits for it any longer.
        let given_back = tokio::spawn(self.give_back());
        match tokio::time::timeout(RELEASE_TIME, given_back).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(Error::LockRelease {
                detail: error.to_string(),
            }),
            Err(_) => Err(Error::LockRelease {
                detail: "no server answered in time".to_owned(),
            }),
        }
    }
}

impl MongoLease {
    async fn give_back(mut self: Box<Self>) -> Result<(), Error> {
        self.renewal.abort();
        // Aborted or ended: either way it runs no longer.
        let _ = (&mut self.renewal).await;
        // Nothing runs under the lock any longer; a late deadline must not close what stays open.
        self.fence.set_deadline(None);
        let ours = doc! { "_id": LOCK_ID, "owner": &self.locker.identity.run };
        let deleted =
            self.locker
                .locks
                .delete_one(ours)
                .await
                .map_err(|error| Error::LockRelease {
                    detail: describe(&error),
                })?;
        if deleted.deleted_count == 1 {
            return Ok(());
        }
        Err(Error::LockLost {
            detail: lost_to(self.locker.holder().await.ok().flatten().as_ref()),
        })
    }
}

/// Proves again and again that the lock is ours, and closes the fence when it can't.
struct Renewal {
    locker: MongoLocker,
    fence: Fence,
    /// Before the last request was sent that the server confirmed: from then on the lock lives at least its full time.
    proven_at: Instant,
}

impl Renewal {
    async fn run(mut self) {
        let interval = self.locker.settings.time_to_live / 3;
        // The first failure shortens the wait: the connection may be back long before the deadline.
        let mut pause = interval;
        loop {
            pause_or_wake(pause).await;
            let asked_at = Instant::now();
            let deadline = tokio::time::Instant::from_std(self.deadline());
            let problem = match tokio::time::timeout_at(deadline, self.renew()).await {
                Ok(Ok(true)) => {
                    self.proven_at = asked_at;
                    self.fence.set_deadline(Some(self.deadline()));
                    pause = interval;
                    continue;
                }
                Ok(Ok(false)) => {
                    let holder = self.locker.holder().await.ok().flatten();
                    return self.lose(lost_to(holder.as_ref()));
                }
                Ok(Err(error)) => describe(&error),
                Err(_) => "MongoDB did not answer in time".to_owned(),
            };
            if Instant::now() >= self.deadline() {
                return self.lose(format!("it could not be renewed: {problem}"));
            }
            pause = (interval / 10).max(Duration::from_millis(50));
        }
    }

    async fn renew(&self) -> Result<bool, mongodb::error::Error> {
        let ours = doc! { "_id": LOCK_ID, "owner": &self.locker.identity.run };
        let renewed = vec![doc! { "$set": { "lockedAt": "$$NOW" } }];
        let result = self.locker.locks.update_one(ours, renewed).await?;
        Ok(result.matched_count == 1)
    }

    /// A margin before the lock's end, for writes that are on their way.
    fn deadline(&self) -> Instant {
        let time_to_live = self.locker.settings.time_to_live;
        let margin = (time_to_live / 10).min(Duration::from_secs(5));
        self.proven_at + (time_to_live - margin)
    }

    fn lose(self, detail: String) {
        self.fence.close(StopReason::LockLost { detail });
    }
}

/// Sleeps, but ends early when the machine itself slept meanwhile: the monotonic clock stood still then and the lock's time did not.
async fn pause_or_wake(pause: Duration) {
    let (began, began_by_wall) = (Instant::now(), SystemTime::now());
    while let Some(left) = pause.checked_sub(began.elapsed()) {
        tokio::time::sleep(left.min(SLEEP_TOLERANCE)).await;
        let by_wall = began_by_wall.elapsed().unwrap_or_default();
        if by_wall > began.elapsed() + SLEEP_TOLERANCE {
            return;
        }
    }
}

/// True for a lock whose time is up by the server's clock.
pub(crate) fn expired_expression(time_to_live: Duration) -> Document {
    let milliseconds = i64::try_from(time_to_live.as_millis()).unwrap_or(i64::MAX);
    doc! { "$and": [
        { "$eq": [{ "$type": "$lockedAt" }, "date"] },
        { "$lt": ["$lockedAt", { "$subtract": ["$$NOW", milliseconds] }] },
    ] }
}

fn lost_to(holder: Option<&LockHolder>) -> String {
    holder.map_or_else(
        || "somebody removed it".to_owned(),
        |holder| format!("it is now held by {}", holder.describe()),
    )
}

fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(0.5 + fastrand::f64())
}
