//! Decides what will run, and refuses what must not. Pure: files and history in, steps or refusals out, nothing touched. All refusals
//! come in one list, so that the user puts everything right at once.

use std::path::PathBuf;

use crate::directory::MigrationDirectory;
use crate::error::Error;
use crate::history::History;
use crate::history::Record;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::notice::Notice;
use crate::script::Direction;

/// Which migrations are meant. Names are as the user typed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Target {
    /// Up: everything pending. Down: the latest batch. Redo: the migration applied last.
    #[default]
    Latest,
    /// This one only.
    File(String),
    /// Up: the next n. Down and redo: the n applied last.
    Steps(usize),
    /// The applied migrations of this batch; not for up.
    Batch(i64),
    /// Up: everything pending up to and including this one. Down and redo: everything applied after it; it stays.
    Through(String),
    /// Everything: what [`Target::Latest`] means for up, and all that is applied for down and redo.
    All,
}

/// What `down` without a target reverts; the tools differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DownDefault {
    /// The batch with the greatest number.
    #[default]
    LastBatch,
    /// The migration applied last.
    LastMigration,
    /// Of the files that are applied, the one with the last name.
    LastName,
    /// The batch of the applied file with the last name.
    BatchOfLastName,
}

/// What to do about pending migrations that sort before an applied one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Run them and say so.
    #[default]
    Warn,
    /// Refuse.
    Error,
    /// Run them.
    Allow,
}

/// The three things a run can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    Up,
    Down,
    /// Down and up again, under one lock. Never stops at a changed checksum: redoing an edited migration is its use.
    Redo,
}

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    pub target: Target,
    /// Refuse when any applied migration's file changed or is gone.
    pub strict: bool,
    /// Up: run an applied file again. Down: run the `down` of a changed file.
    pub force: bool,
    /// Each migration gets a batch number of its own.
    pub batch_per_migration: bool,
    pub down_default: DownDefault,
    pub order: Order,
}

/// One migration in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub migration: Migration,
    pub direction: Direction,
    /// Up: the number it will get. Down: the number it has.
    pub batch: i64,
}

/// A migration the user named that needs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub name: MigrationName,
    pub reason: &'static str,
}

/// What will run, in order. Made only by [`Plan::new`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub skipped: Vec<Skipped>,
    pub notices: Vec<Notice>,
}

impl Plan {
    /// Plans a task; `Err` is one refusal or [`Error::Refused`] with all of them.
    pub fn new(
        task: Task,
        directory: &MigrationDirectory,
        history: &History,
        options: &PlanOptions,
    ) -> Result<Self, Error> {
        match task {
            Task::Up => Self::up(directory, history, options),
            Task::Down => Self::down(directory, history, options),
            Task::Redo => Self::redo(directory, history, options),
        }
    }

    pub fn up(
        directory: &MigrationDirectory,
        history: &History,
        options: &PlanOptions,
    ) -> Result<Self, Error> {
        let mut planner = Planner::new(directory, history, options);
        let chosen = planner.select_up();
        planner.inspect_applied(&chosen);
        planner.number_and_add_up(chosen);
        planner.finish()
    }

    pub fn down(
        directory: &MigrationDirectory,
        history: &History,
        options: &PlanOptions,
    ) -> Result<Self, Error> {
        let mut planner = Planner::new(directory, history, options);
        let chosen = planner.select_down(options.down_default);
        if !options.force {
            planner.refuse_changed(&chosen);
        }
        planner.add_down(&chosen);
        planner.finish()
    }

    pub fn redo(
        directory: &MigrationDirectory,
        history: &History,
        options: &PlanOptions,
    ) -> Result<Self, Error> {
        let mut planner = Planner::new(directory, history, options);
        let chosen = planner.select_down(DownDefault::LastMigration);
        planner.add_down(&chosen);
        let mut again: Vec<&Migration> = chosen
            .iter()
            .filter_map(|record| planner.file(&record.name))
            .collect();
        again.sort_by(|one, other| one.name.cmp(&other.name));
        planner.number_and_add_up(again);
        planner.finish()
    }
}

/// The state of one planning: what is decided so far, and everything that speaks against it.
struct Planner<'a> {
    directory: &'a MigrationDirectory,
    history: &'a History,
    options: &'a PlanOptions,
    plan: Plan,
    refusals: Vec<Error>,
}

impl<'a> Planner<'a> {
    fn new(
        directory: &'a MigrationDirectory,
        history: &'a History,
        options: &'a PlanOptions,
    ) -> Self {
        Self {
            directory,
            history,
            options,
            plan: Plan::default(),
            refusals: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Plan, Error> {
        self.notice_attempts();
        let remarks = self.history.remarks().map(|text| Notice::Remark {
            text: text.to_owned(),
        });
        self.plan.notices.extend(remarks);
        match Error::refused(self.refusals) {
            Some(refusal) => Err(refusal),
            None => Ok(self.plan),
        }
    }

    fn number_and_add_up(&mut self, migrations: Vec<&Migration>) {
        let first = self.history.next_batch();
        for (offset, migration) in (0..).zip(migrations) {
            let batch = if self.options.batch_per_migration {
                first.saturating_add(offset)
            } else {
                first
            };
            self.plan.steps.push(Step {
                migration: migration.clone(),
                direction: Direction::Up,
                batch,
            });
        }
    }

    fn add_down(&mut self, records: &[&Record]) {
        for record in records {
            match self.file(&record.name) {
                Some(migration) => self.plan.steps.push(Step {
                    migration: migration.clone(),
                    direction: Direction::Down,
                    batch: record.batch,
                }),
                None => self.refusals.push(self.file_missing(record)),
            }
        }
    }

    fn file(&self, name: &MigrationName) -> Option<&'a Migration> {
        self.directory.find(name)
    }

    fn file_missing(&self, record: &Record) -> Error {
        Error::AppliedFileMissing {
            name: record.name.to_string(),
            directory: PathBuf::clone(&self.directory.path),
        }
    }
}

mod inspection;
mod selection;
#[cfg(test)]
mod tests;
