//! What the run loop needs from the world, as a few small contracts. Implementations stay dumb; all logic is here in core.
//! They exist so that the loop, the crash cases and the lost lock can be tested in milliseconds without MongoDB and V8.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::amendment::Amendment;
use crate::error::Error;
use crate::error::LockHolder;
use crate::fence::Fence;
use crate::history::History;
use crate::plan::Step;
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
    pub expected: Expected,
}

/// What the reply to a command must say for the transaction to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Anything,
    /// A document matched. If none does, another run has taken over: the lock was lost.
    Match,
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
    /// Is told what the step has done so far, a few times a second.
    pub counts: watch::Sender<CountsByCollection>,
}

/// Loads, checks and runs scripts.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Loads each file as far as it goes without running `up` or `down` and without touching the database. Must return
    /// one verdict per path, in order.
    async fn check(&self, paths: &[&Path]) -> Vec<Result<Script, ScriptError>>;

    /// Runs `up` or `down` in an isolate without traces of others. Returns when nothing of the script runs any longer: after the fence closed
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
    /// A migration named by the user was left alone.
    StepSkipped { name: String, reason: String },
    /// Somebody else holds the lock and we wait for it; told once per holder.
    LockWaiting { holder: LockHolder },
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

/// A planned step whose script the engine accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyStep {
    pub step: Step,
    pub script: Script,
    /// It is to run in a transaction.
    pub transaction: bool,
}

/// A step that the ledger knows to be running.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The ledger's own key for this attempt.
    pub id: String,
    pub step: Step,
    pub description: Option<String>,
    /// The step runs in a transaction, and [`Ledger::seal`]'s commands take part in it.
    pub transaction: bool,
}

/// What is known of the lock at the moment when a step's end is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It is ours, or nobody ever took one.
    Proven,
    /// It could not be renewed in time: somebody else may have it.
    Doubtful,
}

/// What the database remembers. Keeps one record per migration (shared with mongo-migrate-kit) and every attempt (ours).
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Everything known, as the majority of the servers sees it. Must write nothing, not even an index.
    async fn read(&self) -> Result<History, Error>;

    /// Ends what other runs left open: from then on nothing of them can be recorded any more. Called by the holder of the lock, before
    /// it reads. A ledger that was never asked records without looking at others: its run has no lock.
    async fn take_over(&self) -> Result<(), Error>;

    /// Notes that a step begins, before anything of it runs. The record itself stays as it was. Must be durable when it
    /// returns.
    async fn start(&self, ready: &ReadyStep) -> Result<Entry, Error>;

    /// Takes back that a step begins: nothing of it ran, and nothing will.
    async fn withdraw(&self, entry: &Entry) -> Result<(), Error>;

    /// Notes what a running step has done so far, so that it is known should the process die. Best effort, and never for a step in
    /// a transaction, of which nothing would stay.
    async fn note_counts(&self, entry: &Entry, counts: &CountsByCollection);

    /// The commands that turn the record to applied or reverted and close the attempt, to be run in the step's own
    /// transaction. Called only for entries with a transaction.
    fn seal(&self, entry: &Entry, outcome: &Outcome) -> Vec<DatabaseCommand>;

    /// Notes that a step ended well. Does what [`Ledger::seal`] didn't do. Must be durable when it returns. [`Error::LockLost`] when
    /// another run has taken over meanwhile; then nothing was written.
    ///
    /// Where it costs nothing more, it also notes in the same write that `next` begins, and gives its entry. Otherwise `next` is still to
    /// be started.
    async fn finish(
        &self,
        entry: &Entry,
        outcome: &Outcome,
        hold: Hold,
        next: Option<&ReadyStep>,
    ) -> Result<Option<Entry>, Error>;

    /// Notes that a step failed. The record itself stays as it was.
    async fn fail(&self, entry: &Entry, error: &ScriptError) -> Result<(), Error>;

    /// Corrects a record without running anything, and keeps who did it and why. Must be durable when it returns.
    async fn amend(&self, amendment: &Amendment, reason: Option<&str>) -> Result<(), Error>;
}

/// Gives out the right to write.
#[async_trait]
pub trait Locker: Send + Sync {
    /// Takes the lock, or returns [`Error::LockHeld`]. From then on it is renewed without the caller's help; `fence` is
    /// closed the moment it can't be proved to be ours any longer. Waiting ends early when `fence` closes.
    async fn acquire(
        &self,
        fence: &Fence,
        observer: &dyn Observer,
    ) -> Result<Box<dyn Lease>, Error>;
}

/// The lock, held.
#[async_trait]
pub trait Lease: Send + Sync {
    /// Gives the lock back if it is still ours, and never touches somebody else's.
    async fn release(self: Box<Self>) -> Result<(), Error>;
}

/// The functions of the configuration's `hooks`, called at fixed places of a run. They get no transaction.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Whether anything is called between two steps.
    fn come_between_steps(&self) -> bool {
        true
    }
    /// Before the first step, when there is one.
    async fn before_all(&self) -> Result<(), ScriptError> {
        Ok(())
    }
    async fn before_each(&self, _name: &str) -> Result<(), ScriptError> {
        Ok(())
    }
    /// After a step was recorded.
    async fn after_each(&self, _name: &str, _duration: Duration) -> Result<(), ScriptError> {
        Ok(())
    }
    async fn on_error(&self, _name: &str, _error: &ScriptError) -> Result<(), ScriptError> {
        Ok(())
    }
    /// After the last step, unless one failed.
    async fn after_all(&self) -> Result<(), ScriptError> {
        Ok(())
    }
}

/// No hooks configured.
#[derive(Debug, Clone, Copy)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn come_between_steps(&self) -> bool {
        false
    }
}
