//! What the database says of the past: one record per migration, shared with mongo-migrate-kit, and the attempts that led there,
//! which only we keep. Nothing here decides anything.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::time::Duration;

use time::OffsetDateTime;

use crate::checksum::Checksum;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::script::CountsByCollection;
use crate::script::Direction;

/// The two states a record can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Applied,
    Reverted,
}

/// The present standing of one migration. Fields that a foreign or old record lacks are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub name: MigrationName,
    pub batch: i64,
    pub status: Status,
    pub applied_at: Option<OffsetDateTime>,
    pub reverted_at: Option<OffsetDateTime>,
    pub duration: Option<Duration>,
    pub checksum: Option<Checksum>,
    /// Of the text that was applied; known only where we applied it ourselves.
    pub normalised_checksum: Option<Checksum>,
    pub environment: Option<String>,
    pub executed_by: Option<String>,
    pub description: Option<String>,
    pub service: Option<String>,
    /// The number that migrate-mongo gave to the run that applied it: milliseconds since 1970.
    pub block: Option<i64>,
    /// `migrate-mongo` for imported records.
    pub origin: Option<String>,
}

impl Record {
    #[must_use]
    pub fn is_applied(&self) -> bool {
        self.status == Status::Applied
    }
}

/// How an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptState {
    /// Begun and not ended: at work right now, or left behind by a process that died.
    Running,
    Applied,
    Reverted,
    Failed,
}

/// The error of a failed attempt, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptError {
    pub name: String,
    pub message: String,
    pub stack: String,
    pub code: Option<String>,
    /// `file:line:column`.
    pub location: Option<String>,
}

/// One try to run one migration in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: String,
    /// Groups the attempts of one invocation.
    pub run: String,
    pub name: MigrationName,
    pub direction: Direction,
    pub state: AttemptState,
    pub started_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
    pub duration: Option<Duration>,
    pub batch: i64,
    /// While it runs: as last heard of, see `counted_at`.
    pub counts: CountsByCollection,
    /// When a step that never ended last told what it had done.
    pub counted_at: Option<OffsetDateTime>,
    pub error: Option<AttemptError>,
    pub host: String,
    pub pid: i64,
    pub user: String,
    pub tool_version: String,
    pub environment: Option<String>,
    /// Ran inside a transaction: what it wrote stayed only if it ended well.
    pub transaction: bool,
    /// The lock is held by the process that made this attempt: it is at work right now.
    pub live: bool,
}

/// Everything known of the past, read once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    records: BTreeMap<MigrationName, Record>,
    latest_attempts: BTreeMap<MigrationName, Attempt>,
    /// Where a changelog tells migrations apart by their text as well: all applied texts.
    by_text: Option<HashMap<(MigrationName, Checksum), Record>>,
    remarks: Vec<String>,
}

impl History {
    /// From at most one record per name, and any attempts: of each name, the one begun last counts.
    #[must_use]
    pub fn new(records: Vec<Record>, attempts: Vec<Attempt>) -> Self {
        let mut latest_attempts: BTreeMap<MigrationName, Attempt> = BTreeMap::new();
        for attempt in attempts {
            let later_known = latest_attempts
                .get(&attempt.name)
                .is_some_and(|known| known.started_at > attempt.started_at);
            if !later_known {
                latest_attempts.insert(attempt.name.clone(), attempt);
            }
        }
        Self {
            records: records
                .into_iter()
                .map(|record| (record.name.clone(), record))
                .collect(),
            latest_attempts,
            by_text: None,
            remarks: Vec::new(),
        }
    }

    /// As [`Self::new`], but a file counts as applied only if its very text was: an edited one is pending again. There may be
    /// several records of a name, the last of which is the one shown.
    #[must_use]
    pub fn by_text(records: Vec<Record>, attempts: Vec<Attempt>) -> Self {
        let texts = records
            .iter()
            .filter_map(|record| {
                let key = (record.name.clone(), record.checksum.clone()?);
                Some((key, record.clone()))
            })
            .collect();
        Self {
            by_text: Some(texts),
            ..Self::new(records, attempts)
        }
    }

    /// Adds sentences that every run on this history should tell.
    #[must_use]
    pub fn remarking(mut self, remarks: Vec<String>) -> Self {
        self.remarks = remarks;
        self
    }

    /// Oddities of the stored records.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().map(String::as_str)
    }

    /// The record that says that this file is applied.
    #[must_use]
    pub fn standing(&self, migration: &Migration) -> Option<&Record> {
        match &self.by_text {
            None => self.applied(&migration.name),
            Some(texts) => {
                texts.get(&(migration.name.clone(), migration.fingerprint.bytes.clone()))
            }
        }
    }

    /// All records in the order of their names.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// The latest attempt of each migration that has one, in the order of names.
    pub fn latest_attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.latest_attempts.values()
    }

    #[must_use]
    pub fn record(&self, name: &MigrationName) -> Option<&Record> {
        self.records.get(name)
    }

    /// The record, if the migration counts as applied.
    #[must_use]
    pub fn applied(&self, name: &MigrationName) -> Option<&Record> {
        self.record(name).filter(|record| record.is_applied())
    }

    pub fn all_applied(&self) -> impl Iterator<Item = &Record> {
        self.records().filter(|record| record.is_applied())
    }

    #[must_use]
    pub fn latest_attempt(&self, name: &MigrationName) -> Option<&Attempt> {
        self.latest_attempts.get(name)
    }

    /// The latest attempt, if it failed or never ended and no later record says that the matter is settled.
    ///
    /// A process that died after the record was written and before its attempt was closed leaves `running` behind although
    /// all is well; and another tool that applied the migration since then keeps no attempts at all.
    #[must_use]
    pub fn unsettled_attempt(&self, name: &MigrationName) -> Option<&Attempt> {
        self.latest_attempt(name).filter(|attempt| {
            let settled_at =
                self.record(name)
                    .and_then(|record| match (attempt.direction, record.status) {
                        (Direction::Up, Status::Applied) => record.applied_at,
                        (Direction::Down, Status::Reverted) => record.reverted_at,
                        _ => None,
                    });
            let open = matches!(attempt.state, AttemptState::Running | AttemptState::Failed);
            // Some tools delete the record of what is reverted.
            let gone = attempt.direction == Direction::Down && self.record(name).is_none();
            open && !gone && settled_at.is_none_or(|settled| settled < attempt.started_at)
        })
    }

    /// One more than the greatest batch of all records, reverted ones included: a batch number never returns.
    #[must_use]
    pub fn next_batch(&self) -> i64 {
        self.records()
            .map(|record| record.batch)
            .max()
            .unwrap_or(0)
            .max(0)
            .saturating_add(1)
    }
}
