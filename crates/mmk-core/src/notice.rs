//! Things worth telling that stop nothing. One type, so that the same sentence is said by a run, a dry run and a status.

use std::fmt;

use crate::checksum::Drift;
use crate::error::sentence::timestamp;
use crate::history::Attempt;
use crate::script::Counts;

/// One observation of the planner.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An applied migration's file is not what was applied.
    Drifted { name: String, drift: Drift },
    /// An applied migration has no file any more.
    FileMissing { name: String },
    /// A file is new, has the text of a migration whose file is missing, and so was probably renamed.
    Renamed { from: String, to: String },
    /// A pending migration sorts before one that is applied already.
    OutOfOrder { name: String, after: String },
    /// An attempt was begun and never ended.
    Unfinished { attempt: Box<Attempt>, again: bool },
    /// An attempt is being made right now by a process that holds the lock.
    Running { attempt: Box<Attempt> },
    /// The latest attempt failed and the migration runs again.
    FailedBefore { attempt: Box<Attempt> },
    /// An applied migration runs again because of `--force`.
    Forced { name: String },
    /// Something odd in the stored records.
    Remark { text: String },
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drifted {
                name,
                drift: Drift::Content,
            } => write!(formatter, "Checksum mismatch: {name}"),
            Self::Drifted {
                name,
                drift: Drift::Format,
            } => write!(
                formatter,
                "Checksum mismatch: {name} (only line endings or blanks differ)"
            ),
            Self::FileMissing { name } => {
                write!(formatter, "File missing: {name} is applied")
            }
            Self::Renamed { from, to } => write!(
                formatter,
                "Renamed? {to} has the text of {from}, which is applied and whose file is missing; it counts as a new migration, unless you say `mmk-js rename {from} {to}`"
            ),
            Self::OutOfOrder { name, after } => write!(
                formatter,
                "Out of order: {name} is pending, though {after} is applied already"
            ),
            Self::Unfinished { attempt, again } => {
                write!(formatter, "Unfinished: {}", unfinished(attempt))?;
                formatter.write_str(if *again { "; it runs again now" } else { "" })
            }
            Self::Running { attempt } => write!(formatter, "Running: {}", running(attempt)),
            Self::FailedBefore { attempt } => {
                write!(
                    formatter,
                    "Failed before: {} of {} on {}",
                    attempt.direction.as_str(),
                    attempt.name,
                    timestamp(attempt.finished_at.unwrap_or(attempt.started_at)),
                )?;
                if let Some(error) = &attempt.error {
                    write!(
                        formatter,
                        " ({})",
                        error.message.lines().next().unwrap_or("")
                    )?;
                }
                formatter.write_str("; it runs again now")
            }
            Self::Remark { text } => formatter.write_str(text),
            Self::Forced { name } => {
                write!(formatter, "Forcing   re-run of already-applied {name}")
            }
        }
    }
}

/// What was begun, by whom, when, and what of it is in the database: the story of an attempt that never ended.
#[must_use]
pub fn unfinished(attempt: &Attempt) -> String {
    format!(
        "{} of {} was begun {} and never ended; {}",
        attempt.direction.as_str(),
        attempt.name,
        when_and_who(attempt),
        traces(attempt),
    )
}

/// The story of an attempt that is being made right now.
#[must_use]
pub fn running(attempt: &Attempt) -> String {
    format!(
        "{} of {} since {}",
        attempt.direction.as_str(),
        attempt.name,
        when_and_who(attempt),
    )
}

fn when_and_who(attempt: &Attempt) -> String {
    format!(
        "{} by pid {} on {} ({})",
        timestamp(attempt.started_at),
        attempt.pid,
        attempt.host,
        attempt.user,
    )
}

/// What an attempt that never ended may have left in the database.
fn traces(attempt: &Attempt) -> String {
    if attempt.transaction {
        return "it ran in a transaction, so nothing of it stayed".to_owned();
    }
    let written: Vec<String> = attempt
        .counts
        .iter()
        .filter(|(_, counts)| writes(counts) > 0)
        .map(|(collection, counts)| format!("{} in {collection}", writes(counts)))
        .collect();
    if written.is_empty() {
        "what it wrote until then is in the database".to_owned()
    } else {
        let heard = attempt
            .counted_at
            .map_or_else(String::new, |moment| format!(" ({})", timestamp(moment)));
        format!(
            "documents it had written when last heard of{heard}: {}",
            written.join(", ")
        )
    }
}

fn writes(counts: &Counts) -> u64 {
    counts.modified + counts.inserted + counts.deleted
}
