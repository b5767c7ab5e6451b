//! A thread that owns V8: takes jobs in order, makes an isolate for each, and stays in charge of it until it is gone. A migration that
//! left no trace in its isolate leaves it to the next. The heartbeat of the lock is never here.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use mmk_core::fence::StopReason;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::Script;
use mmk_core::script::ScriptError;
use mmk_core::script::ScriptErrorKind;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::bridge::Bridge;
use crate::bridge::connection::Connection;
use crate::check::read_verdict;
use crate::check::unread;
use crate::engine::EngineOptions;
use crate::engine::Program;
use crate::engine::own_fence;
use crate::hooks::HookPermissions;
use crate::host_state::HostState;
use crate::host_state::SealRequest;
use crate::isolate::Blank;
use crate::isolate::CallError;
use crate::isolate::Isolate;
use crate::isolate::IsolateOptions;
use crate::limits;
use crate::loader::Modules;
use crate::loader::Quiet;
use crate::loader::Ripeness;
use crate::script_error::Failure;
use crate::script_error::from_call_error;
use crate::script_error::plain;
use crate::script_error::stopped;
use crate::stock::Configured;
use crate::stock::Stock;
use crate::stock::World;
use crate::stock::blank_options;
use crate::stuck;
use crate::stuck::Stuck;
use crate::workers::Ending;

/// V8's own stack limit is about 1 MB, whatever the thread has; this leaves room for native frames below it.
const STACK_SIZE: usize = 8 * 1024 * 1024;

pub(crate) enum Job {
    Check(CheckJob),
    Run(RunJob, Ending),
    /// Makes the isolate of the next migration.
    Prepare,
    Config(ConfigJob),
    Program(ProgramJob),
    Hook(HookJob),
}

pub(crate) struct CheckJob {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) reply: oneshot::Sender<Vec<Result<Script, ScriptError>>>,
}

pub(crate) struct RunJob {
    pub(crate) path: PathBuf,
    pub(crate) direction: Direction,
    pub(crate) transaction: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) database: String,
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) seals: mpsc::UnboundedSender<SealRequest>,
    pub(crate) reply: oneshot::Sender<Result<Outcome, ScriptError>>,
}

pub(crate) struct HookJob {
    /// For `callHook` in js-runtime/src/host/main.js.
    pub(crate) argument: Value,
    pub(crate) connection: Arc<Connection>,
    pub(crate) permissions: HookPermissions,
    pub(crate) reply: oneshot::Sender<Result<(), ScriptError>>,
}

pub(crate) struct ProgramJob {
    pub(crate) program: Program,
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) reply: oneshot::Sender<Result<i32, ScriptError>>,
}

pub(crate) struct ConfigJob {
    pub(crate) path: PathBuf,
    pub(crate) reply: oneshot::Sender<Result<Value, ScriptError>>,
}

/// Starts the thread; it ends when the last sender is dropped.
pub(crate) fn start_worker(
    options: EngineOptions,
    modules: Arc<Modules>,
    stuck: Arc<Stuck>,
    keeps: Arc<AtomicBool>,
) -> mpsc::UnboundedSender<Job> {
    let (sender, mut jobs) = mpsc::unbounded_channel();
    let thread = std::thread::Builder::new()
        .name("javascript".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            stuck::adopt(stuck);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // Without a reactor no job can run: dropping them tells their senders.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async move {
                let mut stock = Stock::new(keeps);
                while let Some(job) = jobs.recv().await {
                    work(&options, &modules, &mut stock, job).await;
                }
            });
        });
    // When the system can't give a thread, jobs are dropped and their senders told.
    drop(thread);
    sender
}

