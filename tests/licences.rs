//! The licences of everything that ends up in the binary: Rust crates by `cargo metadata`, npm packages by js-runtime's lock file. The
//! allow list is deny.toml's, so that `cargo deny check` and this test can't disagree. Reads files only; works without a network.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The list `allow = [...]` of deny.toml's `[licenses]`.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("it is there");
    let list = text
        .split("[licenses]")
        .nth(1)
        .and_then(|rest| rest.split("allow = [").nth(1))
        .and_then(|rest| rest.split(']').next())
        .expect("a list of licences");
    list.lines()
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

/// Whether an SPDX expression can be met with allowed licences. `/` is an older spelling of `OR`.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let met = any(words, at, allowed);
        *at += 1;
        return met;
    }
    // An exception gives more rights, so it changes nothing.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    allowed.contains(*word)
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Zlib".to_owned()]);
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("MIT/GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND Zlib", true),
        ("(GPL-3.0 OR MIT) AND ISC", false),
        ("MIT WITH LLVM-exception", true),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn every_crate_is_under_an_allowed_licence() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let allowed = allowed();
    let wrong: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let licence = package["license"].as_str().unwrap_or_default();
            let name = package["name"].as_str().unwrap_or_default();
            (!is_met(licence, &allowed)).then(|| format!("{name}: `{licence}`"))
        })
        .collect();
    assert!(wrong.is_empty(), "not allowed by deny.toml: {wrong:#?}");
    println!("{} crates under allowed licences", packages.len());
}

#[test]
fn every_bundled_npm_package_is_under_an_allowed_licence() {
    let lock = std::fs::read(root().join("js-runtime/package-lock.json")).expect("it is there");
    let lock: Value = serde_json::from_slice(&lock).expect("npm writes JSON");
    let allowed = allowed();
    let mut bundled = 0;
    let wrong: Vec<String> = lock["packages"]
        .as_object()
        .expect("packages by folder")
        .iter()
        .filter(|(folder, package)| !folder.is_empty() && package["dev"] != true)
        .inspect(|_| bundled += 1)
        .filter(|(_, package)| !is_met(package["license"].as_str().unwrap_or_default(), &allowed))
        .map(|(folder, package)| format!("{folder}: {}", package["license"]))
        .collect();
    assert!(wrong.is_empty(), "not allowed by deny.toml: {wrong:#?}");
    assert!(bundled > 3, "the lock file was not understood");
}
