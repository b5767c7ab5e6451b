//! What the run loop needs from the world, as three small contracts. Implementations stay dumb; all logic is here in core.
//! They exist so that the loop, the crash cases and the lost lock can be tested in milliseconds without MongoDB and V8.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;

use crate::fence::Fence;
use crate::script::CountsByCollection;
use crate::script::Direction;
use crate::script::Outcome;
use crate::script::Script;
use crate::script::ScriptError;

/// A database command as BSON bytes. Core doesn't look inside; it hands it from the ledger to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseCommand {
    pub database: String,
    pub body: Vec<u8>,
}

/// Makes the commands that complete a step's record, so that they join the step's own transaction before it commits.
pub type Seal<'a> = Box<dyn FnOnce(&Outcome) -> Vec<DatabaseCommand> + Send + 'a>;

/// One step to run.
pub struct RunRequest<'a> {
    pub script: &'a Script,
    pub direction: Direction,
    /// Run inside a transaction; the engine commits it, or aborts it on any failure.
    pub transaction: bool,
    /// Run inside the transaction, just before its commit. Not called without a transaction.
    pub seal: Option<Seal<'a>>,
    pub timeout: Option<Duration>,
    /// Closed from outside when the script may write no longer.
    pub fence: Fence,
}

/// Loads, checks and runs scripts.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Loads each file as far as it goes without running `up` or `down` and without touching the database. Must return
    /// one verdict per path, in order.
    async fn check(&self, paths: &[&Path]) -> Vec<Result<Script, ScriptError>>;

    /// Runs `up` or `down` in a fresh isolate. Returns when nothing of the script runs any longer: after the fence closed
    /// no further write of it reaches the database.
    async fn run(&self, request: RunRequest<'_>) -> Result<Outcome, ScriptError>;
}

/// What happens during a run, told as it happens. The CLI draws it; tests record it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A step begins.
    StepStarted { name: String, direction: Direction },
    /// Text that the script printed, as it is (`console.log`, `process.stdout.write`, `log.info`...).
    Output { stream: OutputStream, text: String },
    /// Live counts of the running step; at most a few times a second.
    Progress {
        counts: CountsByCollection,
        elapsed: Duration,
    },
    /// A step ended.
    StepFinished {
        name: String,
        direction: Direction,
        outcome: Outcome,
    },
    /// A step failed.
    StepFailed { name: String, direction: Direction },
    /// One sentence worth saying that is no error.
    Warning { text: String },
}

/// Where a script's text was meant to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputStream {
    Stdout,
    Stderr,
}

/// Hears [`Event`]s. Called from any thread; must not block.
pub trait Observer: Send + Sync {
    fn notice(&self, event: Event);
}
