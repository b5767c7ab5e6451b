//! What a run did: always the whole list of what was done, also when something failed.

use std::time::Duration;

use crate::error::Error;
use crate::plan::Skipped;
use crate::plan::Step;
use crate::script::CountsByCollection;
use crate::script::Direction;
use crate::script::Outcome;

/// How one migration came out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultStatus {
    Applied,
    Reverted,
    Skipped,
    Error,
}

impl ResultStatus {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Reverted => "reverted",
            Self::Skipped => "skipped",
            Self::Error => "error",
        }
    }
}

/// One line of a run's results.
#[derive(Debug, Clone, PartialEq)]
pub struct StepResult {
    pub file: String,
    pub direction: Direction,
    pub status: ResultStatus,
    /// Of `up` or `down` alone; none for skipped ones.
    pub duration: Option<Duration>,
    /// For applied ones.
    pub batch: Option<i64>,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    pub counts: CountsByCollection,
}

impl StepResult {
    pub(crate) fn done(step: &Step, outcome: &Outcome) -> Self {
        let (status, batch) = match step.direction {
            Direction::Up => (ResultStatus::Applied, Some(step.batch)),
            Direction::Down => (ResultStatus::Reverted, None),
        };
        Self {
            file: step.migration.name.to_string(),
            direction: step.direction,
            status,
            duration: Some(outcome.duration),
            batch,
            reason: None,
            error: None,
            counts: outcome.counts.clone(),
        }
    }

    pub(crate) fn failed(step: &Step, outcome: &Outcome, error: &Error) -> Self {
        Self {
            status: ResultStatus::Error,
            batch: None,
            error: Some(error.to_string()),
            ..Self::done(step, outcome)
        }
    }

    pub(crate) fn skipped(skipped: &Skipped) -> Self {
        Self {
            file: skipped.name.to_string(),
            direction: Direction::Up,
            status: ResultStatus::Skipped,
            duration: None,
            batch: None,
            reason: Some(skipped.reason.to_owned()),
            error: None,
            counts: CountsByCollection::new(),
        }
    }
}

/// The end of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// In the order they happened.
    pub results: Vec<StepResult>,
    /// Planned and not reached because of the failure.
    pub not_run: Vec<String>,
    /// Nothing was planned at all.
    pub nothing_to_do: bool,
    pub failure: Option<Error>,
}
