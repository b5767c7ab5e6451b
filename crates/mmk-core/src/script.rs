//! What the engine says of a script: what it exports, what running it did, how it failed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// A migration that the engine accepted: it parses, its imports resolve, its exports are known. Only a `Script` can run.
/// It carries the verdict and no live isolate: each run gets a fresh one.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// The file, absolute.
    pub path: PathBuf,
    /// Whether `up` is an exported function.
    pub has_up: bool,
    /// Whether `down` is an exported function.
    pub has_down: bool,
    /// The export `useTransaction`; `None` when the file doesn't say.
    pub use_transaction: Option<bool>,
    /// The export `name`, by which dAvePi's documentation keys its records.
    pub name: Option<String>,
    /// The export `description`.
    pub description: Option<String>,
    /// The export `timeout`: milliseconds, or text such as `"10m"`.
    pub timeout: Option<Duration>,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    /// `"up"` or `"down"`: the export's name and the word stored in records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// Documents of one collection that a script touched, counted from the server's replies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: u64,
    pub matched: u64,
    pub modified: u64,
    pub inserted: u64,
    pub deleted: u64,
}

impl Counts {
    /// Documents handled: read, changed, inserted or deleted; what "documents per second" counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.read + self.matched.max(self.modified) + self.inserted + self.deleted
    }
}

/// Counts by namespace (`database.collection`).
pub type CountsByCollection = BTreeMap<String, Counts>;

/// One step done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Wall time of `up` or `down` alone.
    pub duration: Duration,
    pub counts: CountsByCollection,
    /// Things worth telling that didn't fail the step: database calls nobody awaited, for example.
    pub warnings: Vec<String>,
}

/// The kind of a script's failure; each is a different story for the user and a different error code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptErrorKind {
    /// The file doesn't parse.
    Syntax,
    /// The file can't be loaded: unreadable, an import doesn't resolve, top-level code threw.
    Load,
    /// `up`/`down` is missing or not a function; the export's name.
    Export { name: String },
    /// `up`/`down` threw or rejected, or a promise was rejected and nobody handled it.
    Thrown,
    /// `up`/`down` returned a promise that nothing will ever settle.
    NeverSettles,
    /// The script called `process.exit(code)`.
    Exited { code: i32 },
    /// Stopped from outside.
    Stopped(crate::fence::StopReason),
    /// The transaction could not be committed.
    Commit,
    /// A fault of ours.
    Internal,
}

/// A place in the user's file, 1-based, with the text of the line where it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLocation {
    pub file: PathBuf,
    pub line: u32,
    pub column: u32,
    pub text: Option<String>,
}

/// How a script failed: the JavaScript error with the user's frames only.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptError {
    pub kind: ScriptErrorKind,
    /// The JavaScript class, such as `MongoServerError` or `TypeError`.
    pub name: String,
    pub message: String,
    /// The stack as Node prints it, without our internals.
    pub stack: String,
    pub location: Option<SourceLocation>,
    /// The error's `code` as text (`11000`, `ENOENT`).
    pub code: Option<String>,
    pub code_name: Option<String>,
    /// Extra fields of a server error (`keyValue`, `errInfo`, `writeErrors`...) as relaxed Extended JSON.
    pub details: Option<String>,
    /// The step ran in a transaction that was rolled back: nothing of it stayed.
    pub rolled_back: bool,
    /// What the step had done until then.
    pub outcome: Outcome,
}

impl ScriptError {
    /// Of a step that ran to its end under a lock that was lost by then.
    pub(crate) fn lock_lost(detail: &str, outcome: &Outcome) -> Self {
        Self {
            kind: ScriptErrorKind::Stopped(crate::fence::StopReason::LockLost {
                detail: detail.to_owned(),
            }),
            name: "Error".to_owned(),
            message: format!("the lock was lost: {detail}"),
            stack: String::new(),
            location: None,
            code: None,
            code_name: None,
            details: None,
            rolled_back: false,
            outcome: outcome.clone(),
        }
    }
}
