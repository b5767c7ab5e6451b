//! Facts about the machine for `os`.

use std::path::PathBuf;

use deno_core::op2;
use serde_json::json;

use super::process::architecture;
use super::process::platform;

/// JSON: `{arch, platform, type, release, version, machine, hostname, home, tmpdir, uptime, loadavg, parallelism, cpuModel, uid, gid,
/// username, shell}`.
#[op2]
#[string]
pub(crate) fn op_node_os_facts() -> String {
    let system = rustix::system::uname();
    let (uptime, load) = uptime_and_load();
    let account = account();
    json!({
        "arch": architecture(),
        "platform": platform(),
        "type": system.sysname().to_string_lossy(),
        "release": system.release().to_string_lossy(),
        "version": system.version().to_string_lossy(),
        "machine": system.machine().to_string_lossy(),
        "hostname": system.nodename().to_string_lossy(),
        "home": account.home,
        "tmpdir": temporary_folder(),
        "uptime": uptime,
        "loadavg": load,
        "parallelism": std::thread::available_parallelism().map_or(1, usize::from),
        "cpuModel": processor_model(),
        "uid": rustix::process::getuid().as_raw(),
        "gid": rustix::process::getgid().as_raw(),
        "username": account.name,
        "shell": account.shell,
    })
    .to_string()
}

/// JSON: `{total, free}` in bytes; zeros where the system keeps no `/proc`.
#[op2]
#[string]
pub(crate) fn op_node_os_memory() -> String {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kibibytes = |name: &str| {
        text.lines()
            .find_map(|line| {
                line.strip_prefix(name)?
                    .split_whitespace()
                    .nth(0)?
                    .parse::<u64>()
                    .ok()
            })
            .unwrap_or(0)
    };
    json!({ "total": kibibytes("MemTotal:") * 1024, "free": kibibytes("MemAvailable:") * 1024 })
        .to_string()
}

/// As Node: the first of three variables, without a slash at its end.
fn temporary_folder() -> String {
    let folder = ["TMPDIR", "TMP", "TEMP"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "/tmp".to_owned());
    match folder.strip_suffix('/') {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => folder,
    }
}

fn uptime_and_load() -> (f64, [f64; 3]) {
    let first = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let numbers = |text: String| -> Vec<f64> {
        text.split_whitespace()
            .map_while(|word| word.parse().ok())
            .collect()
    };
    let uptime = numbers(first("/proc/uptime"))
        .first()
        .copied()
        .unwrap_or(0.0);
    let load = numbers(first("/proc/loadavg"));
    let at = |index: usize| load.get(index).copied().unwrap_or(0.0);
    (uptime, [at(0), at(1), at(2)])
}

fn processor_model() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or_else(
            || "unknown".to_owned(),
            |(_, model)| model.trim().to_owned(),
        )
}

struct Account {
    name: String,
    home: Option<String>,
    shell: Option<String>,
}

/// The user's line of `/etc/passwd`; `HOME` wins, as in Node.
fn account() -> Account {
    let wanted = rustix::process::getuid().as_raw().to_string();
    let text = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let fields: Vec<&str> = text
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&wanted.as_str()))
        .unwrap_or_default();
    let field = |index: usize| fields.get(index).map(|value| (*value).to_owned());
    let home = std::env::home_dir().map(|path: PathBuf| path.to_string_lossy().into_owned());
    Account {
        name: field(0)
            .or_else(|| std::env::var("USER").ok())
            .unwrap_or_default(),
        home: home.or_else(|| field(5)),
        shell: field(6),
    }
}
