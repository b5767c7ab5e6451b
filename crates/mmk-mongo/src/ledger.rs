//! The memory of migrations in MongoDB: records that mongo-migrate-kit shares, and the attempts behind them. Reading writes nothing, not even
//! an index.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use futures::TryStreamExt;
use mmk_core::checksum::Checksum;
use mmk_core::error::Error;
use mmk_core::history::History;
use mmk_core::history::Record;
use mmk_core::plan::Step;
use mmk_core::ports::DatabaseCommand;
use mmk_core::ports::Entry;
use mmk_core::ports::Ledger;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::Script;
use mmk_core::script::ScriptError;
use mongodb::Collection;
use mongodb::Database;
use mongodb::IndexModel;
use mongodb::options::CollectionOptions;
use mongodb::options::IndexOptions;
use mongodb::options::ReadConcern;
use mongodb::options::ReadPreference;
use mongodb::options::SelectionCriteria;
use mongodb::options::WriteConcern;
use tokio::sync::OnceCell;

use crate::attempt_document::StartedAttempt;
use crate::attempt_document::failed;
use crate::attempt_document::finished;
use crate::attempt_document::read_attempt;
use crate::attempt_document::read_checksums;
use crate::document::LOCK_ID;
use crate::document::StoredRecord;
use crate::document::read_record;
use crate::error::database_error;
use crate::error::is_duplicate_key;
use crate::identity::Identity;
use crate::lock::LockSettings;
use crate::lock::expired_expression;

/// The names of our collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSettings {
    /// `_mmk_migrations` unless configured.
    pub records: String,
    /// `_mmk_history` unless configured.
    pub history: String,
}

/// [`Ledger`] on one database.
pub struct MongoLedger {
    records: Collection<Document>,
    history: Collection<Document>,
    locks: Collection<Document>,
    lock: LockSettings,
    identity: Identity,
    /// Indexes are made once, by the first step that writes.
    prepared: OnceCell<()>,
    /// The records as last read, to be kept in the history before they are replaced.
    stored: Mutex<HashMap<String, Document>>,
}

impl MongoLedger {
    #[must_use]
    pub fn new(
        database: &Database,
        settings: &LedgerSettings,
        lock: &LockSettings,
        identity: &Identity,
    ) -> Self {
        let collection = |name: &str| database.collection_with_options(name, majority_on_primary());
        Self {
            records: collection(&settings.records),
            history: collection(&settings.history),
            locks: collection(&lock.collection),
            lock: lock.clone(),
            identity: identity.clone(),
            prepared: OnceCell::new(),
            stored: Mutex::default(),
        }
    }

    async fn all(
        &self,
        collection: &Collection<Document>,
        pipeline: Vec<Document>,
    ) -> Result<Vec<Document>, Error> {
        let read = async {
            collection
                .aggregate(pipeline)
                .allow_disk_use(true)
                .await?
                .try_collect()
                .await
        };
        read.await
            .map_err(|error| database_error(&format!("read `{}`", collection.name()), &error))
    }

    /// The run that holds the lock now, by the server's clock.
    async fn live_run(&self) -> Result<Option<String>, Error> {
        let pipeline = vec![
            doc! { "$match": { "_id": LOCK_ID } },
            doc! { "$match": { "$expr": { "$not": [expired_expression(self.lock.time_to_live)] } } },
            doc! { "$project": { "owner": 1 } },
        ];
        let holders = self.all(&self.locks, pipeline).await?;
        Ok(holders
            .first()
            .and_then(|holder| holder.get_str("owner").ok())
            .map(str::to_owned))
    }

