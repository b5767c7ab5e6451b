//! What a dialect says where mmk says something else: the lines that people's pipelines look for. Everything beyond those lines, such as
//! warnings and advice, is the same for all and goes to stderr.

use std::path::Path;

use mmk_core::error::Error;
use mmk_core::plan::Task;
use mmk_core::script::Direction;
use mmk_core::script::Outcome;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::args::Command;
use crate::config_issue::ConfigIssue;
use crate::context::Context;
use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::render;
use crate::style;
use crate::style::painted;

/// The line for a step that begins: dAvePi's only. It writes an object as Node's console does.
pub(crate) fn step_started(dialect: Dialect, name: &str, direction: Direction) -> Option<String> {
    let verb = match direction {
        Direction::Up => "applying",
        Direction::Down => "reverting",
    };
    (dialect == Dialect::Davepi).then(|| format!("{} {verb}", inspected(name)))
}

fn inspected(name: &str) -> String {
    format!("{{ name: '{}' }}", stem(name))
}

/// What dAvePi says in place of running something.
pub(crate) fn davepi_dry_run<'a>(
    context: &Context,
    task: Task,
    names: impl IntoIterator<Item = &'a str>,
) {
    let printer = &context.printer;
    let mut lines = Vec::new();
    for name in names {
        let verb = if task == Task::Up { "apply" } else { "revert" };
        printer.data(&format!("{} would {verb}", inspected(name)));
        lines.push(match task {
            Task::Up => format!("[DRY] applied {} (0ms)", stem(name)),
            _ => format!("[DRY] reverted {}", stem(name)),
        });
    }
    if lines.is_empty() {
        nothing_to_do(context, task);
    }
    for line in lines {
        printer.data(&line);
    }
}

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

/// The story of a failure. It begins with the sentence that the tool has for it; what we know beyond that comes after.
pub(crate) fn failure(
    dialect: Dialect,
    command: &Command,
    failure: &Failure,
    directory: &Path,
) -> String {
    let line = match dialect {
        Dialect::Mmk => return render::failure(failure, directory),
        Dialect::MigrateMongo => {
            format!("ERROR: {}", migrate_mongo_sentence(command, failure))
        }
        Dialect::Davepi => davepi_sentence(failure),
    };
    let advice = advice(dialect, failure);
    render::story(&painted(style::RED, &line), failure, &advice, directory)
}

/// Where our advice names what this tool has not.
fn advice(dialect: Dialect, failure: &Failure) -> Vec<String> {
    let address = match dialect {
        Dialect::Mmk => "--uri",
        Dialect::MigrateMongo => "mongodb.url",
        Dialect::Davepi => "MONGO_URI",
    };
    match failure {
        Failure::Core(Error::ConfigFileExists { .. }) => {
            vec!["nothing was changed; move it away if it may go".to_owned()]
        }
        Failure::Core(Error::ConnectionFailed { .. }) => vec![format!(
            "check that MongoDB runs there and that the address in `{address}` is right"
        )],
        other => other.hints(),
    }
}

/// In migrate-mongo's words, where it has them.
fn migrate_mongo_sentence(command: &Command, failure: &Failure) -> String {
    if let Some(heading) = render::heading(failure) {
        return heading;
    }
    let Failure::Core(error) = failure else {
        return match failure {
            Failure::ConfigInvalid(issues) if lacks_uri(issues) => {
                listed("No `url` defined in config file!", failure)
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
        Error::LockHeld { holder, .. } => {
            let task = match command {
                Command::Up(_) => " up",
                Command::Down(_) => " down",
                _ => "",
            };
            format!(
                "Could not migrate{task}, a lock is in place. It is held by {}",
                holder.describe()
            )
        }
        Error::DirectoryMissing { path } => {
            format!("migrations directory does not exist: {}", path.display())
        }
        Error::ConfigFileExists { path } if path.is_dir() => {
            format!("migrations directory already exists: {}", path.display())
        }
        Error::ConfigFileExists { path } => {
            format!("config file already exists: {}", path.display())
        }
        other => other.to_string(),
    }
}

/// Nobody said where the database is. (A wrong address was at least received.)
fn lacks_uri(issues: &[ConfigIssue]) -> bool {
    issues
        .iter()
        .any(|issue| issue.concerns("uri") && issue.received.is_none())
}

/// The tool's sentence in place of our heading; the list below it stays.
fn listed(sentence: &str, failure: &Failure) -> String {
    let ours = failure.to_string();
    let list = ours.find("\n\n").map_or("", |at| &ours[at..]);
    format!("{sentence}{list}")
}

fn could_not_migrate(name: &str, direction: Direction, reason: &str) -> String {
    format!("Could not migrate {} {name}: {reason}", direction.as_str())
}

/// In dAvePi's words, where it has them; it prints the reason alone.
fn davepi_sentence(failure: &Failure) -> String {
    let Failure::Core(error) = failure else {
        return match failure {
            Failure::ConfigInvalid(issues) if lacks_uri(issues) => {
                listed("MONGO_URI is required", failure)
            }
            other => format!("{}: {other}", other.code()),
        };
    };
    match error {
        Error::LockHeld { holder, .. } => format!(
            "Could not acquire migration lock — another runner is in flight. It is {}",
            holder.describe()
        ),
        Error::InvalidExport { name, export } => format!(
            "Migration {} does not export {} {export}() function",
            stem(name),
            if export == "up" { "an" } else { "a" }
        ),
        Error::AppliedFileMissing { name, directory } => format!(
            "Cannot revert {}: migration file {name} not found in {}",
            stem(name),
            directory.display()
        ),
        other => {
            let sentence = render::heading(failure).unwrap_or_else(|| other.to_string());
            format!("{}: {sentence}", other.code())
        }
    }
}