async fn work(options: &EngineOptions, modules: &Arc<Modules>, stock: &mut Stock, job: Job) {
    // A dropped receiver means that nobody waits for the answer any more.
    match job {
        Job::Check(job) => {
            stock.clear();
            let (results, isolate) = check(options, modules, &job.paths).await;
            let _ = job.reply.send(results);
            keep_code(isolate, Ripeness::Loaded);
        }
        Job::Run(job, Ending::EndFirst) => {
            let (result, served) = run(options, modules, stock, &job, false).await;
            drop(served);
            let _ = job.reply.send(result);
        }
        Job::Run(job, Ending::ReplyFirst { next, other }) => {
            let keeps = next.is_some() && stock.has_room();
            let read = || {
                stock
                    .promise(&job.path)
                    .or_else(|| modules.read_plain(&job.path))
            };
            let plain = keeps.then(read).flatten();
            // Nobody may be there to hear it: the run has ended.
            let prepare_other = || drop(other.send(Job::Prepare));
            if plain.is_none() {
                prepare_other();
            }
            let (result, served) = run(options, modules, stock, &job, plain.is_some()).await;
            let has_run = result.is_ok();
            stock.announce(plain.is_some() && has_run);
            // Nothing of the script runs any more; looking after its world can be done meanwhile.
            let _ = job.reply.send(result);
            give_way();
            if let Some(served) = served.filter(|_| has_run) {
                look_after(modules, stock, served, plain, next.as_deref()).await;
                if plain.is_some() && stock.kept.is_none() {
                    prepare_other();
                }
            }
        }
        Job::Prepare => stock.refill(options, modules),
        Job::Program(job) => {
            stock.clear();
            modules.code_cache.turn_off();
            let reply = run_program(options, modules, &job).await;
            let _ = job.reply.send(reply);
        }
        Job::Config(job) => {
            stock.clear();
            stock.configured = None;
            let loaded = load_config(options, modules, &job.path).await;
            let _ = job.reply.send(loaded.map(|(value, isolate)| {
                stock.configured = Some(isolate);
                value
            }));
        }
        Job::Hook(job) => {
            let reply = call_hook(options, modules, stock.configured.as_mut(), &job).await;
            let _ = job.reply.send(reply);
        }
    }
}

/// Lets those go first who record the end of the migration: the kernel likes to wake them where this thread runs, and what it does now can
/// wait. Without it 300 small migrations take a seventh longer on two cores.
fn give_way() {
    std::thread::yield_now();
}

/// Leaves the world of a migration to the next one, where that can't tell.
async fn look_after(
    modules: &Modules,
    stock: &mut Stock,
    mut served: World,
    plain: Option<Quiet>,
    next: Option<&Path>,
) {
    let mut stays = plain.is_some_and(|script| served.isolate.is_as_remembered(script));
    if let Some(next) = next.filter(|_| stays)
        && let Some(script) = modules.read_plain(next)
        && script.loads_silently
    {
        give_way();
        stays = served.make_ready(next, script).await;
    }
    if stays {
        stock.kept = Some(served);
    } else {
        stock.announce(false);
        keep_code(Some(served.isolate), Ripeness::Ran);
    }
}

/// Keeps what V8 compiled in an isolate that has done its work, and takes the isolate apart.
fn keep_code(isolate: Option<Isolate>, ripeness: Ripeness) {
    if let Some(mut isolate) = isolate {
        isolate.keep_code(ripeness);
    }
}

/// The answer of a host function: a value, or a described failure.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Failed { failure: Failure },
    Done { value: Value },
}

/// One isolate at work, with its limits watched on the driver's runtime.
struct Task<'a> {
    options: &'a EngineOptions,
    modules: &'a Arc<Modules>,
    bridge: Arc<Bridge>,
    host: Arc<HostState>,
    timeout: Option<Duration>,
    settings: Value,
}

