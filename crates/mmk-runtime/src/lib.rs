//! V8: loads, checks and runs one script at a time. The only crate that knows `deno_core`.

mod available_memory;
mod bridge;
mod buffer_memory;
mod check;
mod engine;
mod expected_panic;
mod extension;
mod hooks;
mod host_state;
mod isolate;
mod limits;
mod loader;
mod ops;
mod script_error;
mod startup;
mod stock;
mod stuck;
mod worker;
mod workers;

pub use bridge::connection::Connection;
pub use engine::EngineOptions;
pub use engine::ModelSources;
pub use engine::Program;
pub use engine::Target;
pub use engine::V8Engine;
pub use expected_panic::expecting_panic;
pub use expected_panic::is_panic_expected;
pub use hooks::ConfiguredHooks;
pub use hooks::HookPermissions;
pub use limits::default_max_memory;
pub use loader::SyntaxProblem;
pub use loader::check_syntax;
pub use loader::is_shell_script;
pub use ops::network_rule::NetworkRule;
pub use ops::permissions::Access;
pub use ops::permissions::Grant;
pub use ops::permissions::Permissions;
pub use ops::program_rule::ProgramRule;
pub use startup::CreatedStartup;
pub use startup::Startup;
pub use startup::create_startup;

/// How much V8's heap may grow before it is collected as a whole again: percent. V8 would let a small heap grow to four times its size; with
/// this, scripts that make much garbage peak 10 to 30 MB lower and take about as long (docs/benchmarks.md).
const HEAP_GROWTH: u32 = 50;

/// Prepares V8. Must be called once on the main thread, before any other thread exists: V8's memory protection keys are
/// inherited by threads made later (<https://github.com/denoland/rusty_v8/issues/2054>).
pub fn init_platform() {
    deno_core::v8::V8::set_flags_from_string(&format!("--heap-growing-percent={HEAP_GROWTH}"));
    deno_core::JsRuntime::init_platform(None);
}
