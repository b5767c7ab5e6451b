//! The memory of migrations in MongoDB: the records, in the form of the tool that shares them, and the attempts behind them, which only we
//! keep. Reading writes nothing, not even an index.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use futures::TryStreamExt;
use mmk_core::amendment::Amendment;
use mmk_core::checksum::Checksum;
use mmk_core::error::Error;
use mmk_core::fence::StopReason;
use mmk_core::history::History;
use mmk_core::migrator::TransactionSupport;
use mmk_core::name::MigrationName;
use mmk_core::ports::DatabaseCommand;
use mmk_core::ports::Entry;
use mmk_core::ports::Expected;
use mmk_core::ports::Hold;
use mmk_core::ports::Ledger;
use mmk_core::ports::ReadyStep;
use mmk_core::script::CountsByCollection;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;
use mongodb::Collection;
use mongodb::Database;
use mongodb::IndexModel;
use mongodb::options::CollectionOptions;
use mongodb::options::ReadConcern;
use mongodb::options::ReadPreference;
use mongodb::options::SelectionCriteria;
use mongodb::options::WriteConcern;
use tokio::sync::OnceCell;

use crate::attempt_document::StartedAttempt;
use crate::attempt_document::WITHDRAWN;
use crate::attempt_document::amended;
use crate::attempt_document::counted;
use crate::attempt_document::failed;
use crate::attempt_document::finished;
use crate::attempt_document::left_open;
use crate::attempt_document::open;
use crate::attempt_document::read_attempt;
use crate::attempt_document::read_checksums;
use crate::attempt_document::read_own_text;
use crate::attempt_document::taken_over;
use crate::attempt_document::withdrawn;
use crate::changelog::Change;
use crate::changelog::Changelog;
use crate::changelog::Reading;
use crate::closing::Closed;
use crate::closing::Closing;
use crate::document::LOCK_ID;
use crate::error::database_error;
use crate::error::is_duplicate_key;
use crate::identity::Identity;
use crate::lock::LockSettings;
use crate::lock::expired_expression;

/// How long a last word about an attempt may take; a server that is out of reach must not hold the command.
const CLOSING_TIME: Duration = Duration::from_secs(15);
/// For how long at least the end of a step is tried to be recorded: a failover takes seconds.
const SHORTEST_PATIENCE: Duration = Duration::from_secs(30);

/// The names of our collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerSettings {
    /// `_mmk_migrations`, `changelog` or `_migrations` unless configured.
    pub records: String,
    /// `_mmk_history` unless configured.
    pub history: String,
}

/// [`Ledger`] on one database.
pub struct MongoLedger {
    changelog: Box<dyn Changelog>,
    records: Collection<Document>,
    history: Collection<Document>,
    locks: Collection<Document>,
    lock: LockSettings,
    identity: Identity,
    transactions: TransactionSupport,
    /// Set once the run holds the lock and has taken over what others left open: from then on others can do the same to it.
    guarded: OnceLock<()>,
    /// Indexes are made once, by the first step that writes.
    prepared: OnceCell<()>,
    /// The records as last read, to be kept in the history before they are replaced.
    stored: Mutex<HashMap<MigrationName, Document>>,
}

