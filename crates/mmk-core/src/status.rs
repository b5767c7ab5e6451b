//! The table of `status` and `list`: every migration that has a file or a record, and how it stands. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;

use crate::checksum::Drift;
use crate::directory::MigrationDirectory;
use crate::history::Attempt;
use crate::history::History;
use crate::history::Record;
use crate::migration::Migration;
use crate::name::MigrationName;

/// The two words of the table. A reverted migration is pending again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Applied,
    Pending,
}

impl State {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
        }
    }
}

/// Whether the file is still what was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    Ok,
    Mismatch(Drift),
    /// Not applied, no file, or no checksum recorded.
    Unknown,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRow {
    pub file: MigrationName,
    pub state: State,
    /// This and the next two only while applied.
    pub batch: Option<i64>,
    pub applied_at: Option<OffsetDateTime>,
    pub duration: Option<Duration>,
    pub integrity: Integrity,
    pub description: Option<String>,
    /// migrate-mongo's number of the run, while applied.
    pub block: Option<i64>,
    /// Has a record and no file.
    pub file_missing: bool,
    /// The latest attempt, where it failed, is running, or was never ended.
    pub unsettled: Option<Attempt>,
}

/// One row per name, in the order of names.
#[must_use]
pub fn status(directory: &MigrationDirectory, history: &History) -> Vec<StatusRow> {
    let mut known: BTreeMap<&MigrationName, (Option<&Migration>, Option<&Record>)> =
        BTreeMap::new();
    for record in history.records() {
        known.entry(&record.name).or_default().1 = Some(record);
    }
    for migration in &directory.migrations {
        known.entry(&migration.name).or_default().0 = Some(migration);
    }
    known
        .into_iter()
        .map(|(name, (migration, record))| row(name, migration, record, history))
        .collect()
}

/// The rows of `names` only, in their order: what a dry run shows.
#[must_use]
pub fn rows_of<'a>(
    names: impl IntoIterator<Item = &'a MigrationName>,
    directory: &MigrationDirectory,
    history: &History,
) -> Vec<StatusRow> {
    names
        .into_iter()
        .map(|name| row(name, directory.find(name), history.record(name), history))
        .collect()
}

fn row(
    name: &MigrationName,
    migration: Option<&Migration>,
    record: Option<&Record>,
    history: &History,
) -> StatusRow {
    let applied = match migration {
        Some(migration) => history.standing(migration),
        None => record.filter(|record| record.is_applied()),
    };
    StatusRow {
        file: name.clone(),
        state: if applied.is_some() {
            State::Applied
        } else {
            State::Pending
        },
        batch: applied.map(|record| record.batch),
        applied_at: applied.and_then(|record| record.applied_at),
        duration: applied.and_then(|record| record.duration),
        integrity: match (migration, applied) {
            (Some(migration), Some(record)) => integrity(migration, record),
            _ => Integrity::Unknown,
        },
        description: record.and_then(|record| record.description.clone()),
        block: applied.and_then(|record| record.block),
        file_missing: migration.is_none(),
        unsettled: history.unsettled_attempt(name).cloned(),
    }
}

/// Compares an applied migration's file with its record.
#[must_use]
pub fn integrity(migration: &Migration, record: &Record) -> Integrity {
    let Some(recorded) = &record.checksum else {
        return Integrity::Unknown;
    };
    migration
        .fingerprint
        .drift(recorded, record.normalised_checksum.as_ref())
        .map_or(Integrity::Ok, Integrity::Mismatch)
}
