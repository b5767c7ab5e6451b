//! What only we store: one document in `_mmk_history` for each try to run a migration. Written when the try begins, completed when it ends,
//! never overwritten by a later one. mongo-migrate-kit doesn't know the collection.

use bson::Bson;
use bson::DateTime;
use bson::Document;
use bson::doc;
use bson::oid::ObjectId;
use mmk_core::amendment::Amendment;
use mmk_core::checksum::Checksum;
use mmk_core::history::Attempt;
use mmk_core::history::AttemptError;
use mmk_core::history::AttemptState;
use mmk_core::name::MigrationName;
use mmk_core::plan::Step;
use mmk_core::script::Counts;
use mmk_core::script::CountsByCollection;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use serde::Serialize;

use crate::changelog::OwnText;
use crate::field::JsNumber;
use crate::field::date;
use crate::field::integer;
use crate::field::milliseconds;
use crate::field::text;
use crate::identity::Identity;

/// The state of an attempt that was announced and then not made.
pub(crate) const WITHDRAWN: &str = "withdrawn";

/// An attempt as it begins.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedAttempt<'a> {
    /// ObjectId.
    #[serde(rename = "_id")]
    pub(crate) id: ObjectId,
    /// String: UUID v4 of the invocation, and the `owner` in its lock document.
    run: &'a str,
    /// String: the file's name with its extension.
    name: &'a str,
    /// String: `up` or `down`.
    direction: &'static str,
    /// String: `running`; later `applied`, `reverted` or `failed`, or `withdrawn` if it was announced and nothing of it ran.
    state: &'static str,
    /// Date: by this machine's clock. The end adds `finishedAt`, a Date too.
    started_at: DateTime,
    /// Int32 (Double beyond).
    batch: JsNumber,
    /// String: SHA-256 of the file as it runs.
    checksum: &'a str,
    /// String: the same over the text without line endings, trailing blanks and byte order mark.
    normalised_checksum: &'a str,
    /// Boolean: runs in a transaction.
    transaction: bool,
    /// String.
    host: &'a str,
    /// Int32.
    pid: i32,
    /// String: the system's user.
    user: &'a str,
    /// String: our version.
    tool_version: &'a str,
    /// String: `NODE_ENV`, or `development`.
    environment: &'a str,
    /// String, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    /// Document: the record as it stood before, where there was one. Applying again replaces it, and it must not be lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_record: Option<&'a Document>,
}

impl<'a> StartedAttempt<'a> {
    pub(crate) fn new(
        step: &'a Step,
        transaction: bool,
        identity: &'a Identity,
        previous_record: Option<&'a Document>,
    ) -> Self {
        let fingerprint = &step.migration.fingerprint;
        Self {
            id: ObjectId::new(),
            run: &identity.run,
            name: step.migration.name.as_str(),
            direction: step.direction.as_str(),
            state: "running",
            started_at: DateTime::now(),
            batch: JsNumber::from_integer(step.batch),
            checksum: fingerprint.exact.as_str(),
            normalised_checksum: fingerprint.normalised.as_str(),
            transaction,
            host: &identity.host,
            pid: identity.pid,
            user: &identity.user,
            tool_version: &identity.tool_version,
            environment: &identity.environment,
            service: identity.service.as_deref(),
            previous_record,
        }
    }
}

/// Finds an attempt that is still open and that no other run has taken over.
pub(crate) fn open(id: ObjectId) -> Document {
    doc! { "_id": id, "state": "running", "takenOverBy": { "$exists": false } }
}

/// Finds what other runs left open. Whoever holds the lock knows that none of them may go on.
pub(crate) fn left_open(run: &str) -> Document {
    doc! { "state": "running", "run": { "$ne": run }, "takenOverBy": { "$exists": false } }
}

/// The update that keeps the run of an attempt from ever recording its end. `takenOverBy` String: the run that took the lock after it;
/// `takenOverAt` Date.
pub(crate) fn taken_over(run: &str) -> Document {
    doc! { "$set": { "takenOverBy": run, "takenOverAt": DateTime::now() } }
}