impl MongoLedger {
    #[must_use]
    pub fn new(
        database: &Database,
        changelog: Box<dyn Changelog>,
        settings: &LedgerSettings,
        lock: &LockSettings,
        identity: &Identity,
        transactions: TransactionSupport,
    ) -> Self {
        let collection = |name: &str| database.collection_with_options(name, majority_on_primary());
        Self {
            changelog,
            records: collection(&settings.records),
            history: collection(&settings.history),
            locks: collection(&lock.collection),
            lock: lock.clone(),
            identity: identity.clone(),
            transactions,
            guarded: OnceLock::new(),
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

    /// The records, the failures that the changelog itself holds, and what is odd in it.
    fn understand(&self, documents: &[Document], checksums: &[Document]) -> Result<Reading, Error> {
        let normalised: HashMap<Checksum, Checksum> =
            checksums.iter().filter_map(read_checksums).collect();
        let own_texts: HashMap<_, _> = checksums.iter().filter_map(read_own_text).collect();
        let mut reading = self
            .changelog
            .read(self.records.name(), documents, &own_texts)?;
        for record in &mut reading.records {
            if let Some(exact) = &record.checksum
                && record.normalised_checksum.is_none()
            {
                record.normalised_checksum = normalised.get(exact).cloned();
            }
        }
        Ok(reading)
    }

    async fn prepare(&self) -> Result<(), Error> {
        let by_name = IndexModel::builder()
            .keys(doc! { "name": 1, "startedAt": 1 })
            .build();
        let records = async {
            match self.changelog.index() {
                Some(index) => self.records.create_index(index).await.map(drop),
                None => Ok(()),
            }
        };
        let history = async { self.history.create_index(by_name).await.map(drop) };
        let (records, history) = futures::join!(records, history);
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

    fn change(&self, entry: &Entry, outcome: &Outcome) -> Change {
        match entry.step.direction {
            Direction::Up => self.changelog.applied(entry, outcome, &self.identity),
            Direction::Down => self.changelog.reverted(&entry.step),
        }
    }

    async fn write_record(&self, change: Change) -> Result<(), Error> {
        change
            .apply(&self.records)
            .await
            .map_err(|error| database_error(&format!("update `{}`", self.records.name()), &error))
    }

    async fn write_attempt(&self, document: Document) -> Result<(), Error> {
        self.history
            .insert_one(document)
            .await
            .map(drop)
            .map_err(|error| {
                database_error(&format!("insert into `{}`", self.history.name()), &error)
            })
    }

    /// The record as it was last read, until an attempt keeps it.
    fn stored(&self, name: &MigrationName) -> Option<Document> {
        self.stored
            .lock()
            .expect("nobody panics while holding it")
            .get(name)
            .cloned()
    }

    /// Once is enough: what a second step on the same migration replaces is our own.
    fn forget_stored(&self, name: &MigrationName) {
        self.stored
            .lock()
            .expect("nobody panics while holding it")
            .remove(name);
    }

    /// A new attempt, as the run knows it and as it will lie in the history.
    fn attempt_at(&self, ready: &ReadyStep) -> (Entry, Document) {
        let ReadyStep {
            step,
            script,
            transaction,
        } = ready;
        let previous = self.stored(&step.migration.name);
        let attempt = StartedAttempt::new(step, *transaction, &self.identity, previous.as_ref());
        let document = bson::serialize_to_document(&attempt)
            .expect("a struct of strings, numbers and dates is a document");
        let entry = Entry {
            id: attempt.id.to_hex(),
            step: step.clone(),
            description: script.description.clone(),
            transaction: *transaction,
        };
        (entry, document)
    }

    /// Closes an attempt unless it is closed already, as a task of its own that ends even if nobody waits for it any longer.
    async fn close_attempt(
        &self,
        id: ObjectId,
        update: Document,
        write_concern: WriteConcern,
    ) -> Result<(), Error> {
        let still_running = doc! { "_id": id, "state": "running" };
        let action = format!("update `{}`", self.history.name());
        let history = self.history.clone();
        let written = tokio::spawn(async move {
            history
                .update_one(still_running, update)
                .write_concern(write_concern)
                .await
        });
        match tokio::time::timeout(CLOSING_TIME, written).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(error))) => Err(database_error(&action, &error)),
            Ok(Err(error)) => Err(Error::Internal {
                detail: error.to_string(),
            }),
            Err(_) => Err(Error::Database {
                action,
                detail: "no server answered in time".to_owned(),
            }),
        }
    }

    fn is_guarded(&self) -> bool {
        self.guarded.get().is_some()
    }

