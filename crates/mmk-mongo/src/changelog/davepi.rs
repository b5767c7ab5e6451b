//! dAvePi's records in `_migrations`. Its code and its documentation differ: the code stores `{ name, appliedAt, durationMs }` under the file's
//! name without `.js`; the documentation speaks of rows under the exported `name` with a `status`. Both are read. Written is what satisfies
//! both; a failure only where the documented form is in use, because the code would take its row for an applied migration.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Mutex;

use bson::DateTime;
use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mmk_core::history::Attempt;
use mmk_core::history::AttemptError;
use mmk_core::history::AttemptState;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::ports::Entry;
use mmk_core::script::CountsByCollection;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use mongodb::IndexModel;
use mongodb::options::IndexOptions;
use time::OffsetDateTime;

use super::Change;
use super::Changelog;
use super::OwnText;
use super::Reading;
use super::add_own_text;
use super::bare_record;
use super::invalid;
use crate::field::JsNumber;
use crate::field::date;
use crate::field::milliseconds;
use crate::field::text;
use crate::identity::Identity;

/// The `name` of the row that is dAvePi's lock and no migration.
pub(crate) const LOCK_NAME: &str = "__lock";

/// Which of the two forms a collection holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Contract {
    #[default]
    Coded,
    Documented,
}

/// [`Changelog`] of dAvePi.
#[derive(Debug)]
pub struct DavepiChangelog {
    /// The `name` that a file exports, where it exports one.
    exported: BTreeMap<MigrationName, String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    contract: Contract,
    /// Under which name a file's row is stored.
    rows: HashMap<MigrationName, String>,
}

/// A row, understood.
struct Row {
    stored: String,
    name: MigrationName,
    failed: bool,
    applied_at: Option<OffsetDateTime>,
    duration: Option<std::time::Duration>,
    error: Option<String>,
}

impl DavepiChangelog {
    #[must_use]
    pub fn new(exported: BTreeMap<MigrationName, String>) -> Self {
        Self {
            exported,
            state: Mutex::default(),
        }
    }

    fn file_of(&self, stored: &str) -> Result<MigrationName, Error> {
        let by_export = self
            .exported
            .iter()
            .find(|(_, name)| name.as_str() == stored)
            .map(|(file, _)| file.clone());
        match by_export {
            Some(file) => Ok(file),
            None => MigrationName::parse(&format!("{stored}.js")),
        }
    }

    fn read_row(&self, document: &Document) -> Result<Option<Row>, String> {
        let Some(stored) = text(document, "name")? else {
            return Err("it has no `name`".to_owned());
        };
        if stored == LOCK_NAME {
            return Ok(None);
        }
        let failed = match text(document, "status")?.as_deref() {
            None | Some("succeeded" | "applied") => false,
            Some("failed") => true,
            Some("pending") => return Ok(None),
            Some(other) => return Err(format!("the `status` of `{stored}` is `{other}`")),
        };
        Ok(Some(Row {
            name: self.file_of(&stored).map_err(|error| error.to_string())?,
            failed,
            applied_at: date(document, "appliedAt")?,
            duration: milliseconds(document, "durationMs")?,
            error: text(document, "error").ok().flatten(),
            stored,
        }))
    }

    /// The documented form is in use where something only it would write is there.
    fn contract(&self, rows: &[Row]) -> Contract {
        let only_documented = |row: &Row| row.failed || row.name.stem() != row.stored.as_str();
        if rows.iter().any(only_documented) {
            Contract::Documented
        } else {
            Contract::Coded
        }
    }

    /// The name to store for a file: the one it has, or the one that the form in use would give it.
    fn stored_name(&self, name: &MigrationName) -> String {
        let state = self.state.lock().expect("nobody panics while holding it");
        let exported = match state.contract {
            Contract::Documented => self.exported.get(name),
            Contract::Coded => None,
        };
        state
            .rows
            .get(name)
            .or(exported)
            .cloned()
            .unwrap_or_else(|| name.stem().to_owned())
    }
}

impl Changelog for DavepiChangelog {
    fn read(
        &self,
        collection: &str,
        documents: &[Document],
        own_texts: &HashMap<MigrationName, OwnText>,
    ) -> Result<Reading, Error> {
        let mut problems = Vec::new();
        let mut rows = Vec::new();
        for document in documents {
            match self.read_row(document) {
                Ok(row) => rows.extend(row),
                Err(detail) => problems.push(invalid(collection, document, detail)),
            }
        }
        if let Some(refusal) = Error::refused(problems) {
            return Err(refusal);
        }
        rows.sort_by(|one, other| {
            (one.applied_at, &one.name).cmp(&(other.applied_at, &other.name))
        });
        let mut reading = Reading::default();
        for (row, batch) in rows.iter().filter(|row| !row.failed).zip(1..) {
            let mut record = bare_record(row.name.clone(), row.applied_at);
            record.batch = batch;
            record.duration = row.duration;
            add_own_text(&mut record, own_texts);
            reading.records.push(record);
        }
        reading.failures = rows.iter().filter(|row| row.failed).map(failure).collect();
        *self.state.lock().expect("nobody panics while holding it") = State {
            contract: self.contract(&rows),
            rows: rows.into_iter().map(|row| (row.name, row.stored)).collect(),
        };
        Ok(reading)
    }

