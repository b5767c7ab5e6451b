//! dAvePi's lock: the row named `__lock` in its `_migrations`, owned and renewed. Taken by insertion, or from an owner who has not renewed it for
//! the stale time by comparing and swapping `lockedAt`.

use std::time::Duration;

use async_trait::async_trait;
use bson::DateTime;
use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::error::LockHolder;
use mongodb::Collection;
use mongodb::Database;

use crate::changelog::davepi::LOCK_NAME;
use crate::changelog::davepi::name_index;
use crate::error::database_error;
use crate::error::describe;
use crate::error::is_duplicate_key;
use crate::field::date;
use crate::field::text;
use crate::foreign_lock::ForeignLock;
use crate::identity::Identity;
use crate::ledger::majority_on_primary;

/// [`ForeignLock`] of dAvePi.
pub struct DavepiLock {
    rows: Collection<Document>,
    stale_after: Duration,
    owner: String,
}

impl DavepiLock {
    #[must_use]
    pub fn new(
        database: &Database,
        collection: &str,
        stale_after: Duration,
        identity: &Identity,
    ) -> Self {
        Self {
            rows: database.collection_with_options(collection, majority_on_primary()),
            stale_after,
            owner: format!("{}@{}", identity.pid, identity.run),
        }
    }

    fn failed(&self, action: &str, error: &mongodb::error::Error) -> Error {
        database_error(&format!("{action} `{}`", self.rows.name()), error)
    }

    fn ours(&self) -> Document {
        doc! { "name": LOCK_NAME, "owner": &self.owner }
    }

    /// Takes over a lock whose owner is silent; `false` when somebody else was quicker or the owner came back.
    async fn take_over(&self, row: &Document) -> Result<bool, Error> {
        let Ok(Some(locked_at)) = date(row, "lockedAt") else {
            return Ok(false);
        };
        let stale_before = DateTime::now().timestamp_millis()
            - i64::try_from(self.stale_after.as_millis()).unwrap_or(i64::MAX);
        if locked_at.unix_timestamp_nanos() / 1_000_000 > i128::from(stale_before) {
            return Ok(false);
        }
        let swapped = self
            .rows
            .update_one(
                doc! { "name": LOCK_NAME, "lockedAt": row.get("lockedAt").cloned() },
                doc! { "$set": { "lockedAt": DateTime::now(), "owner": &self.owner } },
            )
            .await
            .map_err(|error| self.failed("lock in", &error))?;
        Ok(swapped.matched_count == 1)
    }
}

#[async_trait]
impl ForeignLock for DavepiLock {
    async fn take(&self) -> Result<Option<LockHolder>, Error> {
        self.rows
            .create_index(name_index())
            .await
            .map_err(|error| self.failed("index", &error))?;
        let row = doc! { "name": LOCK_NAME, "lockedAt": DateTime::now(), "owner": &self.owner };
        match self.rows.insert_one(row).await {
            Ok(_) => return Ok(None),
            Err(error) if is_duplicate_key(&error) => {}
            Err(error) => return Err(self.failed("lock in", &error)),
        }
        let found = self
            .rows
            .find_one(doc! { "name": LOCK_NAME })
            .await
            .map_err(|error| self.failed("read", &error))?;
        match found {
            Some(row) if self.take_over(&row).await? => Ok(None),
            Some(row) => Ok(Some(holder(&row))),
            // Given back between the two looks; the next try will tell.
            None => Ok(Some(LockHolder::default())),
        }
    }

    async fn holder(&self) -> Result<Option<LockHolder>, Error> {
        let found = self
            .rows
            .find_one(doc! { "name": LOCK_NAME })
            .await
            .map_err(|error| self.failed("read", &error))?;
        Ok(found.as_ref().map(holder))
    }

    async fn renew(&self) -> Result<bool, Error> {
        let renewed = doc! { "$set": { "lockedAt": DateTime::now() } };
        self.rows
            .update_one(self.ours(), renewed)
            .await
            .map(|result| result.matched_count == 1)
            .map_err(|error| self.failed("renew", &error))
    }

    fn interval(&self) -> Duration {
        (self.stale_after / 3).max(Duration::from_secs(1))
    }

    async fn release(&self) -> Result<(), Error> {
        self.rows
            .delete_one(self.ours())
            .await
            .map(drop)
            .map_err(|error| Error::LockRelease {
                detail: describe(&error),
            })
    }

    async fn force_release(&self) -> Result<(), Error> {
        self.rows
            .delete_one(doc! { "name": LOCK_NAME })
            .await
            .map(drop)
            .map_err(|error| self.failed("delete from", &error))
    }
}

/// The owner is `pid@something`.
fn holder(row: &Document) -> LockHolder {
    let owner = text(row, "owner").ok().flatten();
    LockHolder {
        locked_at: date(row, "lockedAt").ok().flatten(),
        pid: owner
            .as_deref()
            .and_then(|owner| owner.split('@').next()?.parse().ok()),
        owner,
        ..LockHolder::default()
    }
}
