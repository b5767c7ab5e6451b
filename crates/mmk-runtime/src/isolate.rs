//! One isolate: its extensions, its limits, and the calls into the host script. Nothing leaks from one migration into the next, because
//! each has its own, or one that shows no trace of the last. It doesn't know what a run is; `engine.rs` does.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::JsRuntime;
use deno_core::PollEventLoopOptions;
use deno_core::RuntimeOptions;
use deno_core::error::CoreError;
use deno_core::error::CoreErrorKind;
use deno_core::error::JsError;
use deno_core::error::prepare_stack_trace_callback_with_original_callsites;
use deno_core::scope;
use deno_core::stats::RuntimeActivityStatsFilter;
use deno_core::v8;
use mmk_core::fence::StopReason;
use serde_json::Value;
use serde_json::json;

use crate::bridge::Bridge;
use crate::buffer_memory::BufferMemory;
use crate::extension::HOST_SPECIFIER;
use crate::extension::Scripts;
use crate::extension::extensions;
use crate::hooks::HookPermissions;
use crate::host_state::HostState;
use crate::loader::Loader;
use crate::loader::Modules;
use crate::loader::Quiet;
use crate::loader::Ripeness;
use crate::loader::plain_script;
use crate::ops::permissions::Permissions;
use crate::startup::Startup;
use crate::stuck::watch_allocation_failure;

/// How much more heap a script gets after it hit its limit, so that it can be stopped in order: bytes.
const LAST_HEADROOM: usize = 64 * 1024 * 1024;

/// Where new objects live: bytes. V8 would take twice as much; reading 200,000 documents is no slower with this (docs/benchmarks.md).
const YOUNG_GENERATION: usize = 24 * 1024 * 1024;

/// What an isolate is made with, whatever it will be for.
#[derive(Clone)]
pub(crate) struct BlankOptions {
    pub(crate) modules: Arc<Modules>,
    pub(crate) startup: Option<Startup>,
    /// Heap limit in bytes; buffers outside the heap may take as much again.
    pub(crate) max_memory: u64,
}

/// What an isolate is put to work with.
pub(crate) struct IsolateOptions {
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) host: Arc<HostState>,
    pub(crate) permissions: Arc<Permissions>,
    pub(crate) environment: Arc<BTreeMap<String, String>>,
    /// Plain facts for the host script (`start(settings)` in js-runtime/src/host/main.js).
    pub(crate) settings: Value,
}

/// Why a call into the host script gave no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The promise will never settle: nothing is left that could settle it.
    NeverSettles,
    /// Stopped from outside, or by `process.exit`.
    Terminated,
    /// An error that no host function caught: an unhandled rejection, or a fault of ours.
    Uncaught(Box<JsError>),
    Internal(String),
}

/// An isolate that has no work yet and has run nothing but the host script.
pub(crate) struct Blank {
    runtime: JsRuntime,
    host: v8::Global<v8::Object>,
    buffers: Arc<BufferMemory>,
    max_memory: u64,
}

impl Blank {
    pub(crate) fn new(options: &BlankOptions) -> Result<Self, CallError> {
        let limit = heap_limit(options.max_memory);
        let buffers = BufferMemory::new(limit);
        let loader = Loader::new(options.modules.clone());
        let mut runtime_options = RuntimeOptions {
            extensions: extensions(
                loader.clone(),
                match options.startup {
                    Some(_) => Scripts::OfStartup,
                    None => Scripts::OfExtensions,
                },
            ),
            startup_snapshot: options.startup.map(|startup| startup.snapshot),
            residual_lazy_js_sources: options.startup.map_or(&[], |startup| startup.scripts),
            create_params: Some(heap_of(limit).array_buffer_allocator(buffers.allocator())),
            ..Default::default()
        };
        loader.install(&mut runtime_options);
        let mut runtime = JsRuntime::new(runtime_options);
        // A script's own `Error.prepareStackTrace` gets V8's frames as they are, as under Node.
        runtime
            .v8_isolate()
            .set_prepare_stack_trace_callback(prepare_stack_trace_callback_with_original_callsites);
        let host = evaluate_host(&mut runtime).map_err(CallError::Uncaught)?;
        let host = {
            scope!(scope, &mut runtime);
            let local = v8::Local::new(scope, host);
            let object = v8::Local::<v8::Object>::try_from(local)
                .map_err(|_| CallError::Internal("the host script is no object".to_owned()))?;
            v8::Global::new(scope, object)
        };
        Ok(Self {
            runtime,
            host,
            buffers,
            max_memory: options.max_memory,
        })
    }
}

