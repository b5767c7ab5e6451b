//! The JSON documents of `--json`, with mmk's field names and order. What we say beyond mmk is always an additional field.

use mmk_core::error::LockHolder;
use mmk_core::history::Attempt;
use mmk_core::history::AttemptState;
use mmk_core::report::StepResult;
use mmk_core::script::Counts;
use mmk_core::status::Integrity;
use mmk_core::status::StatusRow;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use time::OffsetDateTime;
use time::UtcOffset;
use time::macros::format_description;

use crate::failure::Ended;
use crate::failure::Failure;

/// The results of `up`, `down` and `redo`.
pub(crate) fn results(results: &[StepResult]) -> Value {
    results.iter().map(result).collect()
}

fn result(result: &StepResult) -> Value {
    let mut object = Map::new();
    object.insert("file".to_owned(), Value::from(result.file.as_str()));
    object.insert("status".to_owned(), Value::from(result.status.as_str()));
    let duration = result.duration.map(milliseconds).map(Value::from);
    let optional = [
        ("duration", duration),
        ("batch", result.batch.map(Value::from)),
        ("reason", result.reason.as_deref().map(Value::from)),
        ("error", result.error.as_deref().map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    }
    Value::Object(object)
}

/// The rows of `status`, `list` and `dry-run`.
pub(crate) fn status_rows<'a>(rows: impl IntoIterator<Item = &'a StatusRow>) -> Value {
    rows.into_iter().map(status_row).collect()
}

fn status_row(row: &StatusRow) -> Value {
    let mut value = json!({
        "file": row.file.as_str(),
        "status": row.state.as_str(),
        "batch": row.batch,
        "appliedAt": row.applied_at.map(iso),
        "duration": row.duration.map(milliseconds),
        "checksumOk": match row.integrity {
            Integrity::Ok => Some(true),
            Integrity::Mismatch(_) => Some(false),
            Integrity::Unknown => None,
        },
    });
    if let Some(description) = row.description.as_deref().filter(|text| !text.is_empty()) {
        value["description"] = Value::from(description);
    }
    if row.file_missing {
        value["fileMissing"] = Value::Bool(true);
    }
    if let Some(attempt) = &row.unsettled {
        value["attempt"] = attempt_value(attempt);
    }
    value
}

fn attempt_value(attempt: &Attempt) -> Value {
    let mut value = json!({
        "state": match (attempt.state, attempt.live) {
            (AttemptState::Running, true) => "running",
            (AttemptState::Running, false) => "unfinished",
            (AttemptState::Failed, _) => "failed",
            (AttemptState::Applied, _) => "applied",
            (AttemptState::Reverted, _) => "reverted",
        },
        "direction": attempt.direction.as_str(),
        "startedAt": iso(attempt.started_at),
        "host": attempt.host,
        "pid": attempt.pid,
        "executedBy": attempt.user,
        "transaction": attempt.transaction,
        "counts": attempt.counts.iter().map(|(name, counts)| (name.clone(), counts_value(counts))).collect::<Map<_, _>>(),
    });
    if let Some(counted_at) = attempt.counted_at {
        value["countedAt"] = Value::from(iso(counted_at));
    }
    if let Some(error) = &attempt.error {
        value["error"] = Value::from(error.message.as_str());
    }
    value
}

fn counts_value(counts: &Counts) -> Value {
    json!({
        "read": counts.read,
        "matched": counts.matched,
        "modified": counts.modified,
        "inserted": counts.inserted,
        "deleted": counts.deleted,
    })
}

/// The answer of `unlock`.
pub(crate) fn unlock(released: bool, holder: Option<&LockHolder>) -> Value {
    json!({ "released": released, "holder": holder.map(lock_holder) })
}

fn lock_holder(holder: &LockHolder) -> Value {
    json!({
        "lockedAt": holder.locked_at.map(iso),
        "pid": holder.pid,
        "host": holder.host,
        "executedBy": holder.executed_by,
    })
}

/// A failure of any command.
pub(crate) fn failure(failure: &Failure) -> Value {
    let mut error = json!({ "code": failure.code(), "message": failure.to_string() });
    let hints = failure.hints();
    if let Some(details) = failure.details() {
        error["details"] = details;
    }
    if !hints.is_empty() {
        error["hints"] = Value::from(hints);
    }
    json!({ "error": error })
}