    /// Record and attempt together, unless another run has taken over.
    async fn finish_guarded(
        &self,
        entry: &Entry,
        outcome: &Outcome,
        hold: Hold,
        next: Option<&ReadyStep>,
    ) -> Result<Option<Entry>, Error> {
        let ours = doc! { "_id": LOCK_ID, "owner": &self.identity.run };
        let (next, next_document) = next.map(|next| self.attempt_at(next)).unzip();
        // Before the attempt's end is dated: a record dated later would count as another tool's, whose text we don't know.
        let change = self.change(entry, outcome);
        let closing = Closing {
            client: self.history.client().clone(),
            history: self.history.clone(),
            attempt: open(attempt_id(entry)?),
            closed: finished(entry.step.direction, outcome),
            records: self.records.clone(),
            change,
            lock: (hold == Hold::Doubtful).then(|| (self.locks.clone(), ours)),
            next: next_document,
        };
        let patience = self.lock.time_to_live.max(SHORTEST_PATIENCE);
        match closing.commit(patience).await? {
            Closed::Together { next: is_open } => Ok(next.filter(|_| is_open).inspect(|next| {
                self.forget_stored(&next.step.migration.name);
            })),
            Closed::Refused => {
                self.finish_unguarded(entry, outcome, hold).await?;
                Ok(None)
            }
        }
    }

    /// Without transactions the two can only be written one after the other, and others be looked for before.
    async fn finish_unguarded(
        &self,
        entry: &Entry,
        outcome: &Outcome,
        hold: Hold,
    ) -> Result<(), Error> {
        if hold == Hold::Doubtful {
            return Err(Error::LockLost {
                detail: "it was not renewed in time".to_owned(),
            });
        }
        self.write_record(self.change(entry, outcome)).await?;
        // The record stands, and whoever reads it sees the attempt settled by it. So nobody waits for the majority here, and
        // a failure does no harm.
        let update = finished(entry.step.direction, outcome);
        let _ = self
            .close_attempt(attempt_id(entry)?, update, WriteConcern::nodes(1))
            .await;
        Ok(())
    }
}

#[async_trait]
impl Ledger for MongoLedger {
    async fn read(&self) -> Result<History, Error> {
        let latest = vec![
            doc! { "$match": { "state": { "$ne": WITHDRAWN } } },
            doc! { "$sort": { "name": 1, "startedAt": 1 } },
            doc! { "$unset": "previousRecord" },
            doc! { "$group": { "_id": "$name", "latest": { "$last": "$$ROOT" } } },
            doc! { "$replaceRoot": { "newRoot": "$latest" } },
        ];
        // Whatever became of the attempt: the two checksums belong to one text.
        let checksums = vec![
            doc! { "$sort": { "name": 1, "startedAt": 1 } },
            doc! { "$group": {
                "_id": { "name": "$name", "checksum": "$checksum" },
                "normalised": { "$first": "$normalisedChecksum" },
                "right": { "$max": { "$cond": [
                    { "$in": ["$state", ["applied", "accepted"]] }, "$finishedAt", null,
                ] } },
            } },
            doc! { "$sort": { "right": 1 } },
        ];
        let (documents, attempts, checksums, live_run) = futures::try_join!(
            self.all(&self.records, Vec::new()),
            self.all(&self.history, latest),
            self.all(&self.history, checksums),
            self.live_run(),
        )?;
        let reading = self.understand(&documents, &checksums)?;
        let attempts = attempts
            .iter()
            .filter_map(|attempt| read_attempt(attempt, live_run.as_deref()))
            .chain(reading.failures)
            .collect();
        *self.stored.lock().expect("nobody panics while holding it") = documents
            .into_iter()
            .filter_map(|document| Some((self.changelog.belongs_to(&document)?, document)))
            .collect();
        let history = if reading.by_text {
            History::by_text(reading.records, attempts)
        } else {
            History::new(reading.records, attempts)
        };
        Ok(history.remarking(reading.remarks))
    }

