//! MongoDB's driver specification tests, played through the facade inside the host on a replica set of one. The data is no part of the
//! project: `MMK_SPECS_DIR`, or a folder `shared/specs` beside the checkout; without it the test says so and passes.

use std::path::PathBuf;
use std::process::Command;

use crate::support::block_on;
use crate::support::skip;
use crate::support::start_sandbox;

/// The folders that must pass whole, as far as the server at hand can run them.
const FOLDERS: [&str; 12] = [
    "unified-test-format/valid-pass",
    "crud",
    "transactions",
    "transactions-convenient-api",
    "sessions",
    "collection-management",
    "index-management",
    "gridfs",
    "change-streams",
    "retryable-writes",
    "read-write-concern",
    "run-command",
];

/// Where the specification data lies, if it does.
pub(crate) fn spec_folder() -> Option<PathBuf> {
    let named = std::env::var_os("MMK_SPECS_DIR").map(PathBuf::from);
    let beside = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/specs"
    ));
    let folder = named.unwrap_or(beside);
    folder
        .is_dir()
        .then(|| folder.canonicalize().unwrap_or(folder))
}

#[test]
fn the_specifications_pass_inside_the_host() {
    let Some(folder) = spec_folder() else {
        skip("MMK_SPECS_DIR names no folder with MongoDB's driver specification tests");
        return;
    };
    let sandbox = block_on(start_sandbox(|options| {
        options
            .parameter("enableTestCommands", "1")
            .parameter("transactionLifetimeLimitSeconds", "60")
    }));
    let runner = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../js-runtime/spec-runner/run-host.mjs"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_mmk-js"))
        .args(["run", "--allow-read", runner, &sandbox.uri()])
        .args(FOLDERS.map(|name| folder.join(name)))
        .output()
        .expect("the binary starts");
    let report = String::from_utf8_lossy(&output.stdout);
    println!("{report}");
    assert!(
        output.status.success(),
        "{report}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
