//! Everything that can go wrong around a migration, with a stable code, one sentence, and advice. Does not print and does not choose
//! exit codes.

use std::path::PathBuf;
use std::time::Duration;

use time::OffsetDateTime;

use crate::checksum::Checksum;
use crate::checksum::Drift;
use crate::fence::StopReason;
use crate::script::Direction;
use crate::script::ScriptError;
use crate::script::ScriptErrorKind;

mod fields;
mod hints;
pub(crate) mod sentence;

pub use fields::Field;
use sentence::checksum_sentence;
use sentence::config_sentence;
use sentence::located;
use sentence::quoted_list;
use sentence::refusal_list;
use sentence::seconds;
use sentence::timestamp;

/// Who holds the lock, as far as the lock document says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockHolder {
    pub locked_at: Option<OffsetDateTime>,
    pub pid: Option<i64>,
    pub host: Option<String>,
    pub executed_by: Option<String>,
    pub owner: Option<String>,
    /// The collection, where its documents name nobody.
    pub nameless_in: Option<String>,
    /// Its time is up by the server's clock: the next run takes the lock over.
    pub expired: bool,
}

impl LockHolder {
    /// `pid 4711 on host-1 (alice), since 2026-01-02T03:04:05Z`, as far as known.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut text = match (self.pid, &self.host) {
            (Some(pid), Some(host)) => format!("pid {pid} on {host}"),
            (Some(pid), None) => format!("pid {pid}"),
            (None, Some(host)) => format!("a process on {host}"),
            (None, None) => match &self.nameless_in {
                Some(collection) => {
                    format!("a process that left no name in `{collection}`")
                }
                None => "an unknown process".to_owned(),
            },
        };
        if let Some(user) = &self.executed_by {
            text.push_str(&format!(" ({user})"));
        }
        if let Some(since) = self.locked_at {
            text.push_str(&format!(", last seen {}", timestamp(since)));
        }
        text
    }
}