impl Task<'_> {
    /// Makes the isolate and calls one host function per argument.
    async fn call_each(
        &self,
        name: &str,
        arguments: &[Value],
    ) -> (Vec<Result<Value, ScriptError>>, Option<Isolate>) {
        let _watch = self.watch();
        match self.isolate(None) {
            Ok(mut isolate) => {
                let mut results = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    results.push(self.call(&mut isolate, name, argument).await);
                }
                (results, Some(isolate))
            }
            Err(error) => {
                let error = self.explain(error);
                (arguments.iter().map(|_| Err(error.clone())).collect(), None)
            }
        }
    }

    /// Runs a program to its end.
    async fn run_to_exit(&self, argument: &Value) -> Result<i32, ScriptError> {
        let _watch = self.watch();
        let mut isolate = self.isolate(None).map_err(|error| self.explain(error))?;
        self.call(&mut isolate, "program", argument).await?;
        self.idle(&mut isolate).await?;
        self.call(&mut isolate, "endProgram", &Value::Null).await?;
        self.idle(&mut isolate).await?;
        let code = self.call(&mut isolate, "exitCode", &Value::Null).await?;
        Ok(code
            .as_i64()
            .and_then(|code| i32::try_from(code).ok())
            .unwrap_or(0))
    }

    async fn idle(&self, isolate: &mut Isolate) -> Result<(), ScriptError> {
        let fence = &self.bridge.fence;
        tokio::select! {
            biased;
            reason = fence.closed() => Err(stopped(reason.clone(), self.outcome())),
            () = self.host.exited() => Err(self.explain(CallError::Terminated)),
            idle = isolate.run_to_idle() => idle.map_err(|error| self.explain(error)),
        }
    }

    /// Watches the limits and the fence on the driver's runtime, until dropped.
    fn watch(&self) -> Watch {
        let (fence, host) = (self.bridge.fence.clone(), self.host.clone());
        let stuck = stuck::of_this_thread();
        let limits = limits::watch(fence.clone(), self.timeout, self.options.max_memory);
        let stop = async move {
            let reason = fence.closed().await;
            host.terminate();
            tokio::time::sleep(limits::STOP_GRACE).await;
            // Still here: it doesn't hear.
            if let Some(stuck) = stuck {
                stuck.give_up(reason.clone());
            }
        };
        Watch(self.options.driver.spawn(async move {
            tokio::join!(limits, stop);
        }))
    }

    async fn call(
        &self,
        isolate: &mut Isolate,
        name: &str,
        argument: &Value,
    ) -> Result<Value, ScriptError> {
        let fence = &self.bridge.fence;
        let answer = tokio::select! {
            biased;
            reason = fence.closed() => return Err(stopped(reason.clone(), self.outcome())),
            () = self.host.exited() => Err(CallError::Terminated),
            answer = isolate.call(name, argument) => answer,
        };
        let answer = answer.map_err(|error| self.explain(error))?;
        match serde_json::from_value(answer) {
            Ok(Answer::Done { value }) => Ok(value),
            Ok(Answer::Failed { failure }) => match fence.reason() {
                Some(reason) => Err(stopped(reason.clone(), self.outcome())),
                None if failure.is_refused_buffer() && self.host.was_refused_buffers() => {
                    let limit = self.options.max_memory;
                    Err(stopped(StopReason::OutOfMemory { limit }, self.outcome()))
                }
                None => Err(failure.into_script_error(self.outcome())),
            },
            // The host's answers are well-formed, unless the script works on what they are made with.
            Err(error) => Err(plain(
                ScriptErrorKind::Thrown,
                format!(
                    "the script changes JavaScript's own objects so that its outcome can't be read ({error})"
                ),
                self.outcome(),
            )),
        }
    }

    /// What a migration runs in.
    fn world(&self, stock: &mut Stock, path: &Path, remembers: bool) -> Result<World, CallError> {
        let mut world = match stock.take_kept(path) {
            Some(mut kept) => {
                kept.isolate.put_to_work(&self.bridge, &self.host);
                kept
            }
            None => {
                let mut isolate = self.isolate(stock.spare.take())?;
                if remembers {
                    isolate.remember(path)?;
                }
                World::new(isolate)
            }
        };
        world.serve(path);
        Ok(world)
    }

    fn isolate(&self, spare: Option<Blank>) -> Result<Isolate, CallError> {
        let blank = match spare {
            Some(blank) => blank,
            None => Blank::new(&blank_options(self.options, self.modules))?,
        };
        Isolate::new(
            blank,
            IsolateOptions {
                bridge: self.bridge.clone(),
                host: self.host.clone(),
                permissions: self.options.permissions.clone(),
                environment: self.options.environment.clone(),
                settings: self.settings.clone(),
            },
        )
    }

    fn explain(&self, error: CallError) -> ScriptError {
        from_call_error(error, &self.bridge.fence, &self.host, self.outcome())
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            duration: self.host.elapsed(),
            counts: self.bridge.counters.snapshot(),
            warnings: Vec::new(),
        }
    }
}

/// A task that watches one isolate.
struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn settings(options: &EngineOptions, mode: &str) -> Value {
    json!({
        "mode": mode,
        "arguments": options.arguments,
        "driverCompat": options.driver_compat,
        "collections": options.collections,
        "documentOptions": options.document_options,
        "version": env!("CARGO_PKG_VERSION"),
        "models": {
            "schemas": options.models.schemas,
            "isNamed": options.models.schemas_are_named,
            "modules": options.models.modules,
            "batchSaves": options.models.batch_saves,
        },
    })
}

fn silent_task<'a>(options: &'a EngineOptions, modules: &'a Arc<Modules>, mode: &str) -> Task<'a> {
    Task {
        options,
        modules,
        bridge: Bridge::new(options.driver.clone(), own_fence(), None, false),
        host: HostState::new(options.observer.clone(), mode == "check", None),
        timeout: Some(options.check_timeout),
        settings: settings(options, mode),
    }
}

