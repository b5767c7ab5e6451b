//! migrate-mongo's `status`: a box with file name, time and block of every file. Records without a file are invisible there and here.

use std::collections::HashMap;

use comfy_table::ContentArrangement;
use comfy_table::ContentLineStyle;
use comfy_table::LineStyle;
use comfy_table::Table;
use comfy_table::TableStyle;
use mmk_core::directory::MigrationDirectory;
use mmk_core::name::MigrationName;
use mmk_core::preview::Source;
use mmk_core::status::StatusRow;

use crate::failure::Failure;
use crate::json::iso;
use crate::printer::Printer;
use crate::render;
use crate::tool::MigrateMongo;

/// The frame of cli-table3, with a line between any two rows.
const FRAME: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .header_separator(LineStyle::new('├', '─', '┼', '┤'))
    .content_lines(ContentLineStyle::new('│', '│', '│'))
    .row_separator(LineStyle::new('├', '─', '┼', '┤'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

/// A head without a body has no line below it.
const EMPTY_FRAME: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('┌', '─', '┬', '┐'))
    .header_lines(ContentLineStyle::new('│', '│', '│'))
    .bottom_border(LineStyle::new('└', '─', '┴', '┘'));

pub(crate) fn print(
    printer: &Printer,
    rows: &[StatusRow],
    source: &Source,
    tool: &MigrateMongo,
) -> Result<(), Failure> {
    let hashes = if tool.use_file_hash {
        Some(hashes(source)?)
    } else {
        None
    };
    let present: Vec<&StatusRow> = rows.iter().filter(|row| !row.file_missing).collect();
    printer.data(&table(&present, hashes.as_ref()));
    for note in render::status_notes(rows) {
        printer.warn(&note);
    }
    Ok(())
}

fn hashes(source: &Source) -> Result<HashMap<MigrationName, String>, Failure> {
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    Ok(directory
        .migrations
        .into_iter()
        .map(|migration| (migration.name, migration.fingerprint.bytes.to_string()))
        .collect())
}

fn table(rows: &[&StatusRow], hashes: Option<&HashMap<MigrationName, String>>) -> String {
    let mut table = Table::new();
    let mut titles = vec!["Filename", "Applied At", "Migration block"];
    if hashes.is_some() {
        titles.insert(1, "Hash");
    }
    table
        .load_style(FRAME)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(titles);
    if rows.is_empty() {
        table.load_style(EMPTY_FRAME);
    }
    for row in rows {
        let applied_at = match row.batch {
            Some(_) => row.applied_at.map_or_else(String::new, iso),
            None => "PENDING".to_owned(),
        };
        let block = row
            .block
            .map_or_else(String::new, |block| block.to_string());
        let mut cells = vec![row.file.to_string(), applied_at, block];
        if let Some(hashes) = hashes {
            cells.insert(1, hashes.get(&row.file).cloned().unwrap_or_default());
        }
        table.add_row(cells);
    }
    table.to_string()
}
