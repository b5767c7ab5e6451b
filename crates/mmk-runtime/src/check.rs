//! Reads the verdict of the host script on one file.

use std::path::Path;
use std::time::Duration;

use mmk_core::script::Outcome;
use mmk_core::script::Script;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;
use serde::Deserialize;
use serde_json::Value;

use crate::script_error::plain;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    has_up: bool,
    has_down: bool,
    use_transaction: Option<bool>,
    name: Option<String>,
    description: Option<String>,
    timeout_ms: Option<f64>,
}

pub(crate) fn read_verdict(path: &Path, value: Value) -> Result<Script, ScriptError> {
    let verdict: Verdict = serde_json::from_value(value).map_err(|error| {
        plain(
            ScriptErrorKind::Load,
            format!(
                "a file of those that are loaded changes JavaScript's own objects so that `{}` can't be judged ({error})",
                path.display()
            ),
            Outcome::default(),
        )
    })?;
    Ok(Script {
        path: path.to_owned(),
        has_up: verdict.has_up,
        has_down: verdict.has_down,
        use_transaction: verdict.use_transaction,
        name: verdict.name.filter(|name| !name.is_empty()),
        description: verdict.description,
        timeout: verdict
            .timeout_ms
            .filter(|ms| *ms > 0.0)
            // More than can be counted is no limit.
            .and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok()),
    })
}

/// The verdict on a file whose exports can't be known before it runs.
pub(crate) fn unread(path: &Path) -> Script {
    Script {
        path: path.to_owned(),
        has_up: true,
        has_down: true,
        use_transaction: None,
        name: None,
        description: None,
        timeout: None,
    }
}
