//! What the binary printed and how it ended, with the parts that differ from run to run replaced by words.

use std::process::ExitStatus;
use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use super::server::MARKER;

/// A finished run of the binary.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: ExitStatus,
}

impl Output {
    /// Whatever the binary was asked to do, it says no password.
    #[track_caller]
    pub(crate) fn of(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        for said in [&stdout, &stderr] {
            assert!(!said.contains(MARKER), "a password was printed: {said}");
        }
        Self {
            stdout,
            stderr,
            status: output.status,
        }
    }

    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// Asserts the exit code and shows everything when it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code(),
            code,
            "\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "stdout is no JSON ({error}):\n{}\n--- stderr\n{}",
                self.stdout, self.stderr
            )
        })
    }

    /// Asserts that some text is on stderr.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text) || self.stdout.contains(text),
            "`{text}` is missing from\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Replaces durations, times, ids, paths and the like, so that goldens stay the same.
pub(crate) fn stable(text: &str, replacements: &[(&str, &str)]) -> String {
    static FILTERS: OnceLock<Vec<(Regex, &str)>> = OnceLock::new();
    let filters = FILTERS.get_or_init(|| {
        [
            (
                r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)",
                "<time>",
            ),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<local time>"),
            (r"\[\s*\d+(\.\d+)?(ms|s)\]", "[<duration>]"),
            (r"\b\d+(\.\d+)?ms\b", "<duration>"),
            (r#""duration": \d+"#, r#""duration": "<duration>""#),
            (r"\b[0-9a-f]{64}\b", "<sha256>"),
            (r"\b[0-9a-f]{24}\b", "<object id>"),
            (
                r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
                "<uuid>",
            ),
            (r"127\.0\.0\.1:\d+", "<server>"),
            (r"\bpid \d+", "pid <pid>"),
        ]
        .into_iter()
        .map(|(pattern, with)| (Regex::new(pattern).expect("a valid pattern"), with))
        .collect()
    });
    let mut text = text.to_owned();
    for (from, to) in replacements {
        text = text.replace(from, to);
    }
    for (pattern, with) in filters {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    // Table cells are padded to their content: fold the padding that the replacements left uneven.
    static PADDING: OnceLock<Regex> = OnceLock::new();
    PADDING
        .get_or_init(|| Regex::new(r" {2,}|[─═-]{3,}").expect("a valid pattern"))
        .replace_all(&text, |found: &regex::Captures<'_>| {
            if found[0].starts_with(' ') {
                "  "
            } else {
                "───"
            }
        })
        .into_owned()
}
