//! Facts about this process for `process`: ids, clock, memory. The environment is the one the host gives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use deno_core::OpState;
use deno_core::op2;
use deno_core::v8;
use serde_json::json;

use super::permissions::Permissions;

/// The environment as the host gave it, `.env` files included.
type Environment = Arc<BTreeMap<String, String>>;

/// A variable that is not allowed does not exist.
#[op2]
#[string]
pub(crate) fn op_node_env_get(state: &mut OpState, #[string] name: &str) -> Option<String> {
    if !state.borrow::<Arc<Permissions>>().shows_variable(name) {
        return None;
    }
    state.borrow::<Environment>().get(name).cloned()
}

/// JSON: the names of the variables that exist for scripts.
#[op2]
#[string]
pub(crate) fn op_node_env_keys(state: &mut OpState) -> String {
    let permissions = state.borrow::<Arc<Permissions>>();
    let names: Vec<&String> = state
        .borrow::<Environment>()
        .keys()
        .filter(|name| permissions.shows_variable(name))
        .collect();
    json!(names).to_string()
}

/// When the isolate was made; `process.uptime()` and `process.hrtime()` count from here.
pub(crate) struct ProcessStart(pub(crate) Instant);

impl Default for ProcessStart {
    fn default() -> Self {
        Self(Instant::now())
    }
}

/// JSON: `{argv0, execPath, pid, ppid, platform, arch, uid, euid, gid, egid, folder}`.
#[op2]
#[string]
pub(crate) fn op_node_process_facts(state: &OpState) -> String {
    // Absent while the startup snapshot is made, which must not hold what this says.
    state.borrow::<Arc<Permissions>>();
    let program = std::env::current_exe().unwrap_or_default();
    let folder = std::env::current_dir().unwrap_or_default();
    json!({
        "argv0": std::env::args().next().unwrap_or_default(),
        "execPath": program.to_string_lossy(),
        "pid": std::process::id(),
        "ppid": std::os::unix::process::parent_id(),
        "platform": platform(),
        "arch": architecture(),
        "uid": rustix::process::getuid().as_raw(),
        "euid": rustix::process::geteuid().as_raw(),
        "gid": rustix::process::getgid().as_raw(),
        "egid": rustix::process::getegid().as_raw(),
        "folder": folder.to_string_lossy(),
    })
    .to_string()
}

/// Node's name of the operating system.
pub(crate) fn platform() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    }
}

/// Node's name of the processor.
pub(crate) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "x86" => "ia32",
        other => other,
    }
}

/// Nanoseconds of a clock that never goes back.
#[op2(fast)]
#[bigint]
pub(crate) fn op_node_hrtime(state: &mut OpState) -> u64 {
    let start = state.borrow::<ProcessStart>().0;
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Seconds since the isolate was made.
#[op2(fast)]
pub(crate) fn op_node_uptime(state: &mut OpState) -> f64 {
    state.borrow::<ProcessStart>().0.elapsed().as_secs_f64()
}

/// JSON: `{rss, heapTotal, heapUsed, heapLimit, external}` in bytes.
#[op2]
#[string]
pub(crate) fn op_node_memory(scope: &mut v8::PinScope<'_, '_>) -> String {
    let heap = scope.get_heap_statistics();
    json!({
        "rss": resident_bytes(),
        "heapTotal": heap.total_heap_size(),
        "heapUsed": heap.used_heap_size(),
        "heapLimit": heap.heap_size_limit(),
        "external": heap.external_memory(),
    })
    .to_string()
}

/// Zero where the system keeps no `/proc`.
fn resident_bytes() -> u64 {
    std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |pages| pages * rustix::param::page_size() as u64)
}

/// JSON: `{user, system}` in microseconds.
#[op2]
#[string]
pub(crate) fn op_node_cpu() -> String {
    let ticks = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in parentheses and may hold spaces.
    let fields: Vec<u64> = ticks
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    let per_tick = 1_000_000 / rustix::param::clock_ticks_per_second();
    let micros = |index: usize| fields.get(index).copied().unwrap_or(0) * per_tick;
    json!({ "user": micros(11), "system": micros(12) }).to_string()
}