/// The update of a running attempt: `counts` as at its end, `countedAt` Date.
pub(crate) fn counted(counts: &CountsByCollection) -> Document {
    doc! { "$set": { "counts": write_all_counts(counts), "countedAt": DateTime::now() } }
}

/// The update that closes an attempt that ended well.
pub(crate) fn finished(direction: Direction, outcome: &Outcome) -> Document {
    let state = match direction {
        Direction::Up => "applied",
        Direction::Down => "reverted",
    };
    doc! { "$set": ended(state, outcome) }
}

/// The update that closes an attempt that failed.
pub(crate) fn failed(error: &ScriptError) -> Document {
    let mut fields = ended("failed", &error.outcome);
    let mut stored = doc! {
        "name": &error.name,
        "message": &error.message,
        "stack": &error.stack,
    };
    if let Some(code) = &error.code {
        stored.insert("code", code);
    }
    if let Some(location) = &error.location {
        stored.insert(
            "location",
            format!(
                "{}:{}:{}",
                location.file.display(),
                location.line,
                location.column
            ),
        );
    }
    fields.insert("error", stored);
    fields.insert("rolledBack", error.rolled_back);
    doc! { "$set": fields }
}

/// The update of an attempt of which nothing ran. It doesn't count as one.
pub(crate) fn withdrawn() -> Document {
    doc! { "$set": { "state": WITHDRAWN, "finishedAt": DateTime::now() } }
}

/// `finishedAt` Date, `durationMs` Int32, `counts` Array of documents: collection names hold dots, so they can't be keys.
fn ended(state: &str, outcome: &Outcome) -> Document {
    doc! {
        "state": state,
        "finishedAt": DateTime::now(),
        "durationMs": JsNumber::from_milliseconds(outcome.duration),
        "counts": write_all_counts(&outcome.counts),
    }
}

fn write_all_counts(counts: &CountsByCollection) -> Vec<Bson> {
    counts
        .iter()
        .map(|(collection, counts)| Bson::Document(write_counts(collection, counts)))
        .collect()
}

fn write_counts(collection: &str, counts: &Counts) -> Document {
    let number = |count: u64| JsNumber::from_integer(i64::try_from(count).unwrap_or(i64::MAX));
    doc! {
        "collection": collection,
        "read": number(counts.read),
        "matched": number(counts.matched),
        "modified": number(counts.modified),
        "inserted": number(counts.inserted),
        "deleted": number(counts.deleted),
    }
}

/// Understands an attempt; `None` for a document that isn't one. Nothing depends on attempts, so an odd one stops nobody.
pub(crate) fn read_attempt(document: &Document, live_run: Option<&str>) -> Option<Attempt> {
    let run = text(document, "run").ok()??;
    let optional = |key: &str| text(document, key).ok().flatten();
    Some(Attempt {
        id: document.get_object_id("_id").ok()?.to_hex(),
        name: MigrationName::parse(&optional("name")?).ok()?,
        direction: match optional("direction")?.as_str() {
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => return None,
        },
        state: match optional("state")?.as_str() {
            "running" => AttemptState::Running,
            "applied" => AttemptState::Applied,
            "reverted" => AttemptState::Reverted,
            "failed" => AttemptState::Failed,
            _ => return None,
        },
        started_at: date(document, "startedAt").ok()??,
        finished_at: date(document, "finishedAt").ok().flatten(),
        duration: milliseconds(document, "durationMs").ok().flatten(),
        batch: integer(document, "batch").ok().flatten().unwrap_or(0),
        counts: read_counts(document),
        counted_at: date(document, "countedAt").ok().flatten(),
        error: document.get_document("error").ok().map(read_error),
        host: optional("host").unwrap_or_default(),
        pid: integer(document, "pid").ok().flatten().unwrap_or(0),
        user: optional("user").unwrap_or_default(),
        tool_version: optional("toolVersion").unwrap_or_default(),
        environment: optional("environment"),
        transaction: document.get_bool("transaction").unwrap_or(false),
        live: live_run == Some(run.as_str()),
        run,
    })
}

