//! migrate-mongo's records: `{ _id, fileName, fileHash?, appliedAt, migrationBlock }`, in this order, inserted when applied and deleted when
//! reverted. Records of its versions before 12 lack the block, those before 8.1.5 the hash; a name may have several.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Mutex;

use bson::Bson;
use bson::DateTime;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use mmk_core::checksum::Checksum;
use mmk_core::error::Error;
use mmk_core::history::Record;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::Entry;
use mmk_core::script::Outcome;
use mongodb::IndexModel;

use super::Change;
use super::Changelog;
use super::OwnText;
use super::Reading;
use super::add_own_text;
use super::bare_record;
use super::invalid;
use crate::field::date;
use crate::field::integer;
use crate::field::text;
use crate::identity::Identity;

/// Whether `useFileHash` is `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileHash {
    Ignored,
    /// Stored with each record; an edited file is pending again.
    Used,
}

/// [`Changelog`] of migrate-mongo.
#[derive(Debug)]
pub struct MigrateMongoChangelog {
    file_hash: FileHash,
    /// The batch that comes next, and the milliseconds that stand for it in `migrationBlock`.
    next_block: Mutex<Block>,
    /// The texts that have a record.
    recorded: Mutex<HashSet<(MigrationName, Checksum)>>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    batch: i64,
    milliseconds: i64,
}

impl MigrateMongoChangelog {
    #[must_use]
    pub fn new(file_hash: FileHash) -> Self {
        Self {
            file_hash,
            next_block: Mutex::new(Block {
                batch: 1,
                milliseconds: DateTime::now().timestamp_millis(),
            }),
            recorded: Mutex::default(),
        }
    }

    fn note_next_block(&self, rows: &[Record]) {
        let last_block = rows.iter().filter_map(|row| row.block).max();
        let last_batch = rows.iter().map(|row| row.batch).max();
        let now = DateTime::now().timestamp_millis();
        *self
            .next_block
            .lock()
            .expect("nobody panics while holding it") = Block {
            batch: last_batch.unwrap_or(0) + 1,
            // Another machine's clock may be ahead of ours; blocks stay in the order in which they were made.
            milliseconds: last_block.map_or(now, |last| now.max(last + 1)),
        };
    }

    fn block_of(&self, batch: i64) -> f64 {
        let next = *self
            .next_block
            .lock()
            .expect("nobody panics while holding it");
        (next.milliseconds + (batch - next.batch)) as f64
    }

    /// The record of this very text; of an edited file, any of its name.
    fn filter(&self, step: &Step) -> Document {
        let migration = &step.migration;
        let mut filter = doc! { "fileName": migration.name.as_str() };
        let text = (migration.name.clone(), migration.fingerprint.bytes.clone());
        let has_record = self
            .recorded
            .lock()
            .expect("nobody panics while holding it")
            .contains(&text);
        if self.file_hash == FileHash::Used && has_record {
            filter.insert("fileHash", step.migration.fingerprint.bytes.as_str());
        }
        filter
    }

    fn remarks(&self, rows: &[Record]) -> Vec<String> {
        let mut seen = HashSet::new();
        let mut remarks = Vec::new();
        match self.file_hash {
            FileHash::Ignored => {
                let doubled: BTreeSet<&MigrationName> = rows
                    .iter()
                    .map(|row| &row.name)
                    .filter(|name| !seen.insert(*name))
                    .collect();
                remarks.extend(doubled.into_iter().map(|name| {
                    format!("Recorded twice: {name}; reverting it removes one record, as migrate-mongo does")
                }));
            }
            FileHash::Used => {
                let without_hash = rows.iter().filter(|row| row.checksum.is_none()).count();
                if without_hash > 0 {
                    remarks.push(format!(
                        "{without_hash} records have no `fileHash`: with `useFileHash: true` their files count as pending and run again"
                    ));
                }
            }
        }
        remarks
    }
}

impl Changelog for MigrateMongoChangelog {
    fn read(
        &self,
        collection: &str,
        documents: &[Document],
        own_texts: &HashMap<MigrationName, OwnText>,
    ) -> Result<Reading, Error> {
        let rows = read_rows(collection, documents)?;
        self.note_next_block(&rows);
        *self
            .recorded
            .lock()
            .expect("nobody panics while holding it") = rows
            .iter()
            .filter_map(|row| Some((row.name.clone(), row.checksum.clone()?)))
            .collect();
        let remarks = self.remarks(&rows);
        let by_text = self.file_hash == FileHash::Used;
        let mut seen = HashSet::new();
        let records = rows
            .into_iter()
            // Of several, migrate-mongo looks at the first.
            .filter(|record| by_text || seen.insert(record.name.clone()))
            .map(|mut record| {
                if !by_text {
                    // A hash from a time when hashes were used: the file may have been edited since, and that was allowed.
                    record.checksum = None;
                }
                add_own_text(&mut record, own_texts);
                record
            })
            .collect();
        Ok(Reading {
            records,
            by_text,
            remarks,
            ..Reading::default()
        })
    }

    fn index(&self) -> Option<IndexModel> {
        None
    }

