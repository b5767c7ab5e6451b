//! The only place where migrations are hashed. Compatible to the byte with the records of mongo-migrate-kit.

use std::fmt;

use sha2::Digest;
use sha2::Sha256;

/// A SHA-256 as 64 lower-case hexadecimal digits, or whatever text an old record holds in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checksum(String);

impl Checksum {
    /// What a record holds. Empty text stands for "unknown" and gives `None`.
    #[must_use]
    pub fn recorded(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, enough for a message.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    fn of(text: impl AsRef<[u8]>) -> Self {
        Self(
            Sha256::digest(text)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How a file differs from what was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// Only line endings, trailing blanks or the byte order mark differ.
    Format,
    /// The text itself differs.
    Content,
}

/// The checksums of one file: the exact one that is recorded, and what tells a reformatted file from an edited one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Over the text as UTF-8, each invalid sequence replaced by U+FFFD; line endings and byte order mark as they are.
    pub exact: Checksum,
    /// Over the bytes as they are; migrate-mongo's `fileHash`. Differs from `exact` for files that are no UTF-8.
    pub bytes: Checksum,
    /// Over the text without byte order mark, trailing blanks and carriage returns.
    pub normalised: Checksum,
    /// The exact checksum that the same file has after a checkout with other line endings.
    reencoded: [Checksum; 2],
}

impl Fingerprint {
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let line_feeds = text.replace("\r\n", "\n");
        Self {
            exact: Checksum::of(text.as_bytes()),
            bytes: Checksum::of(bytes),
            normalised: Checksum::of(normalise(&line_feeds)),
            reencoded: [
                Checksum::of(&line_feeds),
                Checksum::of(line_feeds.replace('\n', "\r\n")),
            ],
        }
    }

    /// Compares with what was recorded; `None` when the file is the one that was applied.
    #[must_use]
    pub fn drift(&self, recorded: &Checksum, normalised: Option<&Checksum>) -> Option<Drift> {
        if self.exact == *recorded {
            None
        } else if normalised == Some(&self.normalised) || self.reencoded.contains(recorded) {
            Some(Drift::Format)
        } else {
            Some(Drift::Content)
        }
    }
}

fn normalise(text: &str) -> String {
    let lines: Vec<&str> = text
        .trim_start_matches('\u{feff}')
        .split('\n')
        .map(str::trim_end)
        .collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_checksum_is_that_of_the_node_tool() {
        // Made with Node: crypto.createHash('sha256').update(readFileSync(file, 'utf8')).digest('hex')
        let cases: [(&[u8], &str); 4] = [
            (
                b"module.exports = {};\n",
                "8222b8169ee86f25cdccd84d340340060ae3f0cff55e2ea9d344d7c332733b71",
            ),
            (
                b"\xEF\xBB\xBFmodule.exports = {};\r\n",
                "fe9feddf5470258826f62b22ddeec12bbdaf117fbce2421dba83957553c378a8",
            ),
            (
                b"// \xff\xfe latin \xe9\n",
                "f305c625c5855e3dd90ee82369e475742c0947cf1baabd8ecfd45f5a2f547469",
            ),
            (
                b"",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Fingerprint::of(bytes).exact.as_str(), expected);
        }
    }

    #[test]
    fn a_reformatted_file_is_told_from_an_edited_one() {
        let applied = Fingerprint::of(b"const a = 1;\nconst b = 2;\n");
        let drift =
            |bytes: &[u8]| Fingerprint::of(bytes).drift(&applied.exact, Some(&applied.normalised));
        assert_eq!(drift(b"const a = 1;\nconst b = 2;\n"), None);
        assert_eq!(
            drift(b"\xEF\xBB\xBFconst a = 1;  \r\nconst b = 2;"),
            Some(Drift::Format)
        );
        assert_eq!(drift(b"const a = 1;\nconst b = 3;\n"), Some(Drift::Content));
    }

    #[test]
    fn a_checkout_with_other_line_endings_is_seen_without_a_normalised_checksum() {
        let unix = Fingerprint::of(b"a\nb\n");
        let windows = Fingerprint::of(b"a\r\nb\r\n");
        assert_eq!(unix.drift(&windows.exact, None), Some(Drift::Format));
        assert_eq!(windows.drift(&unix.exact, None), Some(Drift::Format));
    }
}
