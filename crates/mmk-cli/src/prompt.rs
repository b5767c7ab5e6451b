//! Questions to the user. Asked on stderr, answered on stdin, and never put where nobody can answer.

use std::io::IsTerminal;

use crate::failure::Failure;
use crate::printer::Format;
use crate::printer::Printer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
}

/// Asks for a yes; only `y` and `yes` count as one. `what` names the thing that needs confirming, for the refusal.
pub(crate) fn confirm(printer: &Printer, what: &str, question: &str) -> Result<Answer, Failure> {
    if printer.format() == Format::Json {
        return Err(Failure::argument(format!(
            "{what} needs confirmation, and `--json` never asks"
        ))
        .hint("confirm it with `--yes`"));
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::argument(format!(
            "{what} needs confirmation, and there is no terminal to ask on"
        ))
        .hint("confirm it with `--yes`"));
    }
    printer.question(&format!("{question} [y/N] "));
    let mut line = String::new();
    // An unreadable answer is no yes.
    let answer = stdin.read_line(&mut line).map_or("", |_| line.trim());
    Ok(understood(answer))
}

fn understood(answer: &str) -> Answer {
    if ["y", "yes"]
        .iter()
        .any(|yes| answer.eq_ignore_ascii_case(yes))
    {
        Answer::Yes
    } else {
        Answer::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for yes in ["y", "Y", "yes", "YES"] {
            assert_eq!(understood(yes), Answer::Yes, "{yes}");
        }
        for no in ["", "n", "no", "yess", "1", "true"] {
            assert_eq!(understood(no), Answer::No, "{no}");
        }
    }

    #[test]
    fn json_never_asks() {
        let (printer, stdout, stderr) = Printer::into_memory(Format::Json);
        let refusal = confirm(&printer, "`--force`", "sure?").unwrap_err();
        assert_eq!(refusal.code(), "INVALID_ARGUMENT");
        assert_eq!(refusal.hints(), ["confirm it with `--yes`"]);
        assert_eq!(
            (stdout.text(), stderr.text()),
            (String::new(), String::new())
        );
    }
}