    fn applied(&self, entry: &Entry, _outcome: &Outcome, _identity: &Identity) -> Change {
        let migration = &entry.step.migration;
        let mut document = doc! { "_id": ObjectId::new(), "fileName": migration.name.as_str() };
        if self.file_hash == FileHash::Used {
            document.insert("fileHash", migration.fingerprint.bytes.as_str());
        }
        document.insert("appliedAt", DateTime::now());
        // Node's driver stores `Date.now()` as a Double.
        document.insert(
            "migrationBlock",
            Bson::Double(self.block_of(entry.step.batch)),
        );
        Change::Insert { document }
    }

    fn reverted(&self, step: &Step) -> Change {
        Change::DeleteOne {
            filter: self.filter(step),
        }
    }

    fn accepted(&self, step: &Step) -> Option<Change> {
        let hash = step.migration.fingerprint.bytes.as_str();
        (self.file_hash == FileHash::Used).then(|| Change::Update {
            filter: doc! { "fileName": step.migration.name.as_str() },
            update: doc! { "$set": { "fileHash": hash } },
        })
    }

    fn renamed(&self, from: &MigrationName, step: &Step) -> Change {
        Change::Update {
            filter: doc! { "fileName": from.as_str() },
            update: doc! { "$set": { "fileName": step.migration.name.as_str() } },
        }
    }

    fn belongs_to(&self, document: &Document) -> Option<MigrationName> {
        MigrationName::parse(document.get_str("fileName").ok()?).ok()
    }
}

/// Understands all documents that have a `fileName`, and numbers their blocks from 1 on. Each record without a block has a number of its own.
pub fn read_rows(collection: &str, documents: &[Document]) -> Result<Vec<Record>, Error> {
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    for document in documents {
        match read_row(document) {
            Ok(row) => rows.extend(row),
            Err(detail) => problems.push(invalid(collection, document, detail)),
        }
    }
    if let Some(refusal) = Error::refused(problems) {
        return Err(refusal);
    }
    number_blocks(&mut rows);
    Ok(rows)
}

/// `None` for a document that is no record, which migrate-mongo doesn't see either.
fn read_row(document: &Document) -> Result<Option<Record>, String> {
    let Some(name) = text(document, "fileName")?.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let name = MigrationName::parse(&name).map_err(|error| error.to_string())?;
    let mut record = bare_record(name, date(document, "appliedAt")?);
    record.checksum = text(document, "fileHash")?
        .as_deref()
        .and_then(Checksum::recorded);
    record.block = integer(document, "migrationBlock")?.filter(|block| *block != 0);
    Ok(Some(record))
}

fn number_blocks(records: &mut [Record]) {
    let keys: BTreeSet<_> = records.iter().map(block_key).collect();
    let numbers: HashMap<_, i64> = keys.into_iter().zip(1..).collect();
    for record in records {
        record.batch = numbers[&block_key(record)];
    }
}

/// By time; records without a block come one by one.
fn block_key(record: &Record) -> (i64, Option<MigrationName>) {
    match record.block {
        Some(block) => (block, None),
        None => {
            let applied_at = record.applied_at.map_or(0, |at| {
                i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
            });
            (applied_at, Some(record.name.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime {
        DateTime::from_millis(milliseconds)
    }

    #[test]
    fn batches_follow_the_blocks_and_old_records_stand_alone() {
        let rows = read_rows(
            "changelog",
            &[
                doc! { "fileName": "3.js", "appliedAt": at(9_000), "migrationBlock": 8_999.0 },
                doc! { "fileName": "1.js", "appliedAt": at(1_000) },
                doc! { "fileName": "2.js", "appliedAt": at(1_000) },
                doc! { "fileName": "4.js", "appliedAt": at(9_001), "migrationBlock": 8_999.0 },
                doc! { "hello": 1 },
            ],
        )
        .unwrap();
        let batches: Vec<(&str, i64)> = rows
            .iter()
            .map(|row| (row.name.as_str(), row.batch))
            .collect();
        assert_eq!(
            batches,
            [("3.js", 3), ("1.js", 1), ("2.js", 2), ("4.js", 3)]
        );
    }

    #[test]
    fn a_hash_counts_only_where_hashes_are_used() {
        let documents = [
            doc! { "fileName": "1.js", "fileHash": "a", "appliedAt": at(1) },
            doc! { "fileName": "1.js", "fileHash": "b", "appliedAt": at(2) },
        ];
        let read = |file_hash| {
            MigrateMongoChangelog::new(file_hash)
                .read("changelog", &documents, &HashMap::new())
                .unwrap()
        };
        let used = read(FileHash::Used);
        assert!(used.by_text && used.records.len() == 2 && used.remarks.is_empty());
        let ignored = read(FileHash::Ignored);
        assert_eq!(ignored.records.len(), 1);
        assert_eq!(ignored.records[0].checksum, None);
        assert!(ignored.remarks[0].contains("1.js"), "{:?}", ignored.remarks);
    }

    #[test]
    fn a_record_that_makes_no_sense_is_named() {
        let error = read_rows(
            "changelog",
            &[doc! { "_id": 7, "fileName": "a.js", "appliedAt": true }],
        )
        .unwrap_err();
        assert_eq!(error.code(), "RECORD_INVALID");
        assert!(error.to_string().contains("`appliedAt`"), "{error}");
    }
}
