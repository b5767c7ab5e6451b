//! A file that doesn't parse: what is wrong, where, and the line itself.

use std::fmt;
use std::path::PathBuf;

/// A syntax error with its place; line and columns are 1-based.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    pub path: PathBuf,
    pub line: u32,
    pub column: u32,
    /// One past the last column of the marked text, at least `column + 1`.
    pub end_column: u32,
    /// The line as it stands in the file.
    pub text: String,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for SyntaxProblem {
    /// The shape Node prints: place, line, caret, sentence.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent: String = self
            .text
            .chars()
            .take(self.column.saturating_sub(1) as usize)
            .map(|character| if character == '\t' { '\t' } else { ' ' })
            .collect();
        let width = self.end_column.saturating_sub(self.column).max(1) as usize;
        write!(
            formatter,
            "{}:{}\n{}\n{indent}{}\n\nSyntaxError: {}",
            self.path.display(),
            self.line,
            self.text,
            "^".repeat(width),
            self.message
        )
    }
}
