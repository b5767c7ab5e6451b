//! Turns the driver's errors into ours, with credentials taken out.

use mmk_core::error::Error;
use mongodb::error::ErrorKind;
use mongodb::error::WriteFailure;

use crate::redact::redact;

/// The server's code for "not allowed".
const UNAUTHORIZED: i32 = 13;
const AUTHENTICATION_FAILED: i32 = 18;
/// What Atlas answers to both.
const ATLAS_ERROR: i32 = 8000;
const DUPLICATE_KEY: i32 = 11000;

/// The story of a database call that failed; `action` says what was tried, such as `find` in `_mmk_migrations`.
#[must_use]
pub(crate) fn database_error(action: &str, error: &mongodb::error::Error) -> Error {
    let action = action.to_owned();
    let detail = describe(error);
    if is_unauthorized(error) {
        Error::Unauthorized { action, detail }
    } else {
        Error::Database { action, detail }
    }
}

/// One line: the server's own message where there is one.
#[must_use]
pub(crate) fn describe(error: &mongodb::error::Error) -> String {
    let text = match error.kind.as_ref() {
        ErrorKind::Command(command) => command.message.clone(),
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.message.clone(),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => concern.message.clone(),
        ErrorKind::ServerSelection { message, .. } => selection_sentence(message),
        ErrorKind::Authentication { message, .. }
        | ErrorKind::InvalidArgument { message, .. }
        | ErrorKind::DnsResolve { message, .. } => message.clone(),
        other => other.to_string(),
    };
    redact(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The driver prints its whole view of the cluster in its debug form; a reader wants to know what each server answered.
fn selection_sentence(message: &str) -> String {
    let mut reasons: Vec<&str> = message
        .split("Error: Kind: ")
        .skip(1)
        .map(|rest| rest.split(", labels:").next().unwrap_or(rest).trim())
        .map(|reason| reason.strip_prefix("I/O error: ").unwrap_or(reason))
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    if !reasons.is_empty() {
        return reasons.join("; ");
    }
    if message.contains("Type: ReplicaSetNoPrimary") {
        return "the replica set has no primary, or not the name that the URI gives".to_owned();
    }
    "no server answered in time".to_owned()
}

#[must_use]
pub(crate) fn is_unauthorized(error: &mongodb::error::Error) -> bool {
    matches!(error.kind.as_ref(), ErrorKind::Authentication { .. })
        || matches!(
            code(error),
            Some(UNAUTHORIZED | AUTHENTICATION_FAILED | ATLAS_ERROR)
        )
}

#[must_use]
pub(crate) fn is_duplicate_key(error: &mongodb::error::Error) -> bool {
    code(error) == Some(DUPLICATE_KEY)
}

pub(crate) fn code(error: &mongodb::error::Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(command) => Some(command.code),
        ErrorKind::Write(WriteFailure::WriteError(write)) => Some(write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => Some(concern.code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::selection_sentence;

    #[test]
    fn a_cluster_out_of_reach_is_told_by_its_reasons() {
        let cases = [
            (
                "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [ { Address: a:1, Type: Unknown, Error: Kind: I/O error: Connection refused (os error 111), labels: {\"x\"}, source: None }, { Address: b:1, Type: Unknown, Error: Kind: I/O error: Connection refused (os error 111), labels: {}, source: None } ] }",
                "Connection refused (os error 111)",
            ),
            (
                "Server selection timeout: No available servers. Topology: { Type: Unknown, Servers: [ { Address: a:1, Type: Unknown } ] }",
                "no server answered in time",
            ),
            (
                "Server selection timeout: No available servers. Topology: { Type: ReplicaSetNoPrimary, Set Name: rs1, Servers: [ ] }",
                "the replica set has no primary, or not the name that the URI gives",
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(selection_sentence(message), expected);
        }
    }
}