/// The failure of a run, with what was done before it and what was not reached.
pub(crate) fn failed_run(ended: &Ended) -> Value {
    let mut document = failure(&ended.failure);
    document["results"] = results(&ended.done);
    if !ended.not_run.is_empty() {
        document["notRun"] = Value::from(ended.not_run.clone());
    }
    document
}

/// As JavaScript's `toISOString` writes it.
pub(crate) fn iso(moment: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    moment
        .to_offset(UtcOffset::UTC)
        .format(&format)
        .unwrap_or_else(|_| moment.to_string())
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mmk_core::name::MigrationName;
    use mmk_core::report::ResultStatus;
    use mmk_core::script::CountsByCollection;
    use mmk_core::script::Direction;
    use mmk_core::status::State;
    use time::macros::datetime;

    use super::*;

    fn pretty(value: &Value) -> String {
        serde_json::to_string_pretty(value).unwrap()
    }

    fn applied() -> StepResult {
        StepResult {
            file: "1-a.js".to_owned(),
            direction: Direction::Up,
            status: ResultStatus::Applied,
            duration: Some(Duration::from_micros(12_900)),
            batch: Some(3),
            reason: None,
            error: None,
            counts: CountsByCollection::new(),
        }
    }

    #[test]
    fn run_results_have_the_fields_of_mmk_in_its_order() {
        let skipped = StepResult {
            status: ResultStatus::Skipped,
            duration: None,
            batch: None,
            reason: Some("Already applied".to_owned()),
            ..applied()
        };
        assert_eq!(
            pretty(&results(&[applied(), skipped])),
            r#"[
  {
    "file": "1-a.js",
    "status": "applied",
    "duration": 12,
    "batch": 3
  },
  {
    "file": "1-a.js",
    "status": "skipped",
    "reason": "Already applied"
  }
]"#
        );
    }

    #[test]
    fn status_rows_have_nulls_where_nothing_is_known() {
        let pending = StatusRow {
            file: MigrationName::parse("2-b.js").unwrap(),
            state: State::Pending,
            batch: None,
            applied_at: None,
            duration: None,
            integrity: Integrity::Unknown,
            description: None,
            file_missing: false,
            block: None,
            unsettled: None,
        };
        let applied = StatusRow {
            state: State::Applied,
            batch: Some(1),
            applied_at: Some(datetime!(2026-01-02 03:04:05.678901 +01:00)),
            duration: Some(Duration::from_millis(7)),
            integrity: Integrity::Ok,
            description: Some("adds b".to_owned()),
            ..pending.clone()
        };
        assert_eq!(
            pretty(&status_rows([&applied, &pending])),
            r#"[
  {
    "file": "2-b.js",
    "status": "applied",
    "batch": 1,
    "appliedAt": "2026-01-02T02:04:05.678Z",
    "duration": 7,
    "checksumOk": true,
    "description": "adds b"
  },
  {
    "file": "2-b.js",
    "status": "pending",
    "batch": null,
    "appliedAt": null,
    "duration": null,
    "checksumOk": null
  }
]"#
        );
    }

    #[test]
    fn a_failure_carries_what_was_done_before_it() {
        let error = Failure::argument("no")
            .hint("yes")
            .detail("flag", "--steps");
        let ended = Ended {
            failure: Box::new(error),
            done: vec![applied()],
            not_run: vec!["3-c.js".to_owned()],
        };
        assert_eq!(
            failed_run(&ended),
            json!({
                "error": {
                    "code": "INVALID_ARGUMENT",
                    "message": "no",
                    "details": { "flag": "--steps" },
                    "hints": ["yes"],
                },
                "results": [{ "file": "1-a.js", "status": "applied", "duration": 12, "batch": 3 }],
                "notRun": ["3-c.js"],
            })
        );
        assert_eq!(failure(&ended.failure).get("results"), None);
    }

    #[test]
    fn nobody_holding_the_lock_is_null() {
        assert_eq!(
            unlock(false, None),
            json!({ "released": false, "holder": null })
        );
    }
}
