//! How a tool stores which migrations are applied: its records, understood and made. One implementation per tool; what all have in common,
//! such as reading, durability and the history beside it, is the ledger's. Touches no database.

use std::collections::HashMap;

use bson::Bson;
use bson::Document;
use bson::doc;
use mmk_core::checksum::Checksum;
use mmk_core::error::Error;
use mmk_core::history::Attempt;
use mmk_core::history::Record;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::DatabaseCommand;
use mmk_core::ports::Entry;
use mmk_core::ports::Expected;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use mongodb::ClientSession;
use mongodb::Collection;
use mongodb::IndexModel;
use time::OffsetDateTime;

use crate::error::is_duplicate_key;
use crate::identity::Identity;

pub mod davepi;
pub mod migrate_mongo;
pub mod mmk;

/// The text that we ourselves last applied or accepted under a name, as the history tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnText {
    pub checksum: Checksum,
    pub normalised: Option<Checksum>,
    pub finished_at: Option<OffsetDateTime>,
}

/// What a changelog's documents say.
#[derive(Debug, Default)]
pub struct Reading {
    pub records: Vec<Record>,
    /// A file counts as applied only if its very text was; there may be several records of one name.
    pub by_text: bool,
    /// Failures that the changelog itself holds.
    pub failures: Vec<Attempt>,
    /// Sentences about odd records.
    pub remarks: Vec<String>,
}

/// One write to the changelog.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Insert {
        document: Document,
    },
    /// Inserts where nothing matches.
    Replace {
        filter: Document,
        document: Document,
    },
    Update {
        filter: Document,
        update: Document,
    },
    DeleteOne {
        filter: Document,
    },
}

/// The records of one tool.
pub trait Changelog: Send + Sync {
    /// Understands all documents, in the order in which the server returns them.
    fn read(
        &self,
        collection: &str,
        documents: &[Document],
        own_texts: &HashMap<MigrationName, OwnText>,
    ) -> Result<Reading, Error>;

    /// The index that the tool makes, if it makes one.
    fn index(&self) -> Option<IndexModel>;

    /// The migration of this entry is applied now.
    fn applied(&self, entry: &Entry, outcome: &Outcome, identity: &Identity) -> Change;

    /// The migration of this step is not applied any longer.
    fn reverted(&self, step: &Step) -> Change;

    /// The migration of this step failed; `None` where the tool records no failures.
    fn failed(&self, _step: &Step, _error: &ScriptError) -> Option<Change> {
        None
    }

    /// The text of this step's file is right although another one was applied; `None` where the tool records no text.
    fn accepted(&self, step: &Step) -> Option<Change>;

    /// The record of `from` is that of this step's file from now on.
    fn renamed(&self, from: &MigrationName, step: &Step) -> Change;

    /// The documents of one migration, to be kept in the history before they are changed.
    fn belongs_to(&self, document: &Document) -> Option<MigrationName>;
}

impl Change {
    /// Does it, with the collection's write concern.
    pub(crate) async fn apply(
        self,
        collection: &Collection<Document>,
    ) -> Result<(), mongodb::error::Error> {
        match self {
            Self::Insert { document } => match collection.insert_one(document).await {
                // Sent twice by the driver's retry: it is there.
                Err(error) if is_duplicate_key(&error) => Ok(()),
                result => result.map(drop),
            },
            Self::Replace { filter, document } => collection
                .replace_one(filter, document)
                .upsert(true)
                .await
                .map(drop),
            Self::Update { filter, update } => {
                collection.update_one(filter, update).await.map(drop)
            }
            Self::DeleteOne { filter } => collection.delete_one(filter).await.map(drop),
        }
    }

    /// Does it inside a transaction.
    pub(crate) async fn apply_in(
        self,
        collection: &Collection<Document>,
        session: &mut ClientSession,
    ) -> Result<(), mongodb::error::Error> {
        match self {
            Self::Insert { document } => collection
                .insert_one(document)
                .session(session)
                .await
                .map(drop),
            Self::Replace { filter, document } => collection
                .replace_one(filter, document)
                .upsert(true)
                .session(session)
                .await
                .map(drop),
            Self::Update { filter, update } => collection
                .update_one(filter, update)
                .session(session)
                .await
                .map(drop),
            Self::DeleteOne { filter } => collection
                .delete_one(filter)
                .session(session)
                .await
                .map(drop),
        }
    }

    /// As a command without write concern: inside a transaction only the commit has one.
    pub(crate) fn command(
        self,
        collection: &Collection<Document>,
        expected: Expected,
    ) -> DatabaseCommand {
        let name = collection.name();
        let update = |filter: Document, update: Document, upsert: bool| {
            doc! {
                "update": name,
                "updates": [{ "q": filter, "u": update, "upsert": upsert, "multi": false }],
                "ordered": true,
            }
        };
        let command = match self {
            Self::Insert { document } => {
                doc! { "insert": name, "documents": [document], "ordered": true }
            }
            Self::Replace { filter, document } => update(filter, document, true),
            Self::Update {
                filter,
                update: change,
            } => update(filter, change, false),
            Self::DeleteOne { filter } => {
                doc! { "delete": name, "deletes": [{ "q": filter, "limit": 1 }], "ordered": true }
            }
        };
        DatabaseCommand {
            database: collection.namespace().db,
            body: bson::serialize_to_vec(&command).expect("a document is BSON"),
            expected,
        }
    }
}

/// A record that can't be understood.
pub(crate) fn invalid(collection: &str, document: &Document, detail: String) -> Error {
    Error::RecordInvalid {
        collection: collection.to_owned(),
        id: document
            .get("_id")
            .map_or_else(|| "unknown".to_owned(), Bson::to_string),
        detail,
    }
}

/// Fills in what we know of the applied text and the tool's record doesn't, unless the tool has applied it again since.
pub(crate) fn add_own_text(record: &mut Record, own_texts: &HashMap<MigrationName, OwnText>) {
    let Some(own) = own_texts.get(&record.name) else {
        return;
    };
    let ours_is_later = match (record.applied_at, own.finished_at) {
        (Some(applied), Some(finished)) => applied <= finished,
        _ => false,
    };
    if ours_is_later && record.checksum.is_none() {
        record.checksum = Some(own.checksum.clone());
    }
    if record.checksum.as_ref() == Some(&own.checksum) {
        record.normalised_checksum.clone_from(&own.normalised);
    }
}

/// A record of a tool that stores a name and a time only.
pub(crate) fn bare_record(name: MigrationName, applied_at: Option<OffsetDateTime>) -> Record {
    Record {
        name,
        batch: 0,
        status: mmk_core::history::Status::Applied,
        applied_at,
        reverted_at: None,
        duration: None,
        checksum: None,
        normalised_checksum: None,
        environment: None,
        executed_by: None,
        description: None,
        service: None,
        block: None,
        origin: None,
    }
}