/// One refusal or failure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Several things to put right before anything runs.
    #[error("{}", refusal_list(.0))]
    Refused(Vec<Error>),

    #[error("the migration lock is held by {}", .holder.describe())]
    LockHeld {
        holder: Box<LockHolder>,
        /// How long we waited for it.
        waited: Option<Duration>,
    },
    #[error("the migration lock could not be released: {detail}")]
    LockRelease { detail: String },
    #[error("the migration lock was lost while `{name}` was running: {detail}")]
    LockLostDuring { name: String, detail: String },
    #[error("the migration lock was lost: {detail}")]
    LockLost { detail: String },

    #[error("{}", checksum_sentence(.name, *.drift, *.direction))]
    ChecksumMismatch {
        name: String,
        direction: Direction,
        drift: Drift,
        recorded: Checksum,
        found: Checksum,
    },
    #[error("migration file `{name}` was not found in `{}`", .directory.display())]
    FileNotFound {
        name: String,
        directory: PathBuf,
        available: Vec<String>,
    },
    #[error("`{name}` is recorded as applied, but its file is missing from `{}`", .directory.display())]
    AppliedFileMissing { name: String, directory: PathBuf },
    #[error("`{name}` is pending, though `{after}`, which comes after it, is applied already")]
    OutOfOrder { name: String, after: String },
    #[error("`{}` doesn't exist", .path.display())]
    DirectoryMissing { path: PathBuf },
    #[error("`{collection}` holds {count} records already")]
    ImportTargetNotEmpty { collection: String, count: usize },
    #[error("`{name}` can't name a migration: {reason}")]
    InvalidName { name: String, reason: &'static str },
    #[error("`{first}` and `{second}` are the same migration with two extensions")]
    DuplicateName { first: String, second: String },
    #[error("`{name}` exports no function `{export}`")]
    InvalidExport { name: String, export: String },
    #[error("`{name}` can't be parsed: {}", located(.error))]
    Syntax {
        name: String,
        error: Box<ScriptError>,
    },
    #[error("`{name}` can't be loaded: {}", located(.error))]
    LoadFailed {
        name: String,
        error: Box<ScriptError>,
    },
    #[error("`{name}` failed in `{}`: {}", .direction.as_str(), located(.error))]
    ExecutionFailed {
        name: String,
        direction: Direction,
        error: Box<ScriptError>,
    },
    #[error("the hook `{hook}` failed: {}", located(.error))]
    HookFailed {
        hook: &'static str,
        error: Box<ScriptError>,
    },
    #[error("`{name}` ran longer than its limit of {} in `{}` and was stopped", seconds(*.limit), .direction.as_str())]
    Timeout {
        name: String,
        direction: Direction,
        limit: Duration,
        error: Box<ScriptError>,
    },
    #[error("`{name}` needed more than its limit of {} MiB in `{}` and was stopped", .limit / (1024 * 1024), .direction.as_str())]
    OutOfMemory {
        name: String,
        direction: Direction,
        limit: u64,
        error: Box<ScriptError>,
    },
    #[error("interrupted by {signal}")]
    Interrupted { signal: &'static str },

    #[error("{message}")]
    InvalidArgument {
        message: String,
        hint: Option<String>,
    },
    #[error("`{name}` can't be rolled back, because it is not applied")]
    NotApplied { name: String, applied: Vec<String> },
    #[error("{} asked for a transaction, but {reason}", quoted_list(.names))]
    TransactionsUnsupported { names: Vec<String>, reason: String },

    #[error("{}", config_sentence(.file.as_deref(), .issues))]
    ConfigInvalid {
        file: Option<PathBuf>,
        issues: Vec<String>,
    },
    #[error("`{}` exists already", .path.display())]
    ConfigFileExists { path: PathBuf },
    #[error("the migrations folder `{}` can't be read: {detail}", .path.display())]
    DirectoryUnreadable { path: PathBuf, detail: String },
    #[error("`{}` can't be read: {detail}", .path.display())]
    FileUnreadable { path: PathBuf, detail: String },

    #[error("MongoDB at {hosts} can't be reached: {detail}")]
    ConnectionFailed { hosts: String, detail: String },
    #[error("permission to {action} was denied by MongoDB: {detail}")]
    Unauthorized { action: String, detail: String },
    #[error("MongoDB failed to {action}: {detail}")]
    Database { action: String, detail: String },
    #[error("`{name}` ran to its end in `{}`, but this could not be recorded: {}", .direction.as_str(), .cause)]
    RecordFailed {
        name: String,
        direction: Direction,
        cause: Box<Error>,
    },
    #[error("a record in `{collection}` can't be understood: {detail} (`_id` {id})")]
    RecordInvalid {
        collection: String,
        id: String,
        detail: String,
    },
    #[error("the clock of this machine differs from MongoDB's by {}", seconds(*.difference))]
    ClockSkew { difference: Duration },
    #[error("{detail}; this is a fault in mmk-js")]
    Internal { detail: String },
}

impl Error {
    /// `None` for an empty list, the error itself for one, [`Error::Refused`] for more.
    #[must_use]
    pub fn refused(mut errors: Vec<Self>) -> Option<Self> {
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => Some(Self::Refused(errors)),
        }
    }

    /// The story of a script that failed while `direction` ran.
    #[must_use]
    pub fn from_run(name: &str, direction: Direction, error: ScriptError) -> Self {
        let name = name.to_owned();
        match error.kind.clone() {
            ScriptErrorKind::Stopped(StopReason::Timeout { limit }) => Self::Timeout {
                name,
                direction,
                limit,
                error: Box::new(error),
            },
            ScriptErrorKind::Stopped(StopReason::OutOfMemory { limit }) => Self::OutOfMemory {
                name,
                direction,
                limit,
                error: Box::new(error),
            },
            ScriptErrorKind::Stopped(StopReason::Interrupted { signal }) => {
                Self::Interrupted { signal }
            }
            ScriptErrorKind::Stopped(StopReason::LockLost { detail }) => {
                Self::LockLostDuring { name, detail }
            }
            ScriptErrorKind::Syntax => Self::Syntax {
                name,
                error: Box::new(error),
            },
            ScriptErrorKind::Load => Self::LoadFailed {
                name,
                error: Box::new(error),
            },
            ScriptErrorKind::Export { name: export } => Self::InvalidExport { name, export },
            ScriptErrorKind::Internal => Self::Internal {
                detail: format!("`{name}`: {}", error.message),
            },
            ScriptErrorKind::Thrown
            | ScriptErrorKind::NeverSettles
            | ScriptErrorKind::Exited { .. }
            | ScriptErrorKind::Commit => Self::ExecutionFailed {
                name,
                direction,
                error: Box::new(error),
            },
        }
    }

    /// The story of a script that could not even be loaded.
    #[must_use]
    pub fn from_check(name: &str, error: ScriptError) -> Self {
        match error.kind {
            ScriptErrorKind::Thrown
            | ScriptErrorKind::NeverSettles
            | ScriptErrorKind::Exited { .. }
            | ScriptErrorKind::Commit => Self::LoadFailed {
                name: name.to_owned(),
                error: Box::new(error),
            },
            _ => Self::from_run(name, Direction::Up, error),
        }
    }

    /// The stable word for machines; never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(errors) => {
                let mut codes = errors.iter().map(Self::code);
                let first = codes.next().unwrap_or("REFUSED");
                if codes.all(|code| code == first) {
                    first
                } else {
                    "REFUSED"
                }
            }
            Self::LockHeld { .. } => "LOCK_ALREADY_HELD",
            Self::LockRelease { .. } => "LOCK_RELEASE_FAILED",
            Self::LockLostDuring { .. } | Self::LockLost { .. } => "LOCK_LOST",
            Self::ChecksumMismatch { .. } => "CHECKSUM_MISMATCH",
            Self::FileNotFound { .. } | Self::AppliedFileMissing { .. } => {
                "MIGRATION_FILE_NOT_FOUND"
            }
            Self::OutOfOrder { .. } => "OUT_OF_ORDER",
            Self::DirectoryMissing { .. } => "MIGRATION_UNREADABLE",
            Self::ImportTargetNotEmpty { .. } => "IMPORT_TARGET_NOT_EMPTY",
            Self::InvalidName { .. } => "MIGRATION_INVALID_NAME",
            Self::DuplicateName { .. } => "MIGRATION_DUPLICATE_NAME",
            Self::InvalidExport { .. } => "MIGRATION_INVALID_EXPORT",
            Self::Syntax { .. } => "MIGRATION_SYNTAX",
            Self::LoadFailed { .. } => "MIGRATION_LOAD_FAILED",
            Self::ExecutionFailed { .. } => "MIGRATION_EXECUTION_FAILED",
            Self::HookFailed { .. } => "HOOK_FAILED",
            Self::Timeout { .. } => "TIMEOUT",
            Self::OutOfMemory { .. } => "OUT_OF_MEMORY",
            Self::Interrupted { .. } => "INTERRUPTED",
            Self::InvalidArgument { .. } => "INVALID_ARGUMENT",
            Self::NotApplied { .. } => "NOT_APPLIED",
            Self::TransactionsUnsupported { .. } => "TRANSACTIONS_UNSUPPORTED",
            Self::ConfigInvalid { .. } => "CONFIG_INVALID",
            Self::ConfigFileExists { .. } => "CONFIG_FILE_EXISTS",
            Self::DirectoryUnreadable { .. } | Self::FileUnreadable { .. } => {
                "MIGRATION_UNREADABLE"
            }
            Self::ConnectionFailed { .. } => "CONNECTION_FAILED",
            Self::Unauthorized { .. } => "UNAUTHORIZED",
            Self::Database { .. } => "DATABASE_ERROR",
            Self::RecordFailed { .. } => "RECORD_FAILED",
            Self::RecordInvalid { .. } => "RECORD_INVALID",
            Self::ClockSkew { .. } => "CLOCK_SKEW",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    /// The JavaScript error behind this one.
    #[must_use]
    pub fn script_error(&self) -> Option<&ScriptError> {
        match self {
            Self::Syntax { error, .. }
            | Self::LoadFailed { error, .. }
            | Self::ExecutionFailed { error, .. }
            | Self::HookFailed { error, .. }
            | Self::Timeout { error, .. }
            | Self::OutOfMemory { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl From<StopReason> for Error {
    /// For a stop between two scripts. A running script's limits never close the run's own fence, so the last two cases
    /// say no more than they know.
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::LockLost { detail } => Self::LockLost { detail },
            StopReason::Interrupted { signal } => Self::Interrupted { signal },
            StopReason::Timeout { limit } => Self::Internal {
                detail: format!("the run was stopped after {}", seconds(limit)),
            },
            StopReason::OutOfMemory { limit } => Self::Internal {
                detail: format!("the run was stopped at {limit} bytes of memory"),
            },
        }
    }
}
