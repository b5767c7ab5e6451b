//! The limits of a script that V8 doesn't enforce: wall time, and memory outside the heap.

use std::time::Duration;

use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;

/// How often the watch looks at the process's memory.
const MEMORY_CHECK: Duration = Duration::from_millis(100);

/// What the process may hold beside a script's memory: V8, the driver, buffers on their way. Bytes.
const OWN_MEMORY: u64 = 256 * 1024 * 1024;

/// The memory a script may use when nobody says: half of what the container or machine has, in bytes.
/// Sources: cgroup v2 `memory.max`, cgroup v1 `memory.limit_in_bytes`, `/proc/meminfo`.
#[must_use]
pub fn default_max_memory() -> u64 {
    let cgroup = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    .iter()
    .find_map(|path| {
        std::fs::read_to_string(path)
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    });
    let machine = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .map(|kilobytes| kilobytes * 1024);
    let available = match (cgroup, machine) {
        (Some(cgroup), Some(machine)) => cgroup.min(machine),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => 4 * 1024 * 1024 * 1024,
    };
    available / 2
}

/// Closes the fence when the time is up or the process has grown past its share. Ends by being dropped.
pub(crate) async fn watch(fence: Fence, timeout: Option<Duration>, max_memory: u64) {
    let deadline = async {
        match timeout {
            Some(limit) => {
                tokio::time::sleep(limit).await;
                fence.close(StopReason::Timeout { limit });
            }
            None => std::future::pending().await,
        }
    };
    let memory = async {
        let baseline = resident_memory().unwrap_or(0);
        let allowed = baseline
            .saturating_add(max_memory)
            .saturating_add(OWN_MEMORY);
        let mut tick = tokio::time::interval(MEMORY_CHECK);
        loop {
            tick.tick().await;
            if resident_memory().is_some_and(|resident| resident > allowed) {
                fence.close(StopReason::OutOfMemory { limit: max_memory });
                return;
            }
        }
    };
    tokio::select! {
        () = deadline => {}
        () = memory => {}
    }
}

/// Resident memory of this process in bytes, where the system tells.
fn resident_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
