//! What a dialect says where mmk says something else: the lines that people's pipelines look for. Everything beyond those lines, such as
//! warnings and advice, is the same for all and goes to stderr.

use std::path::Path;

use mmk_core::error::Error;
use mmk_core::plan::Task;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::context::Context;
use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::render;
use crate::style;
use crate::style::painted;

/// The line for a step that ended well.
pub(crate) fn step_finished(
    dialect: Dialect,
    name: &str,
    direction: Direction,
    outcome: &Outcome,
) -> String {
    let duration = outcome.duration.as_millis();
    match (dialect, direction) {
        (Dialect::Mmk, Direction::Up) => format!("✔ Applied  {name}   [{duration}ms]"),
        (Dialect::Mmk, Direction::Down) => format!("↩ Reverted {name}   [{duration}ms]"),
        (Dialect::MigrateMongo, Direction::Up) => format!("MIGRATED UP: {name}"),
        (Dialect::MigrateMongo, Direction::Down) => format!("MIGRATED DOWN: {name}"),
        (Dialect::Davepi, Direction::Up) => format!("applied {} ({duration}ms)", stem(name)),
        (Dialect::Davepi, Direction::Down) => format!("reverted {}", stem(name)),
    }
}

/// dAvePi knows its files by their names without `.js`.
fn stem(name: &str) -> &str {
    name.strip_suffix(".js").unwrap_or(name)
}

/// migrate-mongo says nothing at all then.
pub(crate) fn nothing_to_do(context: &Context, task: Task) {
    let printer = &context.printer;
    match (context.dialect, task) {
        (Dialect::MigrateMongo, _) => {}
        (Dialect::Davepi, Task::Up) => printer.data("No pending migrations."),
        (Dialect::Davepi, _) => printer.data("No applied migrations to revert."),
        (Dialect::Mmk, Task::Up) => printer.info("Nothing to migrate"),
        (Dialect::Mmk, Task::Down) => printer.info("Nothing to rollback"),
        (Dialect::Mmk, Task::Redo) => printer.info("Nothing to redo"),
    }
}

/// `[applied] NAME` and `[pending] NAME`; failures are told below, on stderr.
pub(crate) fn davepi_status(printer: &Printer, rows: &[StatusRow]) {
    if rows.iter().all(|row| row.file_missing) {
        printer.data("No migrations on disk.");
    }
    for row in rows.iter().filter(|row| !row.file_missing) {
        let word = match row.state {
            State::Applied => "applied",
            State::Pending => "pending",
        };
        printer.data(&format!("[{word}] {}", stem(row.file.as_str())));
    }
    for note in render::status_notes(rows) {
        printer.warn(&note);
    }
}

/// The story of a failure. migrate-mongo's begins with `ERROR: ` and its own sentence; what we know beyond it comes after.
pub(crate) fn failure(dialect: Dialect, failure: &Failure, directory: &Path) -> String {
    let story = render::failure(failure, directory);
    match dialect {
        Dialect::Mmk => story,
        Dialect::MigrateMongo => with_first_line(&story, &format!("ERROR: {}", sentence(failure))),
        Dialect::Davepi => with_first_line(&story, &plain_sentence(failure)),
    }
}

/// Replaces our own first line; a list of refusals keeps its lines.
fn with_first_line(story: &str, line: &str) -> String {
    let rest = story.split_once('\n').map_or("", |(_, rest)| rest);
    let line = painted(style::RED, line);
    if rest.is_empty() {
        line
    } else {
        format!("{line}\n{rest}")
    }
}

/// In migrate-mongo's words, where it has them.
fn sentence(failure: &Failure) -> String {
    let Failure::Core(error) = failure else {
        return match failure {
            Failure::ConfigInvalid(issues) if issues.iter().any(|one| one.key == "uri") => {
                "No `url` defined in config file!".to_owned()
            }
            other => other.to_string(),
        };
    };
    match error {
        Error::ExecutionFailed {
            name,
            direction,
            error,
        } => could_not_migrate(name, *direction, &error.message),
        Error::InvalidExport { name, export } if export == "down" => {
            could_not_migrate(name, Direction::Down, "migration.down is not a function")
        }
        Error::InvalidExport { name, .. } => {
            could_not_migrate(name, Direction::Up, "migration.up is not a function")
        }
        Error::Syntax { name, error } | Error::LoadFailed { name, error } => {
            could_not_migrate(name, Direction::Up, &error.message)
        }
        Error::RecordFailed { cause, .. } => format!("Could not update changelog: {cause}"),
        Error::LockHeld { .. } => format!("Could not migrate, a lock is in place: {error}"),
        Error::DirectoryMissing { path } => {
            format!("migrations directory does not exist: {}", path.display())
        }
        other => other.to_string(),
    }
}

fn could_not_migrate(name: &str, direction: Direction, reason: &str) -> String {
    format!("Could not migrate {} {name}: {reason}", direction.as_str())
}

/// dAvePi prints the reason alone.
fn plain_sentence(failure: &Failure) -> String {
    match failure {
        Failure::ConfigInvalid(issues) if issues.iter().any(|one| one.key == "uri") => {
            "MONGO_URI is not set".to_owned()
        }
        other => format!("{}: {other}", other.code()),
    }
}
