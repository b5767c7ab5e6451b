//! Everything a command can end with other than success: core's errors, the sandbox's, and the few that belong to the command
//! line itself. Each has a stable code, one sentence, hints, and details for `--json`. Rendering is `render`'s.

use std::path::PathBuf;

use mmk_core::error::Error;
use mmk_core::error::Field;
use mmk_core::report::StepResult;
use mmk_core::script::ScriptError;
use mmk_sandbox::SandboxError;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::config_issue;
use crate::config_issue::ConfigIssue;
use crate::exit::ExitStatus;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{}", config_issue::describe(.0))]
    ConfigInvalid(Vec<ConfigIssue>),
    #[error("{detail}")]
    ConfigUnusable {
        path: PathBuf,
        detail: String,
        hint: Option<String>,
        script: Option<Box<ScriptError>>,
    },
    #[error("{message}")]
    InvalidArgument {
        message: String,
        hints: Vec<String>,
        details: Map<String, Value>,
    },
    #[error("the template `{typed}` doesn't exist")]
    TemplateNotFound { typed: String, path: PathBuf },
    #[error("`{}` can't be written: {detail}", path.display())]
    WriteFailed { path: PathBuf, detail: String },
    #[error("the working directory can't be entered: {detail}")]
    NoWorkingDirectory { detail: String },
    #[error("the system gives no threads: {detail}")]
    NoThreads { detail: String },
    /// A panic.
    #[error("{message} (at `{place}`); this is a fault in mmk-js")]
    Crashed { message: String, place: String },
    #[error(transparent)]
    Core(#[from] Error),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl Failure {
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::InvalidArgument {
            message: message.into(),
            hints: Vec::new(),
            details: Map::new(),
        }
    }

    /// Adds advice to an argument's refusal; other failures bring their own.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Self::InvalidArgument { hints, .. } = &mut self {
            hints.push(hint.into());
        }
        self
    }

    /// Adds a field to an argument's refusal.
    pub(crate) fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::InvalidArgument { details, .. } = &mut self {
            details.insert(name.to_owned(), value.into());
        }
        self
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::ConfigInvalid(_) | Self::ConfigUnusable { .. } => "CONFIG_INVALID",
            Self::InvalidArgument { .. } => "INVALID_ARGUMENT",
            Self::TemplateNotFound { .. } => "MIGRATION_FILE_NOT_FOUND",
            Self::WriteFailed { .. } => "WRITE_FAILED",
            Self::NoWorkingDirectory { .. } => "NO_WORKING_DIRECTORY",
            Self::NoThreads { .. } => "NO_THREADS",
            Self::Crashed { .. } => "INTERNAL",
            Self::Core(error) => error.code(),
            Self::Sandbox(error) => error.code(),
        }
    }

    pub(crate) fn hints(&self) -> Vec<String> {
        match self {
            Self::ConfigInvalid(_) => Vec::new(),
            Self::ConfigUnusable { hint, .. } => hint.iter().cloned().collect(),
            Self::InvalidArgument { hints, .. } => hints.clone(),
            Self::TemplateNotFound { path, .. } => vec![
                format!("it was looked for at `{}`", path.display()),
                "leave `--template` out to use the built-in template".to_owned(),
            ],
            Self::WriteFailed { .. } => {
                vec!["check that the folder exists and that you may write there".to_owned()]
            }
            Self::NoWorkingDirectory { .. } => {
                vec!["it was probably deleted; change into another one".to_owned()]
            }
            Self::NoThreads { .. } => {
                vec!["raise the limit of processes (`ulimit -u`, or the container's)".to_owned()]
            }
            Self::Crashed { .. } => vec![
                "the process ended at once: if it held the lock, that expires by itself within `lockTTLSeconds`, and `mmk-js status` tells what was running".to_owned(),
                "please report it to the project's issues, with these lines, what `mmk-js --version` prints, and what `RUST_BACKTRACE=1` adds if it happens again".to_owned(),
            ],
            Self::Core(error) => error.hints(),
            Self::Sandbox(error) => error.hints().into_iter().map(str::to_owned).collect(),
        }
    }

    /// The fields by name; nothing when there are none.
    pub(crate) fn details(&self) -> Option<Value> {
        let details = match self {
            Self::ConfigInvalid(issues) => {
                let issues: Vec<Value> = issues.iter().map(ConfigIssue::to_json).collect();
                json!({ "issues": issues })
            }
            Self::ConfigUnusable { path, .. }
            | Self::TemplateNotFound { path, .. }
            | Self::WriteFailed { path, .. } => json!({ "path": path.display().to_string() }),
            Self::InvalidArgument { details, .. } => Value::Object(details.clone()),
            Self::Crashed { place, .. } => json!({ "place": place }),
            Self::Core(error) => fields(error),
            Self::NoWorkingDirectory { .. } | Self::NoThreads { .. } | Self::Sandbox(_) => {
                Value::Null
            }
        };
        details
            .as_object()
            .is_some_and(|details| !details.is_empty())
            .then_some(details)
    }

    pub(crate) fn script_error(&self) -> Option<&ScriptError> {
        match self {
            Self::ConfigUnusable { script, .. } => script.as_deref(),
            Self::Core(error) => error.script_error(),
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> ExitStatus {
        match self {
            Self::ConfigInvalid(_)
            | Self::ConfigUnusable { .. }
            | Self::InvalidArgument { .. }
            | Self::TemplateNotFound { .. }
            | Self::Sandbox(_) => ExitStatus::Setup,
            Self::WriteFailed { .. } => ExitStatus::Failure,
            Self::NoWorkingDirectory { .. } | Self::NoThreads { .. } => ExitStatus::Setup,
            Self::Crashed { .. } => ExitStatus::Crashed,
            Self::Core(error) => status_of(error),
        }
    }
}

fn fields(error: &Error) -> Value {
    let fields = error.fields().into_iter().map(|(name, field)| {
        let value = match field {
            Field::Text(text) => Value::from(text),
            Field::Number(number) => Value::from(number),
            Field::List(items) => Value::from(items),
        };
        (name.to_owned(), value)
    });
    Value::Object(fields.collect())
}

fn status_of(error: &Error) -> ExitStatus {
    match error {
        Error::Interrupted { signal: "SIGTERM" } => ExitStatus::Terminated,
        Error::Interrupted { .. } => ExitStatus::Interrupted,
        Error::LockHeld { .. }
        | Error::LockRelease { .. }
        | Error::LockLostDuring { .. }
        | Error::LockLost { .. } => ExitStatus::Lock,
        Error::Refused(_)
        | Error::ChecksumMismatch { .. }
        | Error::FileNotFound { .. }
        | Error::AppliedFileMissing { .. }
        | Error::OutOfOrder { .. }
        | Error::DirectoryMissing { .. }
        | Error::ImportTargetNotEmpty { .. }
        | Error::InvalidName { .. }
        | Error::DuplicateName { .. }
        | Error::InvalidExport { .. }
        | Error::Syntax { .. }
        | Error::LoadFailed { .. }
        | Error::NotApplied { .. }
        | Error::TransactionsUnsupported { .. }
        | Error::DirectoryUnreadable { .. }
        | Error::FileUnreadable { .. } => ExitStatus::Refused,
        Error::InvalidArgument { .. }
        | Error::ConfigInvalid { .. }
        | Error::ConfigFileExists { .. }
        | Error::ConnectionFailed { .. }
        | Error::Unauthorized { .. }
        | Error::ClockSkew { .. } => ExitStatus::Setup,
        Error::Timeout { .. } | Error::OutOfMemory { .. } => ExitStatus::Limit,
        Error::ExecutionFailed { .. }
        | Error::HookFailed { .. }
        | Error::Database { .. }
        | Error::RecordFailed { .. }
        | Error::RecordInvalid { .. }
        | Error::Internal { .. } => ExitStatus::Failure,
    }
}

/// A command's end that is no success, with what its run had done until then.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) failure: Box<Failure>,
    pub(crate) done: Vec<StepResult>,
    /// Planned, and not reached because of the failure.
    pub(crate) not_run: Vec<String>,
}

impl<F: Into<Failure>> From<F> for Ended {
    fn from(failure: F) -> Self {
        Self {
            failure: Box::new(failure.into()),
            done: Vec::new(),
            not_run: Vec::new(),
        }
    }
}