#[cfg(test)]
impl Blank {
    /// The isolate as it is before user code runs in it.
    pub(crate) fn runtime_for_tests(&mut self) -> &mut JsRuntime {
        &mut self.runtime
    }
}

/// A JavaScript world of its own.
pub(crate) struct Isolate {
    runtime: JsRuntime,
    host: v8::Global<v8::Object>,
    buffers: Arc<BufferMemory>,
    max_memory: u64,
}

impl Isolate {
    pub(crate) fn new(blank: Blank, options: IsolateOptions) -> Result<Self, CallError> {
        let Blank {
            runtime,
            host,
            buffers,
            max_memory,
        } = blank;
        let mut isolate = Self {
            runtime,
            host,
            buffers,
            max_memory,
        };
        isolate.put_to_work(&options.bridge, &options.host);
        {
            let state = isolate.runtime.op_state();
            let mut state = state.borrow_mut();
            state.put(options.permissions);
            crate::ops::init_state(&mut state, options.environment);
        }
        isolate.ask("start", &options.settings)?;
        Ok(isolate)
    }

    /// From now on calls go to this bridge, and what there is to tell to this host.
    pub(crate) fn put_to_work(&mut self, bridge: &Arc<Bridge>, host: &Arc<HostState>) {
        let handle = self.runtime.v8_isolate().thread_safe_handle();
        host.attach(handle, self.buffers.clone());
        watch_heap(&mut self.runtime, bridge, host, self.max_memory);
        let state = self.runtime.op_state();
        let mut state = state.borrow_mut();
        state.put(bridge.clone());
        state.put(host.clone());
    }

    /// Remembers what the world looks like before code of this file, or of its neighbours, runs in it.
    pub(crate) fn remember(&mut self, path: &Path) -> Result<(), CallError> {
        let argument = json!({
            "path": path,
            "names": plain_script::NAMES,
            "modules": plain_script::MODULES,
        });
        self.ask("remember", &argument).map(drop)
    }

    /// Whether nothing is under way, and nothing that the script could leave behind is left; what it can't have left is not looked for. Runs
    /// no code of the script.
    pub(crate) fn is_as_remembered(&mut self, script: Quiet) -> bool {
        self.is_idle()
            && !self.buffers.has_refused()
            && (script.leaves_no_trace || self.shows_no_trace())
    }

    fn shows_no_trace(&mut self) -> bool {
        matches!(
            self.ask("isAsRemembered", &Value::Null),
            Ok(Value::Bool(true))
        )
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.runtime
            .runtime_activity_stats_factory()
            .capture(&RuntimeActivityStatsFilter::all())
            .dump()
            .active
            .is_empty()
    }

    /// Calls a host function that doesn't wait for anything.
    fn ask(&mut self, name: &str, argument: &Value) -> Result<Value, CallError> {
        let call = self.invoke(name, argument)?;
        let answer = futures::FutureExt::now_or_never(call)
            .ok_or_else(|| CallError::Internal(format!("`{name}` must not wait")))?
            .map_err(CallError::Uncaught)?;
        self.plain_data(answer)
    }

    fn plain_data(&mut self, value: v8::Global<v8::Value>) -> Result<Value, CallError> {
        scope!(scope, &mut self.runtime);
        let local = v8::Local::new(scope, value);
        serde_v8::from_v8(scope, local).map_err(|error| CallError::Internal(error.to_string()))
    }

    /// Lets code that was loaded before its permissions were known have them from now on.
    pub(crate) fn grant(&mut self, granted: &HookPermissions) {
        let state = self.runtime.op_state();
        let mut state = state.borrow_mut();
        let mut permissions = state.borrow::<Arc<Permissions>>().as_ref().clone();
        permissions.network.clone_from(&granted.network);
        permissions.run.clone_from(&granted.run);
        state.put(Arc::new(permissions));
    }

