//! Goldens of what a user reads after a failure.

use std::path::PathBuf;

use anstream::adapter::strip_str;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::script::ScriptErrorKind;

use super::*;

fn thrown() -> ScriptError {
    ScriptError {
        kind: ScriptErrorKind::Thrown,
        name: "MongoServerError".to_owned(),
        message: "E11000 duplicate key".to_owned(),
        stack: "MongoServerError: E11000 duplicate key\n    at up (file:///app/migrations/2-b.js:12:9)\n    at async \
                run (file:///app/lib/run.js:3:1)"
            .to_owned(),
        location: Some(SourceLocation {
            file: PathBuf::from("/app/migrations/2-b.js"),
            line: 12,
            column: 9,
            text: Some("\tawait users.insertOne({ _id: 1 });".to_owned()),
        }),
        code: Some("11000".to_owned()),
        code_name: None,
        details: None,
        rolled_back: false,
        outcome: Outcome::default(),
    }
}

fn plain(error: Error) -> String {
    strip_str(&failure(&Failure::Core(error), Path::new("/app"))).to_string()
}

#[test]
fn a_script_that_threw_is_shown_with_its_line_and_stack() {
    let error = Error::from_run("2-b.js", Direction::Up, thrown());
    let expected = "\
✖ MIGRATION_EXECUTION_FAILED: `2-b.js` failed in `up`: MongoServerError: E11000 duplicate key (`/app/migrations/2-b.js:12:9`)

  --> migrations/2-b.js:12:9
   |
12 | \tawait users.insertOne({ _id: 1 });
   | \t       ^

    at up (migrations/2-b.js:12:9)
    at async run (lib/run.js:3:1)

hint: it ran without a transaction: what it wrote until then is still in the database";
    assert_eq!(plain(error), expected);
}

#[test]
fn all_refusals_are_one_list_each_with_its_own_advice() {
    let mut syntax = thrown();
    syntax.kind = ScriptErrorKind::Syntax;
    syntax.name = "SyntaxError".to_owned();
    syntax.message = "Unexpected token ')'".to_owned();
    syntax.stack = String::new();
    let error = Error::Refused(vec![
        Error::from_check("2-b.js", syntax),
        Error::InvalidExport {
            name: "3-c.js".to_owned(),
            export: "up".to_owned(),
        },
    ]);
    let text = plain(error);
    assert!(
        text.starts_with(
            "✖ REFUSED: nothing was run, because 2 things must be put right first\n\n  1. MIGRATION_SYNTAX: `2-b.js` "
        ),
        "{text}"
    );
    assert!(
        text.contains("\n    --> migrations/2-b.js:12:9\n"),
        "{text}"
    );
    assert!(
        text.contains(
            "\n\n  2. MIGRATION_INVALID_EXPORT: `3-c.js` exports no function `up`\n\n  hint: write"
        ),
        "{text}"
    );
}

#[test]
fn a_very_long_line_is_cut_around_the_column() {
    let line = format!("{}!{}", "a".repeat(500), "b".repeat(500));
    let (part, column) = window(&line, 501);
    assert_eq!(part.chars().count(), 120);
    assert_eq!(part.chars().nth(column), Some('!'));
    let (part, column) = window("short  ", 90);
    assert_eq!((part.as_str(), column), ("short", 7));
}

#[test]
fn warnings_begin_as_those_of_mmk() {
    assert_eq!(
        warning("Checksum mismatch: 1-a.js"),
        "⚠ Warning  Checksum mismatch: 1-a.js"
    );
    assert_eq!(
        warning("Forcing   re-run of already-applied 1-a.js"),
        "⚠ Forcing   re-run of already-applied 1-a.js"
    );
}

#[test]
fn of_many_that_did_not_run_the_first_are_named() {
    let names = |count: usize| (1..=count).map(|n| format!("{n}.js")).collect::<Vec<_>>();
    let plain = |count| strip_str(&not_run(&names(count))).to_string();
    assert_eq!(plain(2), "hint: not run because of this: 1.js, 2.js");
    assert!(plain(10).ends_with(", 9.js, 10.js"));
    assert!(plain(300).ends_with(", 9.js, 10.js and 290 more"));
}
