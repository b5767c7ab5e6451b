//! Pieces of the errors' sentences that a format string can't make.

use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::checksum::Drift;
use crate::error::Error;
use crate::script::Direction;
use crate::script::ScriptError;

pub(super) fn located(error: &ScriptError) -> String {
    let what = if error.name.is_empty() || error.name == "Error" {
        error.message.clone()
    } else {
        format!("{}: {}", error.name, error.message)
    };
    match &error.location {
        Some(location) => format!(
            "{what} (`{}:{}:{}`)",
            location.file.display(),
            location.line,
            location.column
        ),
        None => what,
    }
}

pub(super) fn checksum_sentence(name: &str, drift: Drift, direction: Direction) -> String {
    let what = match drift {
        Drift::Format => "has other line endings or blanks than when it was applied",
        Drift::Content => "has changed since it was applied",
    };
    match direction {
        Direction::Up => format!("`{name}` {what}"),
        Direction::Down => {
            format!("`{name}` {what}, so its `down` may not undo what its `up` did")
        }
    }
}

pub(super) fn refusal_list(errors: &[Error]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| format!("\n  {}: {error}", error.code()))
        .collect();
    format!(
        "nothing was run, because {} things must be put right first:{}",
        errors.len(),
        lines.concat()
    )
}

pub(super) fn config_sentence(file: Option<&Path>, issues: &[String]) -> String {
    let place = file.map_or_else(
        || "the configuration".to_owned(),
        |file| format!("`{}`", file.display()),
    );
    match issues {
        [only] => format!("{place} is invalid: {only}"),
        _ => format!(
            "{place} is invalid:{}",
            issues
                .iter()
                .map(|issue| format!("\n  {issue}"))
                .collect::<String>()
        ),
    }
}

/// `` `a`, `b` `` and so on.
pub(crate) fn quoted_list(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// RFC 3339 in UTC, whole seconds.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.to_offset(time::UtcOffset::UTC)
        .replace_nanosecond(0)
        .unwrap_or(time)
        .format(&Rfc3339)
        .unwrap_or_else(|_| time.to_string())
}

pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
