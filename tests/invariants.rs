//! What must stay absent: dependencies that point the wrong way.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::process::Command;

/// Which of our crates each crate may use, and whether it may know the driver and the engine (docs/architecture.md).
const ALLOWED: [(&str, &[&str], bool, bool); 6] = [
    ("mmk-core", &[], false, false),
    ("mmk-mongo", &["mmk-core"], true, false),
    ("mmk-runtime", &["mmk-core"], true, true),
    ("mmk-sandbox", &["mmk-core"], true, false),
    // Its build script uses mmk-runtime; the crate itself is data.
    ("mmk-snapshot", &[], false, false),
    (
        "mmk-cli",
        &[
            "mmk-core",
            "mmk-mongo",
            "mmk-runtime",
            "mmk-sandbox",
            "mmk-snapshot",
        ],
        true,
        false,
    ),
];

#[test]
fn dependencies_point_in_one_direction() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages: BTreeMap<String, BTreeSet<String>> = metadata["packages"]
        .as_array()
        .expect("a list of packages")
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"]
                .as_array()
                .expect("a list of dependencies")
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
                .collect();
            (
                package["name"].as_str().unwrap_or_default().to_owned(),
                dependencies,
            )
        })
        .collect();
    let expected: BTreeSet<&str> = ALLOWED.iter().map(|(name, ..)| *name).collect();
    let found: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    assert_eq!(
        found, expected,
        "a crate came or went: draw it in docs/architecture.md"
    );
    for (name, ours, driver, engine) in ALLOWED {
        let dependencies = &packages[name];
        for dependency in dependencies.iter().filter(|name| name.starts_with("mmk-")) {
            assert!(
                ours.contains(&dependency.as_str()),
                "{name} must not use {dependency}"
            );
        }
        assert!(
            driver || !dependencies.contains("mongodb"),
            "{name} must not know the driver"
        );
        assert!(
            engine || !dependencies.contains("deno_core"),
            "{name} must not know V8"
        );
        assert!(
            name == "mmk-cli" || !dependencies.contains("clap"),
            "{name} must not know the command line"
        );
    }
}
