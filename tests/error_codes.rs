//! Holds the error codes in the sources and their sections in docs/errors.md together, in both directions.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use regex::Regex;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// Every code that a function `code` of a Rust error gives, with the file it is in.
fn codes_in_sources() -> BTreeMap<String, String> {
    let function =
        Regex::new(r"(?s)fn code\(&?self\) -> &'static str \{(.*?)\n    \}").expect("valid");
    let code = Regex::new(r#""([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)""#).expect("valid");
    let mut codes = BTreeMap::new();
    for file in rust_files(&root().join("crates")) {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        for body in function.captures_iter(&text) {
            for found in code.captures_iter(&body[1]) {
                codes.insert(found[1].to_owned(), file.display().to_string());
            }
        }
    }
    codes
}

/// Title and text of every section of docs/errors.md.
fn sections() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("docs/errors.md")).expect("it is there");
    text.split("\n### ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .map(|(title, body)| {
            let body = body.split("\n## ").next().unwrap_or(body);
            (title.trim().to_owned(), body.trim().to_owned())
        })
        .collect()
}

#[test]
fn every_code_has_its_section_and_every_section_its_code() {
    let codes = codes_in_sources();
    let sections = sections();
    assert!(codes.len() > 30, "the search for codes found {codes:?}");
    let missing: Vec<_> = codes
        .iter()
        .filter(|(code, _)| !sections.contains_key(*code))
        .collect();
    assert!(
        missing.is_empty(),
        "without a section in docs/errors.md: {missing:?}"
    );
    let known: BTreeSet<&String> = codes.keys().collect();
    let stale: Vec<_> = sections
        .keys()
        // What scripts meet comes from Node's world and is told in a table of its own.
        .filter(|title| !title.starts_with("ERR_") && !known.contains(title))
        .collect();
    assert!(stale.is_empty(), "sections without a code: {stale:?}");
    let empty: Vec<_> = sections
        .iter()
        .filter(|(_, body)| body.len() < 20)
        .map(|(title, _)| title)
        .collect();
    assert!(empty.is_empty(), "sections that say nothing: {empty:?}");
    println!("{} codes, all described", codes.len());
}

/// What a script sees of its own world's refusals carries a code of Node's; those that Node doesn't throw here are described too.
#[test]
fn the_codes_that_scripts_meet_are_described() {
    let sections = sections();
    for code in [
        "ERR_ACCESS_DENIED",
        "ERR_METHOD_NOT_IMPLEMENTED",
        "ERR_DLOPEN_FAILED",
    ] {
        assert!(sections.contains_key(code), "{code} has no section");
    }
}
