//! The name of a new migration file: a prefix that sorts by age, and a slug of what the user typed. Same rules as mmk, so that one
//! folder can be fed by both.

use std::path::Path;

use jiff::Zoned;

/// Which prefix new files get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// `20260131093000`, local time.
    Timestamp,
    /// `0001`: one more than the last.
    Sequential { last: u64 },
}

/// Lower case, everything but `a-z` and `0-9` as single hyphens; none when nothing is left.
pub(crate) fn slug(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())
        .filter(|word| !word.is_empty())
        .collect();
    (!words.is_empty()).then(|| words.join("-"))
}

pub(crate) fn prefix(numbering: Numbering, now: &Zoned) -> String {
    match numbering {
        Numbering::Timestamp => now.strftime("%Y%m%d%H%M%S").to_string(),
        Numbering::Sequential { last } => format!("{:04}", last.saturating_add(1)),
    }
}

/// The number that new files count on from: how many migrations the folder holds, as mmk counts, or the greatest number in
/// front of a name, where files were deleted. Declarations (`.d.ts`) are no migrations.
pub(crate) fn last_number(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    let names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".js") || (name.ends_with(".ts") && !name.ends_with(".d.ts")))
        .collect();
    // A longer number is a timestamp: counting on from it would end the sequence.
    let numbers = names
        .iter()
        .filter_map(|name| name.split('-').next())
        .filter(|prefix| prefix.len() <= 6)
        .filter_map(|prefix| prefix.parse::<u64>().ok());
    numbers.fold(names.len() as u64, u64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_mmk() {
        // Each pair was made with mongo-migrate-kit 1.3.0.
        let cases = [
            ("Add users index", Some("add-users-index")),
            ("  --trim  me-- ", Some("trim-me")),
            ("addUsers_2.0", Some("addusers-2-0")),
            ("Größe ändern", Some("gr-e-ndern")),
            ("İstanbul", Some("i-stanbul")),
            ("日本", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(slug(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn prefixes_sort_by_age() {
        let moment: Zoned = "2026-01-31T09:05:07[Europe/Berlin]".parse().unwrap();
        assert_eq!(prefix(Numbering::Timestamp, &moment), "20260131090507");
        let sequential = |last| prefix(Numbering::Sequential { last }, &moment);
        assert_eq!(sequential(0), "0001");
        assert_eq!(sequential(41), "0042");
        assert_eq!(sequential(9999), "10000");
    }

    #[test]
    fn numbers_count_on_and_never_back() {
        let folder = tempfile::tempdir().unwrap();
        let add = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        assert_eq!(last_number(&folder.path().join("missing")), 0);
        add("0001-a.js");
        add("0002-b.ts");
        add("types.d.ts");
        add("README.md");
        assert_eq!(last_number(folder.path()), 2);
        add("0041-c.js");
        add("20260131090507-d.js");
        assert_eq!(last_number(folder.path()), 41);
    }
}
