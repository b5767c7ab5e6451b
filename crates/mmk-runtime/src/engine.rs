//! The engine: takes requests on any thread, hands them to the one thread that owns V8, watches limits and the fence
//! beside it, and answers in core's words.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mmk_core::fence::Fence;
use mmk_core::ports::Engine;
use mmk_core::ports::Event;
use mmk_core::ports::Observer;
use mmk_core::ports::RunRequest;
use mmk_core::script::Outcome;
use mmk_core::script::Script;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::bridge::connection::Connection;
use crate::hooks::HookPermissions;
use crate::ops::permissions::Permissions;
use crate::script_error::plain;
use crate::script_error::stopped;
use crate::startup::Startup;
use crate::stuck::Stuck;
use crate::worker::CheckJob;
use crate::worker::ConfigJob;
use crate::worker::HookJob;
use crate::worker::Job;
use crate::worker::ProgramJob;
use crate::worker::RunJob;
use crate::workers::Workers;

/// How often a running step tells its counts.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// What every isolate of a run is made with.
#[derive(Clone)]
pub struct EngineOptions {
    /// The driver's runtime.
    pub driver: Handle,
    pub observer: Arc<dyn Observer>,
    /// What scripts may touch besides the database.
    pub permissions: Arc<Permissions>,
    /// Heap limit of a script in bytes; memory outside the heap is watched against it too.
    pub max_memory: u64,
    /// How long loading a file may take while it is only checked.
    pub check_timeout: Duration,
    /// The major of npm `mongodb` to behave like; `None` looks for the one installed beside the script.
    pub driver_compat: Option<u32>,
    /// How the scripts' client turns documents into BSON and back, such as `ignoreUndefined`: options of npm `mongodb`'s client.
    pub document_options: serde_json::Map<String, Value>,
    /// Fetch one batch ahead of the script (`--no-prefetch` turns it off).
    pub prefetch: bool,
    pub models: ModelSources,
    /// The environment that scripts see as `process.env`.
    pub environment: Arc<BTreeMap<String, String>>,
    /// What isolates start from; `None` evaluates the host script in each of them.
    pub startup: Option<Startup>,
    /// Names of collections by the globals that migrations in Meteor's style use, where they are not the usual ones.
    pub collections: Arc<BTreeMap<String, String>>,
    /// Arguments that scripts see as `process.argv.slice(2)`.
    pub arguments: Vec<String>,
}

/// Where the `models` of a migration come from, and how their documents are saved. Paths are absolute.
#[derive(Clone, Default)]
pub struct ModelSources {
    /// The folder of schema files.
    pub schemas: PathBuf,
    /// The user named that folder, so it must be there.
    pub schemas_are_named: bool,
    /// Modules that register mongoose models.
    pub modules: Vec<PathBuf>,
    /// Collect `save()`s into bulk writes, unless the migration says otherwise.
    pub batch_saves: bool,
}

/// The database that migrations work on.
#[derive(Clone)]
pub struct Target {
    /// A connection that nobody but the engine uses (see `Connection`).
    pub connection: Arc<Connection>,
    pub database: String,
}

/// A file to run as a program.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    /// For a script of MongoDB's shell: the database that `db` is at first. The engine must be connected then.
    pub shell_database: Option<String>,
}

/// V8 on a thread of its own.
pub struct V8Engine {
    options: EngineOptions,
    target: std::sync::OnceLock<Target>,
    workers: Workers,
    stuck: Arc<Stuck>,
}

impl V8Engine {
    /// Starts the thread. [`crate::init_platform`] must have been called before.
    #[must_use]
    pub fn new(options: EngineOptions) -> Self {
        let stuck = Stuck::new();
        let workers = Workers::start(options.clone(), stuck.clone());
        Self {
            options,
            target: std::sync::OnceLock::new(),
            workers,
            stuck,
        }
    }

    /// Gives the engine its database; the first one stays. Configuration files are evaluated before there is one.
    pub fn connect(&self, target: Target) {
        let connection = target.connection.clone();
        if self.target.set(target).is_ok() {
            // What the deployment can do is asked for while scripts are still being loaded; an error shows at the first call.
            self.options
                .driver
                .spawn(async move { drop(connection.hello().await) });
        }
    }

    /// Evaluates a configuration file: the default export or the module itself, factory functions called, promises
    /// awaited. Functions (hooks) come back as the text `"[Function]"`.
    pub async fn load_config(&self, path: &Path) -> Result<Value, ScriptError> {
        let (reply, answer) = oneshot::channel();
        let path = path.to_owned();
        self.workers.send(Job::Config(ConfigJob { path, reply }));
        self.answer(answer).await
    }

