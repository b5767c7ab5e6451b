//! JavaScript failures in the words of core: the user's frames only, the place in the user's file, the server's code.

use std::path::PathBuf;

use deno_core::error::JsError;
use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use mmk_core::redact::redact;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;
use mmk_core::script::SourceLocation;
use serde::Deserialize;

use crate::host_state::HostState;
use crate::isolate::CallError;

/// An error as the host script describes it (`js-runtime/src/host/failure.js`).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Failure {
    pub(crate) kind: String,
    pub(crate) export: Option<String>,
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) stack: String,
    pub(crate) code: Option<String>,
    pub(crate) code_name: Option<String>,
    pub(crate) details: Option<String>,
    pub(crate) location: Option<Place>,
    pub(crate) rolled_back: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    file: String,
    line: u32,
    column: u32,
    #[serde(default)]
    text: Option<String>,
}

impl Place {
    fn locate(self) -> SourceLocation {
        let file = match deno_core::url::Url::parse(&self.file) {
            Ok(url) if url.scheme() == "file" => url
                .to_file_path()
                .unwrap_or_else(|()| PathBuf::from(&self.file)),
            _ => PathBuf::from(&self.file),
        };
        let text = self.text.or_else(|| source_line(&file, self.line));
        let text = text.map(|line| kept(&line));
        SourceLocation {
            file,
            line: self.line,
            column: self.column,
            text,
        }
    }
}

fn source_line(file: &std::path::Path, line: u32) -> Option<String> {
    let source = std::fs::read(file).ok()?;
    let source = String::from_utf8_lossy(&source);
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    source.lines().nth(index).map(str::to_owned)
}

impl Failure {
    /// Whether V8 threw it because it got no memory for a buffer.
    pub(crate) fn is_refused_buffer(&self) -> bool {
        self.name == "RangeError" && self.message.contains("Array buffer allocation failed")
    }

    pub(crate) fn into_script_error(self, outcome: Outcome) -> ScriptError {
        let kind = match self.kind.as_str() {
            "syntax" => ScriptErrorKind::Syntax,
            "load" => ScriptErrorKind::Load,
            "export" => ScriptErrorKind::Export {
                name: self.export.unwrap_or_default(),
            },
            "commit" => ScriptErrorKind::Commit,
            "lockLost" => ScriptErrorKind::Stopped(StopReason::LockLost {
                detail: self.message.clone(),
            }),
            "thrown" => ScriptErrorKind::Thrown,
            _ => ScriptErrorKind::Internal,
        };
        ScriptError {
            kind,
            name: kept(&self.name),
            // Errors of drivers and of scripts quote the address they were given; this goes on record.
            message: kept(&self.message),
            stack: kept(&self.stack),
            location: self.location.map(Place::locate),
            code: self.code.as_deref().map(kept),
            code_name: self.code_name.as_deref().map(kept),
            details: self.details.as_deref().map(kept),
            rolled_back: self.rolled_back,
            outcome,
        }
    }
}

/// Tells why a call ended without an answer. The fence's reason wins: whatever the script threw while it was being stopped
/// is only an echo.
pub(crate) fn from_call_error(
    error: CallError,
    fence: &Fence,
    host: &HostState,
    outcome: Outcome,
) -> ScriptError {
    if let Some(reason) = fence.reason() {
        return stopped(reason.clone(), outcome);
    }
    if let Some(code) = host.exit_code() {
        return plain(
            ScriptErrorKind::Exited { code },
            format!("the script called `process.exit({code})`"),
            outcome,
        );
    }
    match error {
        CallError::NeverSettles => plain(
            ScriptErrorKind::NeverSettles,
            "the migration awaits a promise that nothing will ever settle".to_owned(),
            outcome,
        ),
        CallError::Uncaught(error) => uncaught(&error, outcome),
        CallError::Terminated => plain(
            ScriptErrorKind::Internal,
            "the script was stopped for no known reason".to_owned(),
            outcome,
        ),
        CallError::Internal(message) => plain(ScriptErrorKind::Internal, message, outcome),
    }
}

/// The error of a step that was stopped from outside.
pub(crate) fn stopped(reason: StopReason, outcome: Outcome) -> ScriptError {
    let message = match &reason {
        StopReason::LockLost { detail } => format!("stopped because the lock was lost: {detail}"),
        StopReason::Interrupted { signal } => format!("stopped by {signal}"),
        StopReason::Timeout { limit } => {
            format!("stopped after {}", humane(*limit))
        }
        StopReason::OutOfMemory { limit } => {
            format!("stopped at the memory limit of {} MB", limit / 1024 / 1024)
        }
    };
    plain(ScriptErrorKind::Stopped(reason), message, outcome)
}

fn humane(limit: std::time::Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{} ms", limit.as_millis())
    }
}

pub(crate) fn plain(kind: ScriptErrorKind, message: String, outcome: Outcome) -> ScriptError {
    ScriptError {
        kind,
        name: "Error".to_owned(),
        message,
        stack: String::new(),
        location: None,
        code: None,
        code_name: None,
        details: None,
        rolled_back: false,
        outcome,
    }
}

fn uncaught(error: &JsError, outcome: Outcome) -> ScriptError {
    let frame = error.frames.iter().find(|frame| {
        frame
            .file_name
            .as_deref()
            .is_some_and(|file| !file.starts_with("ext:"))
    });
    let location = frame.and_then(|frame| {
        Place {
            file: frame.file_name.clone()?,
            line: u32::try_from(frame.line_number?).ok()?,
            column: u32::try_from(frame.column_number?).ok()?,
            text: None,
        }
        .locate()
        .into()
    });
    ScriptError {
        kind: ScriptErrorKind::Thrown,
        name: kept(error.name.as_deref().unwrap_or("Error")),
        message: kept(error.message.as_ref().unwrap_or(&error.exception_message)),
        stack: kept(&user_stack(error.stack.as_deref().unwrap_or_default())),
        location,
        code: None,
        code_name: None,
        details: None,
        rolled_back: false,
        outcome,
    }
}

/// How much of a text goes on record, bytes: a document takes 16 MB in all.
const LONGEST: usize = 64 * 1024;

/// The text as it is kept and shown: without credentials, and not without end.
fn kept(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    let mut kept = redact(&text[..end]);
    if end < text.len() {
        kept.push_str(&format!("… ({} bytes in all)", text.len()));
    }
    kept
}

/// A stack without the frames of our own scripts.
fn user_stack(stack: &str) -> String {
    stack
        .lines()
        .filter(|line| !line.contains("ext:"))
        .collect::<Vec<_>>()
        .join("\n")
}
