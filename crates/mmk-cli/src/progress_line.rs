//! The text of the moving line while a migration runs: documents by what happened to them, per collection, and the speed.

use std::time::Duration;

use mmk_core::script::Counts;
use mmk_core::script::CountsByCollection;
use mmk_core::script::Direction;

/// `Applying 1-a.js…`
pub(crate) fn begun(name: &str, direction: Direction) -> String {
    let verb = match direction {
        Direction::Up => "Applying",
        Direction::Down => "Reverting",
    };
    format!("{verb} {name}…")
}

/// `begun`, then the counts: `Applying 1-a.js…  12s  users: 12,000 read, 3,400 modified  2,300 docs/s`
pub(crate) fn with_counts(begun: &str, counts: &CountsByCollection, elapsed: Duration) -> String {
    let mut parts = vec![begun.to_owned(), format!("{}s", elapsed.as_secs())];
    parts.extend(counts.iter().filter_map(|(namespace, counts)| {
        let collection = namespace
            .split_once('.')
            .map_or(namespace.as_str(), |(_, collection)| collection);
        let words = words(counts);
        (!words.is_empty()).then(|| format!("{collection}: {words}"))
    }));
    let total: u64 = counts.values().map(Counts::total).sum();
    if total > 0 && elapsed >= Duration::from_secs(1) {
        // Far below 2^52 documents a second, so nothing is lost.
        let speed = total as f64 / elapsed.as_secs_f64();
        parts.push(format!("{} docs/s", grouped(speed.round() as u64)));
    }
    parts.join("  ")
}

fn words(counts: &Counts) -> String {
    let words: Vec<String> = [
        (counts.read, "read"),
        (counts.matched, "matched"),
        (counts.modified, "modified"),
        (counts.inserted, "inserted"),
        (counts.deleted, "deleted"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{} {word}", grouped(count)))
    .collect();
    words.join(", ")
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_per_collection_with_the_speed() {
        let counts = CountsByCollection::from([
            (
                "shop.users".to_owned(),
                Counts {
                    read: 12_000,
                    matched: 3_500,
                    modified: 3_400,
                    ..Counts::default()
                },
            ),
            (
                "shop.orders.archive".to_owned(),
                Counts {
                    inserted: 500,
                    ..Counts::default()
                },
            ),
        ]);
        let begun = begun("1-a.js", Direction::Up);
        assert_eq!(
            with_counts(&begun, &counts, Duration::from_secs(8)),
            "Applying 1-a.js…  8s  orders.archive: 500 inserted  users: 12,000 read, 3,500 matched, 3,400 modified  \
             2,000 docs/s"
        );
        assert_eq!(
            with_counts(&begun, &CountsByCollection::new(), Duration::ZERO),
            "Applying 1-a.js…  0s"
        );
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}
