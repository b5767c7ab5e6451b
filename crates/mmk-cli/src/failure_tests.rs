//! Holds the codes in the sources and docs/errors.md together.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

/// Where codes are written down, from this crate's folder.
const SOURCES: [&str; 3] = [
    "../mmk-core/src/error.rs",
    "../mmk-sandbox/src/error.rs",
    "src/failure.rs",
];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_code_has_a_section_and_every_section_a_code() {
    // In these files, a literal of capital letters is a code or the name of a signal.
    let literal = Regex::new(r#""([A-Z]{2,}(?:_[A-Z]+)*)""#).unwrap();
    let codes: BTreeSet<String> = SOURCES
        .iter()
        .flat_map(|path| {
            let text = read(path);
            let found: Vec<String> = literal
                .captures_iter(&text)
                .map(|captures| captures[1].to_owned())
                .collect();
            found
        })
        .filter(|word| !word.starts_with("SIG"))
        .collect();
    let documented: BTreeSet<String> = read("../../docs/errors.md")
        .lines()
        .filter_map(|line| line.strip_prefix("### ").map(str::to_owned))
        // Codes that scripts meet are Node's, not ours.
        .filter(|code| !code.starts_with("ERR_"))
        .collect();
    assert!(codes.len() > 30, "only these codes were found: {codes:?}");
    let undocumented: Vec<&String> = codes.difference(&documented).collect();
    let unknown: Vec<&String> = documented.difference(&codes).collect();
    assert!(
        undocumented.is_empty(),
        "without a section: {undocumented:?}"
    );
    assert!(unknown.is_empty(), "sections without a code: {unknown:?}");
}
