//! What is said when the arguments make no sense, in mmk's manner: one line, a guess, where to find help. `--help` and
//! `--version` go to stdout and succeed; everything else goes to stderr, or as JSON to stdout where JSON was asked for.

use clap::CommandFactory;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;

use crate::args::Cli;
use crate::dialect::Dialect;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::json;
use crate::printer::Printer;

const HELP_HINT: &str = "(run `mmk-js --help`, or `mmk-js <command> --help`, for usage)";

/// Prints what `error` is about.
pub(crate) fn explain(
    error: &clap::Error,
    dialect: Dialect,
    printer: &Printer,
    wants_json: bool,
) -> ExitStatus {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer.data(error.render().ansi().to_string().trim_end());
            ExitStatus::Success
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = Cli::command().render_help();
            printer.error(help.ansi().to_string().trim_end());
            ExitStatus::Setup
        }
        _ => {
            let (sentence, guess) = match in_their_words(error, dialect) {
                Some(sentence) => (sentence, None),
                None => describe(error),
            };
            if wants_json {
                let failure = match &guess {
                    Some(guess) => {
                        Failure::argument(&sentence).hint(format!("did you mean `{guess}`?"))
                    }
                    None => Failure::argument(&sentence),
                };
                printer.json(&json::failure(&failure));
            } else {
                let guess =
                    guess.map_or_else(String::new, |guess| format!("(Did you mean {guess}?)\n"));
                let label = match dialect {
                    Dialect::MigrateMongo if is_missing_description(error) => "ERROR",
                    _ => "error",
                };
                printer.error(&format!("{label}: {sentence}\n{guess}{HELP_HINT}"));
            }
            ExitStatus::Setup
        }
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    }
}

/// `create` without a description, which is migrate-mongo's only required argument.
fn is_missing_description(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::MissingRequiredArgument
        && context(error, ContextKind::InvalidArg).is_some_and(|name| name == "<NAME>")
}

/// What a tool has a sentence of its own for, or a command that we leave to it.
fn in_their_words(error: &clap::Error, dialect: Dialect) -> Option<String> {
    match (dialect, error.kind()) {
        (Dialect::MigrateMongo, _) if is_missing_description(error) => {
            Some("Missing parameter: description".to_owned())
        }
        (Dialect::Davepi, ErrorKind::InvalidSubcommand) => {
            let typed = context(error, ContextKind::InvalidSubcommand)?;
            ["diff", "gen-client", "mcp"]
                .contains(&typed.as_str())
                .then(|| {
                    format!("`{typed}` has nothing to do with migrations: run `davepi {typed}`")
                })
        }
        (Dialect::Davepi, ErrorKind::UnknownArgument) => {
            let typed = context(error, ContextKind::InvalidArg)?;
            ["--from", "--to"].contains(&typed.as_str()).then(|| {
                format!("`{typed}` compares two schema versions, which only `davepi migration:create` does")
            })
        }
        _ => None,
    }
}

/// One sentence, and what was probably meant.
fn describe(error: &clap::Error) -> (String, Option<String>) {
    let text = |kind| context(error, kind);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            let commands = Cli::command();
            let names = commands.get_subcommands().map(clap::Command::get_name);
            let guess = mmk_core::name::closest(&typed, names).map(str::to_owned);
            (format!("unknown command '{typed}'"), guess)
        }
        ErrorKind::UnknownArgument => {
            let typed = text(ContextKind::InvalidArg).unwrap_or_default();
            let guess = text(ContextKind::SuggestedArg);
            let what = if typed.starts_with('-') {
                "unknown option"
            } else {
                "unexpected argument"
            };
            (format!("{what} '{typed}'"), guess)
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = text(ContextKind::InvalidArg).unwrap_or_default();
            let name = missing.trim_matches(['<', '>']).to_lowercase();
            (format!("missing required argument '{name}'"), None)
        }
        _ => {
            let whole = error.render().to_string();
            let first = whole.lines().next().unwrap_or_default();
            (
                first.strip_prefix("error: ").unwrap_or(first).to_owned(),
                None,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::printer::Format;

    fn said(arguments: &[&str]) -> (ExitStatus, String, String) {
        let error = Cli::try_parse_from([&["mmk-js"], arguments].concat()).unwrap_err();
        let (printer, stdout, stderr) = Printer::into_memory(Format::Text);
        let status = explain(&error, Dialect::Mmk, &printer, false);
        (status, stdout.text(), stderr.text())
    }

    #[test]
    fn a_mistyped_command_gets_a_guess() {
        let (status, stdout, stderr) = said(&["stauts"]);
        assert_eq!(status, ExitStatus::Setup);
        assert_eq!(stdout, "");
        assert_eq!(
            stderr,
            format!("error: unknown command 'stauts'\n(Did you mean status?)\n{HELP_HINT}\n")
        );
        assert!(!said(&["frobnicate"]).2.contains("Did you mean"));
    }

    #[test]
    fn a_mistyped_option_gets_a_guess() {
        let (_, _, stderr) = said(&["up", "--forc"]);
        assert!(
            stderr.starts_with("error: unknown option '--forc'\n(Did you mean --force?)\n"),
            "{stderr}"
        );
    }

    #[test]
    fn a_missing_argument_is_named() {
        let (_, _, stderr) = said(&["create"]);
        assert!(
            stderr.starts_with("error: missing required argument 'name'\n"),
            "{stderr}"
        );
        let (_, _, stderr) = said(&["status", "--uri"]);
        assert!(
            stderr.starts_with("error: a value is required for '--uri <URI>'"),
            "{stderr}"
        );
    }

    #[test]
    fn no_command_shows_help_on_stderr_and_help_shows_it_on_stdout() {
        let (status, stdout, stderr) = said(&[]);
        assert_eq!((status, stdout.as_str()), (ExitStatus::Setup, ""));
        assert!(stderr.contains("Usage: mmk-js"), "{stderr}");
        for arguments in [["--help"].as_slice(), &["up", "--help"], &["--version"]] {
            let (status, stdout, stderr) = said(arguments);
            assert_eq!((status, stderr.as_str()), (ExitStatus::Success, ""));
            assert!(stdout.contains("mmk-js"), "{stdout}");
        }
    }
}
