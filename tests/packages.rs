//! The packages that migrations use most, from a real node_modules: each script of tests/packages/scripts must print under Node and inside
//! the host the same, and end the same.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use crate::interop::install_packages;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/packages/scripts");

#[test]
fn packages_do_the_same_as_under_node() {
    let folder = install_packages("packages");
    let scripts = folder.join("scripts");
    let mut names = Vec::new();
    std::fs::create_dir_all(&scripts).expect("the build folder is writable");
    for entry in std::fs::read_dir(SCRIPTS).expect("the scripts are there") {
        let entry = entry.expect("the folder can be read");
        std::fs::copy(entry.path(), scripts.join(entry.file_name())).expect("it can be copied");
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    assert!(names.len() > 20, "{names:?}");
    let mut differences = Vec::new();
    for name in &names {
        let script = format!("../scripts/{name}");
        let node = run(&folder, "under-node", Command::new("node").arg(&script));
        let host = run(
            &folder,
            "in-host",
            Command::new(env!("CARGO_BIN_EXE_mmk-js")).args(["run", &script]),
        );
        if node != host {
            differences.push(format!("{name}\n--- Node\n{node}\n--- mmk-js\n{host}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// What a program prints and its exit code. It runs in a folder of its own, where it may leave files.
fn run(packages: &Path, folder: &str, command: &mut Command) -> String {
    let folder = packages.join(folder);
    std::fs::create_dir_all(&folder).expect("the build folder is writable");
    let output = command
        .current_dir(&folder)
        .env("TZ", "UTC")
        .env_remove("FORCE_COLOR")
        .env("NODE_NO_WARNINGS", "1")
        .stdin(Stdio::null())
        .output()
        .expect("it can be started");
    format!(
        "{}{}exit code {:?}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code()
    )
}
