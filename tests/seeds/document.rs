//! Reads example blocks out of the articles.

use std::path::PathBuf;

use crate::support::skip;

/// The text of the document whose file name starts like this; nothing where the documents are not at hand.
pub(super) fn document(start: &str) -> Option<String> {
    let named = std::env::var_os("MMK_SEEDS_DIR").map(PathBuf::from);
    let beside = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/seeds"
    ));
    let folder = named.unwrap_or(beside);
    let file = std::fs::read_dir(&folder).ok().and_then(|entries| {
        entries
            .flatten()
            .find(|entry| entry.file_name().to_string_lossy().starts_with(start))
    });
    let text = file.and_then(|file| std::fs::read_to_string(file.path()).ok());
    if text.is_none() {
        skip(&format!("no document `{start}` in {}", folder.display()));
    }
    text
}

/// The fenced block that follows a heading.
#[track_caller]
pub(super) fn block_after(text: &str, heading: &str) -> String {
    let (_, rest) = text
        .split_once(heading)
        .unwrap_or_else(|| panic!("the document has no `{heading}`"));
    let (_, code) = rest.split_once("```javascript\n").expect("a block follows");
    let (code, _) = code.split_once("\n```").expect("the block ends");
    format!("{code}\n")
}

/// A listing whose lines begin with their numbers, from the line with `first` on. Such listings lost their empty lines and, here, their last
/// one: the closing `});` is put back.
#[track_caller]
pub(super) fn numbered_listing(text: &str, first: &str) -> String {
    let start = format!("1{first}");
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with(&start))
        .map_while(without_number);
    let listing: Vec<&str> = lines.collect();
    assert!(!listing.is_empty(), "the document has no `{first}`");
    format!("{}\n}});\n", listing.join("\n"))
}

fn without_number(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < line.len()).then_some(rest)
}