    fn index(&self) -> Option<IndexModel> {
        Some(name_index())
    }

    fn applied(&self, entry: &Entry, outcome: &Outcome, _identity: &Identity) -> Change {
        let name = self.stored_name(&entry.step.migration.name);
        Change::Replace {
            filter: doc! { "name": &name },
            document: doc! {
                "name": name,
                "appliedAt": DateTime::now(),
                "durationMs": JsNumber::from_milliseconds(outcome.duration),
                "status": "succeeded",
            },
        }
    }

    fn reverted(&self, step: &Step) -> Change {
        Change::DeleteOne {
            filter: doc! { "name": self.stored_name(&step.migration.name) },
        }
    }

    fn failed(&self, step: &Step, error: &ScriptError) -> Option<Change> {
        let contract = self
            .state
            .lock()
            .expect("nobody panics while holding it")
            .contract;
        // A failed `down` leaves the migration applied.
        if contract == Contract::Coded || step.direction == Direction::Down {
            return None;
        }
        let name = self.stored_name(&step.migration.name);
        Some(Change::Replace {
            filter: doc! { "name": &name },
            document: doc! {
                "name": name,
                "appliedAt": DateTime::now(),
                "durationMs": JsNumber::from_milliseconds(error.outcome.duration),
                "status": "failed",
                "error": &error.message,
            },
        })
    }

    fn accepted(&self, _step: &Step) -> Option<Change> {
        None
    }

    fn renamed(&self, from: &MigrationName, step: &Step) -> Change {
        Change::Update {
            filter: doc! { "name": self.stored_name(from) },
            update: doc! { "$set": { "name": self.stored_name(&step.migration.name) } },
        }
    }

    fn belongs_to(&self, document: &Document) -> Option<MigrationName> {
        let stored = document.get_str("name").ok()?;
        if stored == LOCK_NAME {
            return None;
        }
        self.file_of(stored).ok()
    }
}

/// dAvePi's only index; its lock depends on it.
pub(crate) fn name_index() -> IndexModel {
    IndexModel::builder()
        .keys(doc! { "name": 1 })
        .options(IndexOptions::builder().unique(true).build())
        .build()
}

/// A failed row in the shape of an attempt, so that it is told as our own failures are.
fn failure(row: &Row) -> Attempt {
    let at = row.applied_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Attempt {
        id: row.stored.clone(),
        run: String::new(),
        name: row.name.clone(),
        direction: Direction::Up,
        state: AttemptState::Failed,
        started_at: at,
        finished_at: Some(at),
        duration: row.duration,
        batch: 0,
        counts: CountsByCollection::new(),
        counted_at: None,
        error: row.error.as_ref().map(|message| AttemptError {
            name: String::new(),
            message: message.clone(),
            stack: String::new(),
            code: None,
            location: None,
        }),
        host: String::new(),
        pid: 0,
        user: String::new(),
        tool_version: String::new(),
        environment: None,
        transaction: false,
        live: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changelog() -> DavepiChangelog {
        let file = MigrationName::parse("1-a.js").unwrap();
        DavepiChangelog::new([(file, "2026-01-01-first".to_owned())].into())
    }

    fn read(changelog: &DavepiChangelog, documents: &[Document]) -> Reading {
        changelog
            .read("_migrations", documents, &HashMap::new())
            .unwrap()
    }

    #[test]
    fn rows_under_both_names_are_found_and_the_lock_is_no_migration() {
        let reading = read(
            &changelog(),
            &[
                doc! { "name": "__lock", "lockedAt": DateTime::from_millis(1), "owner": "x" },
                doc! { "name": "2026-01-01-first", "appliedAt": DateTime::from_millis(2), "status": "succeeded" },
                doc! { "name": "2-b", "appliedAt": DateTime::from_millis(1), "durationMs": 7 },
                doc! { "name": "3-c", "appliedAt": DateTime::from_millis(3), "status": "failed", "error": "boom" },
            ],
        );
        let names: Vec<&str> = reading
            .records
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["2-b.js", "1-a.js"]);
        assert_eq!(reading.failures[0].name.as_str(), "3-c.js");
        assert_eq!(reading.failures[0].error.as_ref().unwrap().message, "boom");
    }

    #[test]
    fn the_form_in_use_decides_the_name_that_is_stored() {
        let file = MigrationName::parse("1-a.js").unwrap();
        let fresh = changelog();
        read(&fresh, &[]);
        assert_eq!(fresh.stored_name(&file), "1-a");
        let documented = changelog();
        read(&documented, &[doc! { "name": "0-x", "status": "failed" }]);
        assert_eq!(documented.stored_name(&file), "2026-01-01-first");
    }
}
