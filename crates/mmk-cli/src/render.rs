//! Failures and notes as text for people: the error line, the place in the user's file, the stack, the advice. Returns text
//! only; printing is the printer's.

use std::path::Path;

use mmk_core::error::Error;
use mmk_core::history::AttemptState;
use mmk_core::notice;
use mmk_core::script::Direction;
use mmk_core::script::ScriptError;
use mmk_core::script::SourceLocation;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::failure::Failure;
use crate::style;
use crate::style::painted;

/// The whole story of a failure; paths are shown relative to `directory` where they lie inside.
pub(crate) fn failure(failure: &Failure, directory: &Path) -> String {
    let sentence = heading(failure).unwrap_or_else(|| failure.to_string());
    let line = error_line(failure.code(), &sentence);
    story(&line, failure, &failure.hints(), directory)
}

/// The first line of a list of refusals, which are told below it one by one.
pub(crate) fn heading(failure: &Failure) -> Option<String> {
    let Failure::Core(Error::Refused(refusals)) = failure else {
        return None;
    };
    Some(format!(
        "nothing was run, because {} things must be put right first",
        refusals.len()
    ))
}

/// `first`, below it everything else that is known of the failure, and the advice.
pub(crate) fn story(first: &str, failure: &Failure, advice: &[String], directory: &Path) -> String {
    let refusals = match failure {
        Failure::Core(Error::Refused(refusals)) => refusals.as_slice(),
        _ => &[],
    };
    let mut text = first.to_owned();
    for (index, refusal) in refusals.iter().enumerate() {
        let line = format!("{}. {}: {refusal}", index + 1, refusal.code());
        text.push_str(&format!("\n\n{}", indented(&painted(style::RED, &line))));
        if let Some(script) = refusal.script_error() {
            text.push_str(&indented(&script_story(script, directory)));
        }
        text.push_str(&indented(&hints(&refusal.hints())));
    }
    if let Some(script) = failure.script_error() {
        text.push_str(&script_story(script, directory));
    }
    text.push_str(&hints(advice));
    text
}

/// `✖ CODE: message`, as mmk writes it.
pub(crate) fn error_line(code: &str, message: &str) -> String {
    painted(style::RED, &format!("✖ {code}: {message}"))
}

/// How many names a person reads; `--json` has them all.
const MOST_NOT_RUN: usize = 10;

/// The line after a failure that kept others from running.
pub(crate) fn not_run(names: &[String]) -> String {
    let shown = names.len().min(MOST_NOT_RUN);
    let mut text = names[..shown].join(", ");
    let more = names.len() - shown;
    if more > 0 {
        text += &format!(" and {more} more");
    }
    format!(
        "{} not run because of this: {text}",
        painted(style::BOLD, "hint:")
    )
}

/// What a warning of core's looks like: mmk sets the word "Warning" only before a checksum that differs.
pub(crate) fn warning(text: &str) -> String {
    if text.starts_with("Checksum mismatch") {
        format!("⚠ Warning  {text}")
    } else {
        format!("⚠ {text}")
    }
}

/// What the table can't show: files that are gone, attempts that failed, are running or were never ended.
pub(crate) fn status_notes<'a>(rows: impl IntoIterator<Item = &'a StatusRow>) -> Vec<String> {
    let mut notes = Vec::new();
    for row in rows {
        let name = &row.file;
        if row.file_missing && row.state == State::Applied {
            notes.push(format!("⚠ File missing: {name} is applied"));
        }
        let Some(attempt) = &row.unsettled else {
            continue;
        };
        let direction = attempt.direction.as_str();
        notes.push(match attempt.state {
            AttemptState::Running if attempt.live => {
                format!("⚠ Running: {}", notice::running(attempt))
            }
            AttemptState::Failed => {
                let reason = attempt
                    .error
                    .as_ref()
                    .and_then(|error| error.message.lines().next())
                    .map_or_else(String::new, |message| format!(": {message}"));
                format!("⚠ Failed: {direction} of {name}{reason}")
            }
            _ => {
                let done = match attempt.direction {
                    Direction::Up => "applied",
                    Direction::Down => "pending",
                };
                format!(
                    "⚠ Unfinished: {}; the next `{direction}` runs it again, unless `mmk-js mark {done} {name}` says that all of it is done",
                    notice::unfinished(attempt),
                )
            }
        });
    }
    notes
}

/// The place, then the stack, each preceded by an empty line.
fn script_story(error: &ScriptError, directory: &Path) -> String {
    let mut text = String::new();
    if let Some(location) = &error.location {
        text.push_str(&format!("\n\n{}", frame(location, directory)));
    }
    let frames: Vec<String> = error
        .stack
        .lines()
        .filter(|line| line.trim_start().starts_with("at "))
        .map(|line| {
            let place = shortened(line.trim(), directory);
            painted(style::DIM, &format!("    {place}"))
        })
        .collect();
    if !frames.is_empty() {
        text.push_str(&format!("\n\n{}", frames.join("\n")));
    }
    if let Some(details) = &error.details {
        text.push_str(&format!("\n\n    {details}"));
    }
    text
}

/// The file, the line and a caret under the column.
fn frame(location: &SourceLocation, directory: &Path) -> String {
    let file = location
        .file
        .strip_prefix(directory)
        .unwrap_or(&location.file);
    let number = location.line.to_string();
    let gutter = " ".repeat(number.len());
    let bar = painted(style::CYAN, "|");
    let mut text = format!(
        "{gutter}{} {}:{}:{}",
        painted(style::CYAN, "-->"),
        file.display(),
        location.line,
        location.column
    );
    let Some(line) = &location.text else {
        return text;
    };
    let (line, column) = window(line, location.column);
    // Tabs are kept, so that the caret stands under its letter at any tab width.
    let lead: String = line
        .chars()
        .take(column)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    text.push_str(&format!(
        "\n{gutter} {bar}\n{number} {bar} {line}\n{gutter} {bar} {lead}{}",
        painted(style::RED, "^")
    ));
    text
}

/// The part of a long (bundled, minified) line around the column, and where the column is in it.
fn window(line: &str, column: u32) -> (String, usize) {
    const WIDTH: usize = 120;
    let column = (column as usize).saturating_sub(1);
    let length = line.chars().count();
    if length <= WIDTH {
        return (line.trim_end().to_owned(), column.min(length));
    }
    let start = column.saturating_sub(WIDTH / 2).min(length - WIDTH);
    let part: String = line.chars().skip(start).take(WIDTH).collect();
    (part, column - start)
}

/// Paths inside the working directory as the user would type them.
fn shortened(text: &str, directory: &Path) -> String {
    let prefix = format!("{}/", directory.display());
    text.replace("file://", "").replace(&prefix, "")
}

fn hints(hints: &[String]) -> String {
    hints
        .iter()
        .enumerate()
        .map(|(index, hint)| {
            let gap = if index == 0 { "\n\n" } else { "\n" };
            format!("{gap}{} {hint}", painted(style::BOLD, "hint:"))
        })
        .collect()
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| match line {
            "" => String::new(),
            line => format!("  {line}"),
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