    /// Runs a file as a program, until nothing is left to do, and returns its exit code. Closing the fence stops it.
    pub async fn run_program(&self, program: &Program, fence: Fence) -> Result<i32, ScriptError> {
        let (reply, answer) = oneshot::channel();
        let bridge = crate::bridge::Bridge::new(
            self.options.driver.clone(),
            fence,
            self.target.get().map(|target| target.connection.clone()),
            self.options.prefetch,
        );
        self.workers.send(Job::Program(ProgramJob {
            program: program.clone(),
            bridge: bridge.clone(),
            reply,
        }));
        let result = self.answer(answer).await;
        bridge.settle().await;
        result
    }

    /// Calls a hook of the configuration that this engine evaluated; nothing happens where it has none of that name.
    pub(crate) async fn call_hook(
        &self,
        argument: Value,
        connection: Arc<Connection>,
        permissions: HookPermissions,
    ) -> Result<(), ScriptError> {
        let (reply, answer) = oneshot::channel();
        self.workers.send(Job::Hook(HookJob {
            argument,
            connection,
            permissions,
            reply,
        }));
        self.answer(answer).await
    }

    /// Waits for the thread's answer, or for the news that there will be none.
    async fn answer<T>(
        &self,
        answer: oneshot::Receiver<Result<T, ScriptError>>,
    ) -> Result<T, ScriptError> {
        tokio::select! {
            biased;
            result = answer => result.unwrap_or_else(|_| Err(gone())),
            reason = self.stuck.given_up() => Err(stopped(reason, Outcome::default())),
        }
    }
}

#[async_trait]
impl Engine for V8Engine {
    async fn check(&self, paths: &[&Path]) -> Vec<Result<Script, ScriptError>> {
        let (reply, answer) = oneshot::channel();
        let paths: Vec<PathBuf> = paths.iter().map(|path| (*path).to_owned()).collect();
        let count = paths.len();
        self.workers.check(CheckJob { paths, reply });
        let all = |error: ScriptError| (0..count).map(|_| Err(error.clone())).collect();
        tokio::select! {
            biased;
            verdicts = answer => verdicts.unwrap_or_else(|_| all(gone())),
            reason = self.stuck.given_up() => all(stopped(reason, Outcome::default())),
        }
    }

    async fn run(&self, request: RunRequest<'_>) -> Result<Outcome, ScriptError> {
        let (reply, mut answer) = oneshot::channel();
        let (seals, mut seal_requests) = mpsc::unbounded_channel();
        let Some(target) = self.target.get().cloned() else {
            return Err(plain(
                ScriptErrorKind::Internal,
                "the engine has no database".to_owned(),
                Outcome::default(),
            ));
        };
        let bridge = crate::bridge::Bridge::new(
            self.options.driver.clone(),
            request.fence.clone(),
            Some(target.connection),
            self.options.prefetch,
        );
        let counters = bridge.clone();
        self.workers.run(RunJob {
            path: request.script.path.clone(),
            direction: request.direction,
            transaction: request.transaction,
            timeout: request.timeout,
            database: target.database,
            bridge: bridge.clone(),
            seals,
            reply,
        });
        let mut seal = request.seal;
        let started = Instant::now();
        let mut progress = tokio::time::interval_at(started + PROGRESS_EVERY, PROGRESS_EVERY);
        let result = loop {
            tokio::select! {
                biased;
                result = &mut answer => break result.unwrap_or_else(|_| Err(gone())),
                Some((outcome, answer)) = seal_requests.recv() => {
                    let commands = seal.take().map(|seal| seal(&outcome)).unwrap_or_default();
                    // The isolate may have been stopped meanwhile; then nobody waits for the commands.
                    let _ = answer.send(commands);
                }
                reason = self.stuck.given_up() => break Err(stopped(reason, Outcome {
                    duration: started.elapsed(),
                    counts: counters.counters.snapshot(),
                    warnings: Vec::new(),
                })),
                _ = progress.tick() => {
                    let counts = counters.counters.snapshot();
                    request.counts.send_if_modified(|known| {
                        let changed = *known != counts;
                        known.clone_from(&counts);
                        changed
                    });
                    self.options.observer.notice(Event::Progress {
                        counts,
                        elapsed: started.elapsed(),
                    });
                }
            }
        };
        bridge.settle().await;
        result
    }
}

fn gone() -> ScriptError {
    plain(
        ScriptErrorKind::Internal,
        "the JavaScript thread is gone".to_owned(),
        Outcome::default(),
    )
}

/// A fence for work that has no lock, such as checking.
pub(crate) fn own_fence() -> Fence {
    Fence::open()
}