    #[cfg(test)]
    pub(crate) fn runtime_for_tests(&mut self) -> &mut JsRuntime {
        &mut self.runtime
    }

    fn invoke(
        &mut self,
        name: &str,
        argument: &Value,
    ) -> Result<impl Future<Output = Result<v8::Global<v8::Value>, Box<JsError>>> + use<>, CallError>
    {
        let (function, argument) = {
            scope!(scope, &mut self.runtime);
            let host = v8::Local::new(scope, &self.host);
            let key = v8::String::new(scope, name)
                .ok_or_else(|| CallError::Internal("name too long".to_owned()))?;
            let function = host
                .get(scope, key.into())
                .and_then(|value| v8::Local::<v8::Function>::try_from(value).ok())
                .ok_or_else(|| {
                    CallError::Internal(format!("the host script has no function `{name}`"))
                })?;
            let argument = serde_v8::to_v8(scope, argument)
                .map_err(|error| CallError::Internal(error.to_string()))?;
            (
                v8::Global::new(scope, function),
                v8::Global::new(scope, argument),
            )
        };
        Ok(self.runtime.call_with_args(&function, &[argument]))
    }

    /// Calls a host function with plain data and waits for its answer, running the event loop.
    pub(crate) async fn call(&mut self, name: &str, argument: &Value) -> Result<Value, CallError> {
        let call = Box::pin(self.invoke(name, argument)?);
        let result = self
            .runtime
            .with_event_loop_promise(call, PollEventLoopOptions::default())
            .await
            .map_err(|error| self.classify(error))?;
        self.plain_data(result)
    }

    /// Runs the event loop until nothing is left to do.
    pub(crate) async fn run_to_idle(&mut self) -> Result<(), CallError> {
        self.runtime
            .run_event_loop(PollEventLoopOptions::default())
            .await
            .map_err(|error| self.classify(error))
    }

    /// Lets the next isolates have the code that V8 made here. To be called when no script runs here any more.
    pub(crate) fn keep_code(&mut self, ripeness: Ripeness) {
        let loader = self
            .runtime
            .op_state()
            .borrow()
            .borrow::<Rc<Loader>>()
            .clone();
        scope!(scope, &mut self.runtime);
        loader.keep_code(scope, ripeness);
    }

    fn classify(&mut self, error: CoreError) -> CallError {
        if self.runtime.v8_isolate().is_execution_terminating() {
            return CallError::Terminated;
        }
        match error.into_kind() {
            CoreErrorKind::PendingPromiseResolution => CallError::NeverSettles,
            CoreErrorKind::ExecutionTerminated => CallError::Terminated,
            CoreErrorKind::Js(error) => CallError::Uncaught(error),
            other => CallError::Internal(other.to_string()),
        }
    }
}

/// The functions of the host script. In an isolate made from a snapshot it was evaluated before.
pub(crate) fn evaluate_host(
    runtime: &mut JsRuntime,
) -> Result<v8::Global<v8::Value>, Box<JsError>> {
    runtime.execute_script(
        "ext:mmk/start.js",
        format!("Deno.core.loadExtScript({HOST_SPECIFIER:?})"),
    )
}

/// At the limit: close the fence first, so that no write follows, then stop the script.
fn watch_heap(runtime: &mut JsRuntime, bridge: &Bridge, host: &Arc<HostState>, told: u64) {
    let fence = bridge.fence.clone();
    let host = host.clone();
    let limit = heap_limit(told);
    watch_allocation_failure(runtime.v8_isolate(), fence.clone(), told);
    runtime.add_near_heap_limit_callback(move |current, _initial| {
        // A buffer that got no memory is the script's to catch.
        if host.take_buffer_refusal() {
            return current;
        }
        fence.close(StopReason::OutOfMemory { limit: told });
        host.terminate();
        current.max(limit) + LAST_HEADROOM
    });
}

fn heap_of(limit: usize) -> v8::CreateParams {
    let params = v8::CreateParams::default().heap_limits(0, limit);
    let young = params
        .max_young_generation_size_in_bytes()
        .min(YOUNG_GENERATION);
    params.set_max_young_generation_size_in_bytes(young)
}

fn heap_limit(max_memory: u64) -> usize {
    usize::try_from(max_memory).unwrap_or(usize::MAX)
}