    fn understand(
        &self,
        documents: &[Document],
        checksums: &[Document],
    ) -> Result<Vec<Record>, Error> {
        let normalised: HashMap<Checksum, Checksum> =
            checksums.iter().filter_map(read_checksums).collect();
        let mut problems = Vec::new();
        let mut records: Vec<Record> = Vec::with_capacity(documents.len());
        for document in documents {
            match read_record(document, self.records.name()) {
                Ok(mut record) => {
                    record.normalised_checksum = record
                        .checksum
                        .as_ref()
                        .and_then(|exact| normalised.get(exact))
                        .cloned();
                    records.push(record);
                }
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(self.doubled(&records));
        Error::refused(problems).map_or(Ok(records), Err)
    }

    /// Possible only while the unique index is missing.
    fn doubled(&self, records: &[Record]) -> Vec<Error> {
        let mut seen = std::collections::HashSet::new();
        records
            .iter()
            .filter(|record| !seen.insert(&record.name))
            .map(|record| Error::RecordInvalid {
                collection: self.records.name().to_owned(),
                id: "of the second".to_owned(),
                detail: format!("`{}` has two records", record.name),
            })
            .collect()
    }

    async fn prepare(&self) -> Result<(), Error> {
        let unique = IndexModel::builder()
            .keys(doc! { "name": 1 })
            .options(IndexOptions::builder().unique(true).build())
            .build();
        let by_name = IndexModel::builder()
            .keys(doc! { "name": 1, "startedAt": 1 })
            .build();
        let (records, history) = futures::join!(
            self.records.create_index(unique).into_future(),
            self.history.create_index(by_name).into_future(),
        );
        for (collection, result) in [(&self.records, records), (&self.history, history)] {
            result.map_err(|error| {
                if is_duplicate_key(&error) {
                    return Error::Database {
                        action: format!("index `{}`", collection.name()),
                        detail: "two records have the same `name`; keep one of them".to_owned(),
                    };
                }
                database_error(&format!("index `{}`", collection.name()), &error)
            })?;
        }
        Ok(())
    }

    fn record_update(&self, entry: &Entry, outcome: &Outcome) -> RecordUpdate {
        let name = entry.step.migration.name.as_str();
        match entry.step.direction {
            Direction::Up => RecordUpdate {
                filter: doc! { "name": name },
                update: bson::serialize_to_document(&StoredRecord::applied(
                    entry,
                    outcome,
                    &self.identity,
                ))
                .expect("a struct of strings, numbers and dates is a document"),
                upsert: true,
            },
            Direction::Down => RecordUpdate {
                filter: doc! { "name": name, "status": "applied" },
                update: doc! { "$set": { "status": "reverted", "revertedAt": bson::DateTime::now() } },
                upsert: false,
            },
        }
    }

    async fn update_record(&self, update: RecordUpdate) -> Result<(), mongodb::error::Error> {
        let RecordUpdate {
            filter,
            update,
            upsert,
        } = update;
        if upsert {
            self.records
                .replace_one(filter, update)
                .upsert(true)
                .await?;
        } else {
            self.records.update_one(filter, update).await?;
        }
        Ok(())
    }

    async fn close_attempt(
        &self,
        entry: &Entry,
        update: Document,
        write_concern: WriteConcern,
    ) -> Result<(), Error> {
        self.history
            .update_one(doc! { "_id": attempt_id(entry)? }, update)
            .write_concern(write_concern)
            .await
            .map(|_| ())
            .map_err(|error| database_error(&format!("update `{}`", self.history.name()), &error))
    }
}

/// A replacement or an update of one record.
struct RecordUpdate {
    filter: Document,
    update: Document,
    upsert: bool,
}

#[async_trait]
impl Ledger for MongoLedger {
    async fn read(&self) -> Result<History, Error> {
        let latest = vec![
            doc! { "$sort": { "name": 1, "startedAt": 1 } },
            doc! { "$unset": "previousRecord" },
            doc! { "$group": { "_id": "$name", "latest": { "$last": "$$ROOT" } } },
            doc! { "$replaceRoot": { "newRoot": "$latest" } },
        ];
        // Whatever became of the attempt: the two checksums belong to one text.
        let checksums = vec![doc! { "$group": {
            "_id": "$checksum",
            "normalised": { "$first": "$normalisedChecksum" },
        } }];
        let (documents, attempts, checksums, live_run) = futures::try_join!(
            self.all(&self.records, vec![doc! { "$sort": { "name": 1 } }]),
            self.all(&self.history, latest),
            self.all(&self.history, checksums),
            self.live_run(),
        )?;
        let records = self.understand(&documents, &checksums)?;
        let attempts = attempts
            .iter()
            .filter_map(|attempt| read_attempt(attempt, live_run.as_deref()))
            .collect();
        *self.stored.lock().expect("nobody panics while holding it") = documents
            .into_iter()
            .filter_map(|document| Some((document.get_str("name").ok()?.to_owned(), document)))
            .collect();
        Ok(History::new(records, attempts))
    }

    async fn start(&self, step: &Step, script: &Script, transaction: bool) -> Result<Entry, Error> {
        self.prepared.get_or_try_init(|| self.prepare()).await?;
        let name = step.migration.name.as_str();
        let previous = self
            .stored
            .lock()
            .expect("nobody panics while holding it")
            // Once is enough: what a second step on the same migration replaces is our own.
            .remove(name);
        let attempt = StartedAttempt::new(step, transaction, &self.identity, previous.as_ref());
        let document = bson::serialize_to_document(&attempt)
            .expect("a struct of strings, numbers and dates is a document");
        self.history.insert_one(document).await.map_err(|error| {
            database_error(&format!("insert into `{}`", self.history.name()), &error)
        })?;
        Ok(Entry {
            id: attempt.id.to_hex(),
            step: step.clone(),
            description: script.description.clone(),
            transaction,
        })
    }

    fn seal(&self, entry: &Entry, outcome: &Outcome) -> Vec<DatabaseCommand> {
        let RecordUpdate {
            filter,
            update,
            upsert,
        } = self.record_update(entry, outcome);
        let record = update_command(&self.records, filter, update, upsert);
        let attempt = attempt_id(entry).map(|id| {
            let update = finished(entry.step.direction, outcome);
            update_command(&self.history, doc! { "_id": id }, update, false)
        });
        std::iter::once(record).chain(attempt).collect()
    }

    async fn finish(&self, entry: &Entry, outcome: &Outcome) -> Result<(), Error> {
        if entry.transaction {
            return Ok(());
        }
        let update = self.record_update(entry, outcome);
        self.update_record(update).await.map_err(|error| {
            database_error(&format!("update `{}`", self.records.name()), &error)
        })?;
        // The record stands, and whoever reads it sees the attempt settled by it. So nobody waits for the majority here, and
        // a failure does no harm.
        let update = finished(entry.step.direction, outcome);
        let _ = self
            .close_attempt(entry, update, WriteConcern::nodes(1))
            .await;
        Ok(())
    }

    async fn fail(&self, entry: &Entry, error: &ScriptError) -> Result<(), Error> {
        self.close_attempt(entry, failed(error), WriteConcern::majority())
            .await
    }
}

fn majority_on_primary() -> CollectionOptions {
    CollectionOptions::builder()
        .read_concern(ReadConcern::majority())
        .write_concern(WriteConcern::majority())
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .build()
}

fn attempt_id(entry: &Entry) -> Result<ObjectId, Error> {
    ObjectId::parse_str(&entry.id).map_err(|error| Error::Internal {
        detail: format!("the attempt `{}` is not ours: {error}", entry.id),
    })
}

/// One update as a command without write concern: inside a transaction only the commit has one.
fn update_command(
    collection: &Collection<Document>,
    filter: Document,
    update: Document,
    upsert: bool,
) -> DatabaseCommand {
    let command = doc! {
        "update": collection.name(),
        "updates": [{ "q": filter, "u": update, "upsert": upsert, "multi": false }],
        "ordered": true,
    };
    DatabaseCommand {
        database: collection.namespace().db,
        body: bson::serialize_to_vec(&command).expect("a document is BSON"),
    }
}
