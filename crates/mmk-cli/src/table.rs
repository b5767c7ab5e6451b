//! The status table: mmk's columns and words, in a frame that copes with wide letters.

use comfy_table::Cell;
use comfy_table::ContentArrangement;
use comfy_table::ContentLineStyle;
use comfy_table::LineStyle;
use comfy_table::Table;
use comfy_table::TableStyle;
use mmk_core::status::Integrity;
use mmk_core::status::State;
use mmk_core::status::StatusRow;
use mmk_mongo::import::Imported;
use time::OffsetDateTime;

use crate::style;
use crate::style::painted;

const FRAME: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('├', '─', '┼', '┤'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

/// One line per migration.
pub(crate) fn status_table<'a>(rows: impl IntoIterator<Item = &'a StatusRow>) -> String {
    let mut table = Table::new();
    table
        .load_style(FRAME)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(
            [
                "Migration",
                "Status",
                "Batch",
                "Applied At",
                "Duration",
                "Checksum",
            ]
            .map(|title| painted(style::CYAN, title)),
        );
    for row in rows {
        table.add_row([
            Cell::new(row.file.as_str()),
            Cell::new(state(row.state)),
            Cell::new(
                row.batch
                    .map_or_else(String::new, |batch| batch.to_string()),
            ),
            Cell::new(row.applied_at.map_or_else(String::new, local_time)),
            Cell::new(row.duration.map_or_else(String::new, |duration| {
                format!("{}ms", duration.as_millis())
            })),
            Cell::new(integrity(row.integrity)),
        ]);
    }
    table.to_string()
}

/// What an import takes over; one line per record.
pub(crate) fn import_table<'a>(rows: impl IntoIterator<Item = &'a Imported>) -> String {
    let mut table = Table::new();
    table
        .load_style(FRAME)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(
            ["Migration", "Batch", "Applied At", "Checksum"]
                .map(|title| painted(style::CYAN, title)),
        );
    for row in rows {
        table.add_row([
            row.name.clone(),
            row.batch.to_string(),
            row.applied_at.map_or_else(String::new, local_time),
            row.checksum.chars().take(12).collect(),
        ]);
    }
    table.to_string()
}

fn state(state: State) -> String {
    match state {
        State::Applied => painted(style::GREEN, "applied"),
        State::Pending => painted(style::YELLOW, "pending"),
    }
}

fn integrity(integrity: Integrity) -> String {
    match integrity {
        Integrity::Ok => painted(style::GREEN, "ok"),
        Integrity::Mismatch(_) => painted(style::RED, "MISMATCH"),
        Integrity::Unknown => painted(style::DIM, "—"),
    }
}

/// `2026-01-31 09:05:07` in the time zone of this machine at that moment.
fn local_time(moment: OffsetDateTime) -> String {
    let local = jiff::Timestamp::from_second(moment.unix_timestamp())
        .map(|timestamp| timestamp.to_zoned(jiff::tz::TimeZone::system()));
    match local {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => moment.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anstream::adapter::strip_str;
    use mmk_core::checksum::Drift;
    use mmk_core::name::MigrationName;

    use super::*;

    fn pending(name: &str) -> StatusRow {
        StatusRow {
            file: MigrationName::parse(name).unwrap(),
            state: State::Pending,
            batch: None,
            applied_at: None,
            duration: None,
            integrity: Integrity::Unknown,
            description: None,
            file_missing: false,
            block: None,
            unsettled: None,
        }
    }

    #[test]
    fn columns_and_words_are_those_of_mmk() {
        let rows = [
            StatusRow {
                state: State::Applied,
                batch: Some(1),
                duration: Some(Duration::from_millis(7)),
                integrity: Integrity::Ok,
                ..pending("1-größe.js")
            },
            StatusRow {
                state: State::Applied,
                batch: Some(2),
                duration: Some(Duration::from_millis(1200)),
                integrity: Integrity::Mismatch(Drift::Content),
                ..pending("2-b.js")
            },
            pending("3-日本.js"),
        ];
        let expected = "\
┌────────────┬─────────┬───────┬────────────┬──────────┬──────────┐
│ Migration  │ Status  │ Batch │ Applied At │ Duration │ Checksum │
├────────────┼─────────┼───────┼────────────┼──────────┼──────────┤
│ 1-größe.js │ applied │ 1     │            │ 7ms      │ ok       │
│ 2-b.js     │ applied │ 2     │            │ 1200ms   │ MISMATCH │
│ 3-日本.js  │ pending │       │            │          │ —        │
└────────────┴─────────┴───────┴────────────┴──────────┴──────────┘";
        assert_eq!(strip_str(&status_table(&rows)).to_string(), expected);
    }

    #[test]
    fn times_have_the_form_of_mmk() {
        let text = local_time(time::macros::datetime!(2026-06-15 12:00:00 UTC));
        assert_eq!(text.len(), "2026-06-15 12:00:00".len());
        assert!(text.starts_with("2026-06-1"), "{text}");
    }
}