async fn check(
    options: &EngineOptions,
    modules: &Arc<Modules>,
    paths: &[PathBuf],
) -> (Vec<Result<Script, ScriptError>>, Option<Isolate>) {
    let task = silent_task(options, modules, "check");
    let arguments: Vec<Value> = paths.iter().map(|path| json!({ "path": path })).collect();
    let (results, isolate) = task.call_each("check", &arguments).await;
    let verdicts = paths
        .iter()
        .zip(results)
        .map(|(path, result)| verdict(path, result))
        .collect();
    (verdicts, isolate)
}

fn verdict(path: &Path, result: Result<Value, ScriptError>) -> Result<Script, ScriptError> {
    match result {
        Ok(value) => read_verdict(path, value),
        // Top-level code waits for the database or another server, which checking must not touch: running will tell.
        Err(error) if waits_forever(&error) => Ok(unread(path)),
        Err(error) => Err(error),
    }
}

/// An ES module that is imported reports this itself, as an error of deno_core that has no class of its own.
fn waits_forever(error: &ScriptError) -> bool {
    error.kind == ScriptErrorKind::NeverSettles
        || error
            .message
            .starts_with("Top-level await promise never resolved")
}

async fn load_config(
    options: &EngineOptions,
    modules: &Arc<Modules>,
    path: &Path,
) -> Result<(Value, Configured), ScriptError> {
    let task = silent_task(options, modules, "config");
    let _watch = task.watch();
    let mut isolate = task.isolate(None).map_err(|error| task.explain(error))?;
    let argument = json!({ "path": path });
    let value = task.call(&mut isolate, "loadConfig", &argument).await?;
    let configured = Configured {
        isolate,
        bridge: task.bridge.clone(),
        host: task.host.clone(),
    };
    Ok((value, configured))
}

/// Calls a hook where the configuration was evaluated, so that what its functions remember is still there.
async fn call_hook(
    options: &EngineOptions,
    modules: &Arc<Modules>,
    configured: Option<&mut Configured>,
    job: &HookJob,
) -> Result<(), ScriptError> {
    let Some(configured) = configured else {
        return Ok(());
    };
    configured.bridge.set_main(job.connection.clone());
    configured.isolate.grant(&job.permissions);
    let task = Task {
        options,
        modules,
        bridge: configured.bridge.clone(),
        host: configured.host.clone(),
        timeout: None,
        settings: Value::Null,
    };
    let _watch = task.watch();
    task.call(&mut configured.isolate, "callHook", &job.argument)
        .await
        .map(drop)
}

async fn run(
    options: &EngineOptions,
    modules: &Arc<Modules>,
    stock: &mut Stock,
    job: &RunJob,
    remembers: bool,
) -> (Result<Outcome, ScriptError>, Option<World>) {
    let task = Task {
        options,
        modules,
        bridge: job.bridge.clone(),
        host: HostState::new(options.observer.clone(), false, Some(job.seals.clone())),
        timeout: job.timeout,
        settings: settings(options, "run"),
    };
    let argument = json!({
        "path": job.path,
        "direction": job.direction.as_str(),
        "transaction": job.transaction,
        "database": job.database,
    });
    let _watch = task.watch();
    match task.world(stock, &job.path, remembers) {
        Ok(mut world) => {
            let result = task.call(&mut world.isolate, "run", &argument).await;
            (result.map(|value| outcome(&task, &value)), Some(world))
        }
        Err(error) => (Err(task.explain(error)), None),
    }
}

fn outcome(task: &Task<'_>, value: &Value) -> Outcome {
    let warnings = value
        .get("warnings")
        .and_then(|warnings| serde_json::from_value(warnings.clone()).ok())
        .unwrap_or_default();
    Outcome {
        warnings,
        ..task.outcome()
    }
}

async fn run_program(
    options: &EngineOptions,
    modules: &Arc<Modules>,
    job: &ProgramJob,
) -> Result<i32, ScriptError> {
    let task = Task {
        options,
        modules,
        bridge: job.bridge.clone(),
        host: HostState::new(options.observer.clone(), false, None),
        timeout: None,
        settings: settings(options, "run"),
    };
    let result = task
        .run_to_exit(&json!({
            "path": job.program.path,
            "shellDatabase": job.program.shell_database,
        }))
        .await;
    match result {
        // A program may leave with `process.exit` at any point; that is no failure.
        Err(ScriptError {
            kind: ScriptErrorKind::Exited { code },
            ..
        }) => Ok(code),
        other => other,
    }
}
