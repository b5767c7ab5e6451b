//! migrate-mongo's lock (12.1 and later): any document in `lockCollectionName` stands for "held". It is looked for and inserted in two steps,
//! has no owner and expires by a TTL index. We respect and take it, renew it, and delete our own document only.

use std::time::Duration;

use async_trait::async_trait;
use bson::DateTime;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use mmk_core::error::Error;
use mmk_core::error::LockHolder;
use mongodb::Collection;
use mongodb::Database;
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use crate::error::database_error;
use crate::error::describe;
use crate::field::date;
use crate::foreign_lock::ForeignLock;
use crate::ledger::majority_on_primary;

/// For a lock without a time to live.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(60);

/// [`ForeignLock`] of migrate-mongo.
pub struct MigrateMongoLock {
    locks: Collection<Document>,
    /// `None` where `lockTtl` is not set: the lock is on and never expires.
    time_to_live: Option<Duration>,
    id: ObjectId,
}

impl MigrateMongoLock {
    #[must_use]
    pub fn new(database: &Database, collection: &str, time_to_live: Option<Duration>) -> Self {
        Self {
            locks: database.collection_with_options(collection, majority_on_primary()),
            time_to_live,
            id: ObjectId::new(),
        }
    }

    /// Somebody else's document.
    async fn others(&self) -> Result<Option<Document>, Error> {
        self.locks
            .find_one(doc! { "_id": { "$ne": self.id } })
            .await
            .map_err(|error| self.failed("read", &error))
    }

    fn described(&self, document: &Document) -> LockHolder {
        LockHolder {
            locked_at: date(document, "createdAt").ok().flatten(),
            nameless_in: Some(self.locks.name().to_owned()),
            ..LockHolder::default()
        }
    }

    fn failed(&self, action: &str, error: &mongodb::error::Error) -> Error {
        database_error(&format!("{action} `{}`", self.locks.name()), error)
    }

    fn index(&self) -> IndexModel {
        let options = IndexOptions::builder()
            .expire_after(self.time_to_live)
            .build();
        IndexModel::builder()
            .keys(doc! { "createdAt": 1 })
            .options(options)
            .build()
    }
}

#[async_trait]
impl ForeignLock for MigrateMongoLock {
    async fn take(&self) -> Result<Option<LockHolder>, Error> {
        // As there: an index with another time to live stays as it is, and no index at all only means that nothing expires.
        let _ = self.locks.create_index(self.index()).await;
        if let Some(other) = self.others().await? {
            return Ok(Some(self.described(&other)));
        }
        let ours = doc! { "_id": self.id, "createdAt": DateTime::now() };
        self.locks
            .insert_one(ours)
            .await
            .map_err(|error| self.failed("lock in", &error))?;
        // Two that looked at the same time both see nothing; of the two documents then there, ours gives way.
        let other = self.others().await?;
        if other.is_some() {
            self.release().await?;
        }
        Ok(other.as_ref().map(|other| self.described(other)))
    }

    async fn holder(&self) -> Result<Option<LockHolder>, Error> {
        let found = self
            .locks
            .find_one(doc! {})
            .await
            .map_err(|error| self.failed("read", &error))?;
        Ok(found.as_ref().map(|found| self.described(found)))
    }

    /// Puts the document back where it is gone: migrate-mongo deletes all of them at the end of a run that began together with ours.
    async fn renew(&self) -> Result<bool, Error> {
        self.locks
            .update_one(
                doc! { "_id": self.id },
                doc! { "$set": { "createdAt": DateTime::now() } },
            )
            .upsert(true)
            .await
            .map(|_| true)
            .map_err(|error| self.failed("renew", &error))
    }

    fn interval(&self) -> Duration {
        self.time_to_live
            .map_or(RENEWAL_INTERVAL, |time_to_live| time_to_live / 3)
    }

    async fn release(&self) -> Result<(), Error> {
        self.locks
            .delete_one(doc! { "_id": self.id })
            .await
            .map(drop)
            .map_err(|error| Error::LockRelease {
                detail: describe(&error),
            })
    }

    async fn force_release(&self) -> Result<(), Error> {
        self.locks
            .delete_many(doc! {})
            .await
            .map(drop)
            .map_err(|error| self.failed("delete from", &error))
    }
}