    async fn take_over(&self) -> Result<(), Error> {
        let run = &self.identity.run;
        self.history
            .update_many(left_open(run), taken_over(run))
            .await
            .map_err(|error| {
                database_error(&format!("update `{}`", self.history.name()), &error)
            })?;
        self.guarded.get_or_init(|| ());
        Ok(())
    }

    async fn note_counts(&self, entry: &Entry, counts: &CountsByCollection) {
        let Ok(id) = attempt_id(entry) else { return };
        // Late or lost, it does no harm: a closed attempt is left alone, and the next note says more.
        let _ = self
            .close_attempt(id, counted(counts), WriteConcern::nodes(1))
            .await;
    }

    async fn start(&self, ready: &ReadyStep) -> Result<Entry, Error> {
        self.prepared.get_or_try_init(|| self.prepare()).await?;
        let (entry, document) = self.attempt_at(ready);
        self.write_attempt(document).await?;
        self.forget_stored(&ready.step.migration.name);
        Ok(entry)
    }

    async fn withdraw(&self, entry: &Entry) -> Result<(), Error> {
        self.close_attempt(attempt_id(entry)?, withdrawn(), WriteConcern::majority())
            .await
    }

    fn seal(&self, entry: &Entry, outcome: &Outcome) -> Vec<DatabaseCommand> {
        let record = self
            .change(entry, outcome)
            .command(&self.records, Expected::Anything);
        let attempt = attempt_id(entry).map(|id| {
            let update = finished(entry.step.direction, outcome);
            let (filter, expected) = if self.is_guarded() {
                (open(id), Expected::Match)
            } else {
                (doc! { "_id": id }, Expected::Anything)
            };
            Change::Update { filter, update }.command(&self.history, expected)
        });
        // Whether another run has taken over is seen before the record is touched.
        attempt.into_iter().chain(std::iter::once(record)).collect()
    }

    async fn finish(
        &self,
        entry: &Entry,
        outcome: &Outcome,
        hold: Hold,
        next: Option<&ReadyStep>,
    ) -> Result<Option<Entry>, Error> {
        if entry.transaction {
            return Ok(None);
        }
        match self.transactions {
            TransactionSupport::Available if self.is_guarded() => {
                self.finish_guarded(entry, outcome, hold, next).await
            }
            _ => {
                self.finish_unguarded(entry, outcome, hold).await?;
                Ok(None)
            }
        }
    }

    async fn fail(&self, entry: &Entry, error: &ScriptError) -> Result<(), Error> {
        let lost = matches!(
            error.kind,
            ScriptErrorKind::Stopped(StopReason::LockLost { .. })
        );
        // The records belong to whoever has the lock now; the attempt is ours for ever.
        if !lost && let Some(change) = self.changelog.failed(&entry.step, error) {
            self.write_record(change).await?;
        }
        self.close_attempt(attempt_id(entry)?, failed(error), WriteConcern::majority())
            .await
    }

    async fn amend(&self, amendment: &Amendment, reason: Option<&str>) -> Result<(), Error> {
        self.prepared.get_or_try_init(|| self.prepare()).await?;
        let step = amendment.step();
        let name = match amendment {
            Amendment::Renamed { from, .. } => from,
            _ => &step.migration.name,
        };
        let previous = self.stored(name);
        let attempt = StartedAttempt::new(step, false, &self.identity, previous.as_ref());
        let entry = Entry {
            id: attempt.id.to_hex(),
            step: step.clone(),
            description: None,
            transaction: false,
        };
        let change = match amendment {
            Amendment::Applied(_) | Amendment::Pending(_) => {
                Some(self.change(&entry, &Outcome::default()))
            }
            Amendment::Accepted(step) => self.changelog.accepted(step),
            Amendment::Renamed { step, from } => Some(self.changelog.renamed(from, step)),
        };
        if let Some(change) = change {
            self.write_record(change).await?;
        }
        self.write_attempt(amended(&attempt, amendment, reason))
            .await?;
        self.forget_stored(name);
        Ok(())
    }
}

pub(crate) fn majority_on_primary() -> CollectionOptions {
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
