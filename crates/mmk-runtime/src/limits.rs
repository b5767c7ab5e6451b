//! The limits of a script that V8 doesn't enforce: wall time, and memory outside the heap.

use std::path::Path;
use std::time::Duration;

use mmk_core::fence::Fence;
use mmk_core::fence::StopReason;
use tokio::time::Instant;

use crate::available_memory;

/// How often the watch looks at the process's memory.
const MEMORY_CHECK: Duration = Duration::from_millis(25);

/// What the process may hold beside a script's memory: V8, the driver, buffers on their way. Bytes.
const OWN_MEMORY: u64 = 256 * 1024 * 1024;

/// Where neither container nor machine tells how much memory there is.
const UNKNOWN_MACHINE: u64 = 4 * 1024 * 1024 * 1024;

/// How long a script that was told to stop may take for it, before its thread is given up.
pub(crate) const STOP_GRACE: Duration = Duration::from_secs(3);

/// The memory a script may use when nobody says: half of what the container or machine has, in bytes.
#[must_use]
pub fn default_max_memory() -> u64 {
    available_memory::available(Path::new("/")).unwrap_or(UNKNOWN_MACHINE) / 2
}

/// Closes the fence when the time is up or the process has grown past its share, from now on. Ends by being dropped.
pub(crate) fn watch(
    fence: Fence,
    timeout: Option<Duration>,
    max_memory: u64,
) -> impl Future<Output = ()> + Send {
    let baseline = own_memory().unwrap_or(0);
    watch_from(baseline, fence, timeout, max_memory)
}

async fn watch_from(baseline: u64, fence: Fence, timeout: Option<Duration>, max_memory: u64) {
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
        // Most migrations are over before the first look.
        let mut tick = tokio::time::interval_at(Instant::now() + MEMORY_CHECK, MEMORY_CHECK);
        tick.tick().await;
        let container = available_memory::cgroup_limit(Path::new("/"));
        let allowed = allowed_memory(baseline, max_memory, container);
        loop {
            if own_memory().is_some_and(|own| own > allowed) {
                fence.close(StopReason::OutOfMemory { limit: max_memory });
                return;
            }
            tick.tick().await;
        }
    };
    tokio::select! {
        () = deadline => {}
        () = memory => {}
    }
}

/// How far the process may grow from `baseline`. Never to the container's limit, where the kernel would end it without a word.
fn allowed_memory(baseline: u64, max_memory: u64, container: Option<u64>) -> u64 {
    let share = baseline
        .saturating_add(max_memory)
        .saturating_add(OWN_MEMORY);
    let end = container.map_or(u64::MAX, |limit| limit - limit / 16);
    // A process that starts above the end is judged by its share: refusing everything would help nobody.
    if end > baseline {
        share.min(end)
    } else {
        share
    }
}

/// Resident memory of this process that belongs to it alone, in bytes, where the system tells. Pages of the program's file don't
/// count: the kernel drops them when it needs room.
fn own_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let mut fields = text.split_whitespace().skip(1);
    let resident: u64 = fields.next()?.parse().ok()?;
    let shared: u64 = fields.next()?.parse().ok()?;
    Some(resident.saturating_sub(shared) * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn a_process_is_stopped_before_its_container_is_full() {
        assert_eq!(allowed_memory(50 * MIB, 128 * MIB, None), 434 * MIB);
        assert_eq!(
            allowed_memory(50 * MIB, 128 * MIB, Some(320 * MIB)),
            300 * MIB
        );
        assert_eq!(
            allowed_memory(50 * MIB, 128 * MIB, Some(40 * MIB)),
            434 * MIB
        );
    }
}