fn read_counts(document: &Document) -> CountsByCollection {
    let Ok(list) = document.get_array("counts") else {
        return CountsByCollection::new();
    };
    list.iter()
        .filter_map(Bson::as_document)
        .filter_map(|entry| {
            let number = |key: &str| {
                let value = integer(entry, key).ok().flatten().unwrap_or(0);
                u64::try_from(value).unwrap_or(0)
            };
            let counts = Counts {
                read: number("read"),
                matched: number("matched"),
                modified: number("modified"),
                inserted: number("inserted"),
                deleted: number("deleted"),
            };
            Some((text(entry, "collection").ok()??, counts))
        })
        .collect()
}

fn read_error(document: &Document) -> AttemptError {
    let optional = |key: &str| text(document, key).ok().flatten();
    AttemptError {
        name: optional("name").unwrap_or_default(),
        message: optional("message").unwrap_or_default(),
        stack: optional("stack").unwrap_or_default(),
        code: optional("code"),
        location: optional("location"),
    }
}

/// An exact checksum and the normalised one of the same text, as the ledger groups them.
pub(crate) fn read_checksums(document: &Document) -> Option<(Checksum, Checksum)> {
    let group = document.get_document("_id").ok()?;
    let exact = Checksum::recorded(&text(group, "checksum").ok()??)?;
    let normalised = Checksum::recorded(&text(document, "normalised").ok()??)?;
    Some((exact, normalised))
}

/// A text that was applied or accepted under a name; of several, the ledger lists the latest last.
pub(crate) fn read_own_text(document: &Document) -> Option<(MigrationName, OwnText)> {
    let group = document.get_document("_id").ok()?;
    let finished_at = date(document, "right").ok()??;
    let own = OwnText {
        checksum: Checksum::recorded(&text(group, "checksum").ok()??)?,
        normalised: text(document, "normalised")
            .ok()?
            .as_deref()
            .and_then(Checksum::recorded),
        finished_at: Some(finished_at),
    };
    Some((MigrationName::parse(&text(group, "name").ok()??).ok()?, own))
}

/// A correction as it is kept: a completed attempt that nothing ran in, with `by` (`mark` or `accept`) and the reason that was given.
pub(crate) fn amended(
    attempt: &StartedAttempt<'_>,
    amendment: &Amendment,
    reason: Option<&str>,
) -> Document {
    let mut document = bson::serialize_to_document(attempt)
        .expect("a struct of strings, numbers and dates is a document");
    let (state, by) = match amendment {
        Amendment::Applied(_) => ("applied", "mark"),
        Amendment::Pending(_) => ("reverted", "mark"),
        Amendment::Accepted(_) => ("accepted", "accept"),
        Amendment::Renamed { .. } => ("applied", "rename"),
    };
    document.insert("state", state);
    document.insert("finishedAt", DateTime::now());
    document.insert("by", by);
    if let Amendment::Renamed { from, .. } = amendment {
        document.insert("renamedFrom", from.as_str());
    }
    if let Some(reason) = reason {
        document.insert("reason", reason);
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_comes_back_as_it_was_stored() {
        let mut counts = CountsByCollection::new();
        counts.insert(
            "shop.orders.old".to_owned(),
            Counts {
                read: 1,
                matched: 2,
                modified: 3,
                inserted: 5_000_000_000,
                deleted: 5,
            },
        );
        let outcome = Outcome {
            counts: counts.clone(),
            ..Outcome::default()
        };
        let mut document = doc! {
            "_id": ObjectId::new(), "run": "r", "name": "a.js", "direction": "down", "state": "running",
            "startedAt": DateTime::from_millis(1_000), "batch": 2, "host": "h", "pid": 7, "user": "u", "toolVersion": "1",
        };
        document.extend(ended("reverted", &outcome));
        let attempt = read_attempt(&document, Some("r")).unwrap();
        assert_eq!(attempt.state, AttemptState::Reverted);
        assert_eq!(attempt.counts, counts);
        assert!(attempt.live);
        assert!(!read_attempt(&document, Some("other")).unwrap().live);
    }

    #[test]
    fn a_document_that_is_no_attempt_is_passed_over() {
        assert_eq!(read_attempt(&doc! { "hello": 1 }, None), None);
    }
}
