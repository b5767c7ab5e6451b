//! The fields of each error by name, for machines; named as mongo-migrate-kit names them where it has them.

use std::path::PathBuf;

use crate::error::Error;
use crate::error::LockHolder;
use crate::error::sentence::timestamp;
use crate::script::Direction;
use crate::script::ScriptError;

/// A typed field of an [`Error`], for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    Text(String),
    Number(i64),
    List(Vec<String>),
}

impl Error {
    /// The fields by name, for `details` in JSON.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, Field)> {
        let text = |text: &str| Field::Text(text.to_owned());
        let path = |path: &PathBuf| Field::Text(path.display().to_string());
        match self {
            Self::Refused(errors) => vec![(
                "refusals",
                Field::List(
                    errors
                        .iter()
                        .map(|error| format!("{}: {error}", error.code()))
                        .collect(),
                ),
            )],
            Self::LockHeld { holder, .. } => holder_fields(holder),
            Self::LockRelease { detail } | Self::LockLost { detail } => {
                vec![("detail", text(detail))]
            }
            Self::LockLostDuring { name, detail } => {
                vec![("name", text(name)), ("detail", text(detail))]
            }
            Self::ChecksumMismatch {
                name,
                recorded,
                found,
                ..
            } => vec![
                ("name", text(name)),
                ("expected", text(recorded.as_str())),
                ("actual", text(found.as_str())),
            ],
            Self::FileNotFound {
                name,
                directory,
                available,
            } => vec![
                ("filename", text(name)),
                ("migrationsDir", path(directory)),
                ("available", Field::List(available.clone())),
            ],
            Self::AppliedFileMissing { name, directory } => {
                vec![("filename", text(name)), ("migrationsDir", path(directory))]
            }
            Self::OutOfOrder { name, after } => vec![("name", text(name)), ("after", text(after))],
            Self::DirectoryMissing { path: folder } => vec![("path", path(folder))],
            Self::ImportTargetNotEmpty { collection, count } => vec![
                ("collection", text(collection)),
                (
                    "count",
                    Field::Number(i64::try_from(*count).unwrap_or(i64::MAX)),
                ),
            ],
            Self::InvalidName { name, .. } => vec![("name", text(name))],
            Self::DuplicateName { first, second } => {
                vec![("names", Field::List(vec![first.clone(), second.clone()]))]
            }
            Self::InvalidExport { name, export } => {
                vec![("name", text(name)), ("export", text(export))]
            }
            Self::Syntax { name, error } | Self::LoadFailed { name, error } => {
                script_fields(name, None, error)
            }
            Self::ExecutionFailed {
                name,
                direction,
                error,
            }
            | Self::Timeout {
                name,
                direction,
                error,
                ..
            }
            | Self::OutOfMemory {
                name,
                direction,
                error,
                ..
            } => script_fields(name, Some(*direction), error),
            Self::HookFailed { hook, error } => script_fields(hook, None, error),
            Self::Interrupted { signal } => vec![("signal", text(signal))],
            Self::NotApplied { name, applied } => vec![
                ("filename", text(name)),
                ("applied", Field::List(applied.clone())),
            ],
            Self::TransactionsUnsupported { names, reason } => vec![
                ("names", Field::List(names.clone())),
                ("reason", text(reason)),
            ],
            Self::ConfigInvalid { file, issues } => {
                let mut fields = vec![("issues", Field::List(issues.clone()))];
                fields.extend(file.as_ref().map(|file| ("file", path(file))));
                fields
            }
            Self::ConfigFileExists { path: file }
            | Self::DirectoryUnreadable { path: file, .. }
            | Self::FileUnreadable { path: file, .. } => vec![("path", path(file))],
            Self::ConnectionFailed { hosts, detail } => {
                vec![("hosts", text(hosts)), ("detail", text(detail))]
            }
            Self::Unauthorized { action, detail } | Self::Database { action, detail } => {
                vec![("action", text(action)), ("detail", text(detail))]
            }
            Self::RecordFailed {
                name, direction, ..
            } => vec![
                ("name", text(name)),
                ("direction", text(direction.as_str())),
            ],
            Self::RecordInvalid { collection, id, .. } => {
                vec![("collection", text(collection)), ("id", text(id))]
            }
            Self::ClockSkew { difference } => vec![(
                "milliseconds",
                Field::Number(i64::try_from(difference.as_millis()).unwrap_or(i64::MAX)),
            )],
            Self::InvalidArgument { .. } | Self::Internal { .. } => Vec::new(),
        }
    }
}

fn holder_fields(holder: &LockHolder) -> Vec<(&'static str, Field)> {
    let mut fields = Vec::new();
    fields.extend(
        holder
            .locked_at
            .map(|since| ("lockedAt", Field::Text(timestamp(since)))),
    );
    fields.extend(holder.pid.map(|pid| ("pid", Field::Number(pid))));
    fields.extend(holder.host.clone().map(|host| ("host", Field::Text(host))));
    fields.extend(
        holder
            .executed_by
            .clone()
            .map(|user| ("executedBy", Field::Text(user))),
    );
    fields
}

fn script_fields(
    name: &str,
    direction: Option<Direction>,
    error: &ScriptError,
) -> Vec<(&'static str, Field)> {
    let mut fields = vec![("name", Field::Text(name.to_owned()))];
    fields.extend(
        direction.map(|direction| ("direction", Field::Text(direction.as_str().to_owned()))),
    );
    fields.push(("cause", Field::Text(error.message.clone())));
    fields.extend(error.location.as_ref().map(|location| {
        (
            "location",
            Field::Text(format!(
                "{}:{}:{}",
                location.file.display(),
                location.line,
                location.column
            )),
        )
    }));
    fields.extend(
        error
            .code
            .clone()
            .map(|code| ("causeCode", Field::Text(code))),
    );
    fields
}
