//! What is stored about a migration: the record in `_mmk_migrations` and the lock in `_mmk_locks`, both shared with mongo-migrate-kit 1.3
//! field by field. What only we store is in `attempt_document`.

use bson::DateTime;
use bson::Document;
use mmk_core::checksum::Checksum;
use mmk_core::error::Error;
use mmk_core::error::LockHolder;
use mmk_core::history::Record;
use mmk_core::history::Status;
use mmk_core::name::MigrationName;
use mmk_core::ports::Entry;
use mmk_core::script::Outcome;
use serde::Serialize;

use crate::field::JsNumber;
use crate::field::date;
use crate::field::integer;
use crate::field::milliseconds;
use crate::field::text;
use crate::identity::Identity;

/// A record as we write it, in mongo-migrate-kit's order of fields. `_id` is an ObjectId that the server makes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredRecord<'a> {
    /// String: the file's name with its extension. Unique.
    name: &'a str,
    /// Int32 (Double beyond): the run that applied it, or a number of its own with `--step`.
    batch: JsNumber,
    /// String: `applied` here; a rollback sets `reverted`.
    status: &'static str,
    /// Date: when `up` ended, by this machine's clock. A rollback adds `revertedAt`, a Date too.
    applied_at: DateTime,
    /// Int32: milliseconds of `up` alone.
    duration: JsNumber,
    /// String: SHA-256 of the file's text, 64 hexadecimal digits.
    checksum: &'a str,
    /// String: `NODE_ENV`, or `development`.
    environment: &'a str,
    /// String: the system's user.
    executed_by: &'a str,
    /// String: the file's `description`, where it exports one.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    /// String: the application that the migrations belong to, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
}

impl<'a> StoredRecord<'a> {
    pub(crate) fn applied(entry: &'a Entry, outcome: &Outcome, identity: &'a Identity) -> Self {
        let migration = &entry.step.migration;
        let filled = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        Self {
            name: migration.name.as_str(),
            batch: JsNumber::from_integer(entry.step.batch),
            status: "applied",
            applied_at: DateTime::now(),
            duration: JsNumber::from_milliseconds(outcome.duration),
            checksum: migration.fingerprint.exact.as_str(),
            environment: &identity.environment,
            executed_by: &identity.user,
            description: filled(&entry.description),
            service: filled(&identity.service),
        }
    }
}

/// Understands a record that we, mongo-migrate-kit, or a human wrote.
pub(crate) fn read_record(document: &Document, collection: &str) -> Result<Record, Error> {
    parse_record(document).map_err(|detail| Error::RecordInvalid {
        collection: collection.to_owned(),
        id: document
            .get("_id")
            .map_or_else(|| "unknown".to_owned(), ToString::to_string),
        detail,
    })
}

fn parse_record(document: &Document) -> Result<Record, String> {
    let name = text(document, "name")?.ok_or_else(|| {
        if document.contains_key("fileName") {
            "it has no `name` but a `fileName`, as the records of migrate-mongo do".to_owned()
        } else {
            "it has no `name`".to_owned()
        }
    })?;
    let status = match text(document, "status")?.as_deref() {
        Some("applied") => Status::Applied,
        Some("reverted") => Status::Reverted,
        Some(other) => {
            return Err(format!(
                "the `status` of `{name}` is `{other}`, and only `applied` and `reverted` are known"
            ));
        }
        None => return Err(format!("`{name}` has no `status`")),
    };
    Ok(Record {
        name: MigrationName::parse(&name).map_err(|error| error.to_string())?,
        // What has no batch sorts before what has one.
        batch: integer(document, "batch")?.unwrap_or(0),
        status,
        applied_at: date(document, "appliedAt")?,
        reverted_at: date(document, "revertedAt")?,
        duration: milliseconds(document, "duration")?,
        checksum: text(document, "checksum")?
            .as_deref()
            .and_then(Checksum::recorded),
        normalised_checksum: None,
        environment: text(document, "environment")?,
        executed_by: text(document, "executedBy")?,
        description: text(document, "description")?,
        service: text(document, "service")?,
        block: None,
        origin: text(document, "origin")?,
    })
}

/// The `_id` of the only document in the lock collection.
pub(crate) const LOCK_ID: &str = "mmk_lock";

/// Understands a lock document as far as it can; what is odd in it is left out, because a lock that can't be read is still a lock.
pub(crate) fn read_holder(document: &Document) -> LockHolder {
    LockHolder {
        locked_at: date(document, "lockedAt").ok().flatten(),
        pid: integer(document, "pid").ok().flatten(),
        host: text(document, "host").ok().flatten(),
        executed_by: text(document, "executedBy").ok().flatten(),
        owner: text(document, "owner").ok().flatten(),
        nameless_in: None,
        expired: document.get_bool("expired").unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    use bson::doc;
    use bson::oid::ObjectId;

    use super::*;

    #[test]
    fn records_of_all_number_types_and_with_gaps_are_understood() {
        let record = read_record(
            &doc! { "name": "a.js", "batch": 3.0, "status": "applied", "duration": 12_i64, "checksum": "" },
            "_mmk_migrations",
        )
        .unwrap();
        assert_eq!(record.batch, 3);
        assert_eq!(record.duration.unwrap().as_millis(), 12);
        assert_eq!(record.checksum, None);
        assert_eq!(record.applied_at, None);
    }

    #[test]
    fn a_record_that_makes_no_sense_is_named() {
        let id = ObjectId::new();
        let cases = [
            (doc! { "_id": id, "status": "applied" }, "no `name`"),
            (
                doc! { "_id": id, "fileName": "a.js", "status": "applied" },
                "migrate-mongo",
            ),
            (
                doc! { "_id": id, "name": "a.js", "status": "succeeded" },
                "`succeeded`",
            ),
            (doc! { "_id": id, "name": "a.js" }, "no `status`"),
            (
                doc! { "_id": id, "name": "a.js", "status": "applied", "batch": "one" },
                "`batch`",
            ),
            (
                doc! { "_id": id, "name": 7, "status": "applied" },
                "`name` should be text",
            ),
        ];
        for (document, expected) in cases {
            let error = read_record(&document, "_mmk_migrations").unwrap_err();
            let text = error.to_string();
            assert_eq!(error.code(), "RECORD_INVALID");
            assert!(text.contains(expected), "{text}");
            assert!(text.contains(&id.to_string()), "{text}");
            assert!(text.contains("`_mmk_migrations`"), "{text}");
        }
    }
}
