//! How `status`, `list` and the end of a sandbox run show rows: the table, then what the table can't show.

use mmk_core::status::StatusRow;

use crate::json;
use crate::printer::Format;
use crate::printer::Printer;
use crate::render;
use crate::table::status_table;

pub(crate) fn print(printer: &Printer, rows: &[&StatusRow]) {
    if printer.format() == Format::Json {
        printer.json(&json::status_rows(rows.iter().copied()));
    } else if rows.is_empty() {
        printer.data("No migrations found");
    } else {
        printer.data(&status_table(rows.iter().copied()));
    }
    for note in render::status_notes(rows.iter().copied()) {
        printer.warn(&note);
    }
}
