//! The `.env` file of the working directory, read by the rules of npm's `dotenv`, which mmk's users write it for: text after
//! an unquoted `=` may contain blanks, `$` stands for itself, and a line that isn't understood is skipped. (Rust's `dotenvy`
//! expands `$` and refuses blanks.) A variable that is already set is never touched.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^\s*(?:export\s+)?([A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$"#,
    )
    .expect("the pattern is a constant and was tried")
});

/// Reads the file, if there is one that can be read.
pub(crate) fn read(directory: &Path) -> Vec<(String, String)> {
    std::fs::read(directory.join(".env"))
        .map(|bytes| parse(&String::from_utf8_lossy(&bytes)))
        .unwrap_or_default()
}

fn parse(text: &str) -> Vec<(String, String)> {
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    LINE.captures_iter(&text)
        .map(|captures| {
            let raw = captures.get(2).map_or("", |value| value.as_str()).trim();
            (captures[1].to_owned(), unquoted(raw))
        })
        .collect()
}

fn unquoted(raw: &str) -> String {
    let quote = raw.chars().next().filter(|c| "'\"`".contains(*c));
    let inner = quote.and_then(|quote| raw.get(1..)?.strip_suffix(quote));
    match (quote, inner) {
        (Some('"'), Some(inner)) => inner.replace("\\n", "\n").replace("\\r", "\r"),
        (_, Some(inner)) => inner.to_owned(),
        _ => raw.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn value(text: &str) -> String {
        let parsed = parse(text);
        assert_eq!(parsed.len(), 1, "{text:?} gave {parsed:?}");
        parsed[0].1.clone()
    }

    // Each expectation was read from npm's dotenv 16.
    #[test]
    fn values_are_read_as_npm_dotenv_reads_them() {
        assert_eq!(value("A=plain"), "plain");
        assert_eq!(value("A=two words # comment"), "two words");
        assert_eq!(value("A=pa$$word$HOME"), "pa$$word$HOME");
        assert_eq!(
            value("export A = 'single # quoted' # comment"),
            "single # quoted"
        );
        assert_eq!(value("A=\"line\\nbreak\""), "line\nbreak");
        assert_eq!(value("A='line\\nkept'"), "line\\nkept");
        assert_eq!(value("A=`back \"tick\"`"), "back \"tick\"");
        assert_eq!(value("A=\"over\ntwo lines\""), "over\ntwo lines");
        assert_eq!(value("A: yaml"), "yaml");
        assert_eq!(value("A="), "");
        assert_eq!(value("\u{feff}A=1"), "1");
    }

    #[test]
    fn lines_that_are_not_understood_are_skipped() {
        let parsed = parse("# comment\n\nnonsense\r\nA=1\nB = 2\n=3\n");
        assert_eq!(
            parsed,
            [
                ("A".to_owned(), "1".to_owned()),
                ("B".to_owned(), "2".to_owned())
            ]
        );
    }
}
