//! A migration's name: its file name with the extension, which is also its key in the database and its place in the order.
//! Does not touch the disk.

use std::cmp::Ordering;
use std::fmt;

use crate::error::Error;

/// A bare file name such as `20240526143021-add-users-index.js`.
///
/// Ordered by UTF-16 code units, as JavaScript's default sort does: the order in which the Node tools run the same folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MigrationName(String);

impl MigrationName {
    /// Accepts what can name a file inside the migrations folder and nothing that leads out of it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let reason = match text {
            "" => Some("it is empty"),
            "." | ".." => Some("it names a folder"),
            _ if text.contains(['/', '\\']) => Some("it contains a path separator"),
            _ if text.contains('\0') => Some("it contains a NUL byte"),
            _ => None,
        };
        match reason {
            Some(reason) => Err(Error::InvalidName {
                name: text.to_owned(),
                reason,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its last extension: `a.js` and `a.ts` share it.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.0.rsplit_once('.').map_or(&self.0, |(stem, _)| stem)
    }
}

impl fmt::Display for MigrationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Ord for MigrationName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.encode_utf16().cmp(other.0.encode_utf16())
    }
}

impl PartialOrd for MigrationName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The candidate that `text` was probably meant to be.
#[must_use]
pub fn closest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = text.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::levenshtein(&wanted, &candidate.to_lowercase()),
                candidate,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 2.max(text.chars().count() / 3))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_utf16_code_units() {
        // U+FF5E comes after U+1F600 in UTF-16 (0xD83D first) and before it in UTF-8.
        let mut names = [
            "\u{ff5e}.js",
            "\u{1f600}.js",
            "a.js",
            "B.js",
            "10.js",
            "9.js",
        ]
        .map(|text| MigrationName::parse(text).unwrap());
        names.sort();
        assert_eq!(
            names.each_ref().map(MigrationName::as_str),
            [
                "10.js",
                "9.js",
                "B.js",
                "a.js",
                "\u{1f600}.js",
                "\u{ff5e}.js"
            ]
        );
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for text in ["", ".", "..", "../a.js", "a/b.js", "a\\b.js", "a\0.js"] {
            let error = MigrationName::parse(text).unwrap_err();
            assert_eq!(error.code(), "MIGRATION_INVALID_NAME", "{text:?}");
        }
        assert!(MigrationName::parse("mit Leerzeichen und Ümlaut.js").is_ok());
    }

    #[test]
    fn a_typo_finds_its_neighbour_and_nonsense_finds_nothing() {
        let files = ["001-users.js", "002-orders.js"];
        assert_eq!(closest("001-user.js", files), Some("001-users.js"));
        assert_eq!(closest("zzzzzzzzzzzzzzz", files), None);
    }
}
