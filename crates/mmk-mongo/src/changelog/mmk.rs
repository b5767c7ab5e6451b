//! mongo-migrate-kit's records: one per name, applied or reverted, with batch and checksum.

use std::collections::HashMap;
use std::collections::HashSet;

use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::history::Record;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::Entry;
use mmk_core::script::Outcome;
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::Change;
use super::Changelog;
use super::OwnText;
use super::Reading;
use crate::document::StoredRecord;
use crate::document::read_record;
use crate::identity::Identity;

/// [`Changelog`] of mongo-migrate-kit.
#[derive(Debug, Clone, Copy)]
pub struct MmkChangelog;

impl Changelog for MmkChangelog {
    fn read(
        &self,
        collection: &str,
        documents: &[Document],
        _own_texts: &HashMap<MigrationName, OwnText>,
    ) -> Result<Reading, Error> {
        let mut problems = Vec::new();
        let mut records: Vec<Record> = Vec::with_capacity(documents.len());
        for document in documents {
            match read_record(document, collection) {
                Ok(record) => records.push(record),
                Err(problem) => problems.push(problem),
            }
        }
        problems.extend(doubled(collection, &records));
        match Error::refused(problems) {
            Some(refusal) => Err(refusal),
            None => Ok(Reading {
                records,
                ..Reading::default()
            }),
        }
    }

    fn index(&self) -> Option<IndexModel> {
        let unique = IndexOptions::builder().unique(true).build();
        Some(
            IndexModel::builder()
                .keys(doc! { "name": 1 })
                .options(unique)
                .build(),
        )
    }

    fn applied(&self, entry: &Entry, outcome: &Outcome, identity: &Identity) -> Change {
        let record = StoredRecord::applied(entry, outcome, identity);
        Change::Replace {
            filter: doc! { "name": entry.step.migration.name.as_str() },
            document: bson::serialize_to_document(&record)
                .expect("a struct of strings, numbers and dates is a document"),
        }
    }

    fn reverted(&self, step: &Step) -> Change {
        Change::Update {
            filter: doc! { "name": step.migration.name.as_str(), "status": "applied" },
            update: doc! { "$set": { "status": "reverted", "revertedAt": bson::DateTime::now() } },
        }
    }

    fn accepted(&self, step: &Step) -> Option<Change> {
        let checksum = step.migration.fingerprint.exact.as_str();
        Some(Change::Update {
            filter: doc! { "name": step.migration.name.as_str(), "status": "applied" },
            update: doc! { "$set": { "checksum": checksum } },
        })
    }

    fn renamed(&self, from: &MigrationName, step: &Step) -> Change {
        Change::Update {
            filter: doc! { "name": from.as_str(), "status": "applied" },
            update: doc! { "$set": { "name": step.migration.name.as_str() } },
        }
    }

    fn belongs_to(&self, document: &Document) -> Option<MigrationName> {
        MigrationName::parse(document.get_str("name").ok()?).ok()
    }
}

/// Possible only while the unique index is missing.
fn doubled(collection: &str, records: &[Record]) -> Vec<Error> {
    let mut seen = HashSet::new();
    records
        .iter()
        .filter(|record| !seen.insert(&record.name))
        .map(|record| Error::RecordInvalid {
            collection: collection.to_owned(),
            id: "of the second".to_owned(),
            detail: format!("`{}` has two records", record.name),
        })
        .collect()
}
