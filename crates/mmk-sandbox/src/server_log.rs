//! Reads the log of one server: whether it is ready, and what it said last.

use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;

/// The number of the message «Waiting for connections», the same since 4.4.
const WAITING_FOR_CONNECTIONS: &str = "\"id\":23016,";
const SHOWN_LINES: usize = 8;
const SHOWN_CHARACTERS: usize = 300;

/// Whether the part after `start` says that the server accepts connections. The log is asked, not the port, because on
/// the port another program could answer.
pub(crate) fn says_ready(log: &Path, start: u64) -> bool {
    read_from(log, start).contains(WAITING_FOR_CONNECTIONS)
}

/// The last errors in the log, shortened, or its last lines when it holds none.
pub(crate) fn last_lines(log: &Path) -> Vec<String> {
    const ENOUGH: u64 = 64 * 1024;
    let length = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
    let text = read_from(log, length.saturating_sub(ENOUGH));
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let errors: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|line| is_error(line))
        .collect();
    let shown = if errors.is_empty() { lines } else { errors };
    shown[shown.len().saturating_sub(SHOWN_LINES)..]
        .iter()
        .map(|line| line.chars().take(SHOWN_CHARACTERS).collect())
        .collect()
}

/// What the loader or the server's command line complained about before there was a log. Lines of the log's own format
/// are no complaints.
pub(crate) fn complaint(output: &Path) -> Option<String> {
    read_from(output, 0)
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('{'))
        .map(str::to_owned)
}

fn is_error(line: &str) -> bool {
    ["\"s\":\"E\"", "\"s\":\"F\""]
        .iter()
        .any(|severity| line.contains(severity))
}

fn read_from(log: &Path, start: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(mut file) = File::open(log)
        && file.seek(SeekFrom::Start(start)).is_ok()
    {
        let _ = file.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_few_and_short() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let text: String = (0..100)
            .map(|line| format!("{line} {}\n", "x".repeat(1000)))
            .collect();
        std::fs::write(&log, text).expect("a log");

        let lines = last_lines(&log);

        assert_eq!(lines.len(), SHOWN_LINES);
        assert!(lines.iter().all(|line| line.len() == SHOWN_CHARACTERS));
        assert!(lines.last().is_some_and(|line| line.starts_with("99 ")));
    }

    #[test]
    fn errors_come_before_what_follows_them() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let error = r#"{"t":1,"s":"E","msg":"No such engine"}"#;
        std::fs::write(
            &log,
            format!("{error}\n{{\"s\":\"I\",\"msg\":\"Now exiting\"}}\n"),
        )
        .expect("a log");
        assert_eq!(last_lines(&log), [error]);
    }

    #[test]
    fn a_missing_log_has_no_lines() {
        assert!(last_lines(Path::new("/nonexistent/log")).is_empty());
        assert!(!says_ready(Path::new("/nonexistent/log"), 0));
    }
}
