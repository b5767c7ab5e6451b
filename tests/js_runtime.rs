//! js-runtime's own tests under Node: the codec against npm `bson`, the driver facade against npm `mongodb`, the Node modules and the
//! module loader against Node itself. They need no V8 of ours; what is proven here is the JavaScript.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::differential::driver_majors;
use crate::interop::node_tools;
use crate::specs::spec_folder;
use crate::support::own_server;

fn js_runtime() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../js-runtime"))
}

/// The folder, with what its scripts need under Node; whichever test comes first installs it.
pub(crate) fn installed() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let install = || {
        let folder = js_runtime();
        install(&folder);
        folder
    };
    FOLDER.get_or_init(install).clone()
}

/// Installs what the tests need, once per state of the lock file. `node_modules` is no part of the repository.
fn install(folder: &Path) {
    let lock = std::fs::read(folder.join("package-lock.json")).expect("the lock file is there");
    let stamp = folder.join("node_modules/.installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return;
    }
    let installed = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .expect("npm runs");
    assert!(
        installed.status.success(),
        "npm ci failed: {}",
        String::from_utf8_lossy(&installed.stderr)
    );
    std::fs::write(stamp, lock).expect("the folder is writable");
}

#[test]
fn the_javascript_passes_its_own_tests() {
    let folder = installed();
    let server = own_server();
    let mut command = Command::new("npm");
    command
        .args(["test", "--silent"])
        .current_dir(&folder)
        .env("MMK_NODE_MODULES", node_tools().join("node_modules"))
        .env("MMK_MODULES_ENGINE", env!("CARGO_BIN_EXE_mmk-js"))
        .env("MMK_MODULES_MODES", "run")
        .env("MMK_MAJORS", driver_majors())
        .env("MMK_TEST_URI", server.uri());
    if let Some(specs) = spec_folder() {
        command.env("MMK_SPECS_DIR", specs);
    }
    let output = command.output().expect("npm runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let summary: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.starts_with("# tests")
                || line.starts_with("# pass")
                || line.starts_with("# fail")
                || line.starts_with("# skip")
                || line.starts_with("ℹ ")
        })
        .collect();
    println!("{}", summary.join(", "));
    assert!(
        output.status.success(),
        "{}\n{}",
        failures(&text),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The part of the report that tells what failed.
fn failures(report: &str) -> String {
    let lines: Vec<&str> = report.lines().collect();
    let mut shown: Vec<&str> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if line.trim_start().starts_with("not ok") || line.contains("✖") {
            shown.extend(&lines[index..(index + 25).min(lines.len())]);
        }
    }
    shown.truncate(400);
    shown.join("\n")
}
