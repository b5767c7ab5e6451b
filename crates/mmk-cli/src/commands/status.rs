//! `status`: the table of all migrations. Writes nothing.

use mmk_core::preview::overview;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::args::StatusArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::dialect_output;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::migrate_mongo_status;
use crate::printer::Format;
use crate::render;
use crate::run::refuse_missing_folder;
use crate::settings::Need;
use crate::status_report;
use crate::style;
use crate::style::painted;
use crate::tool::Tool;

pub(crate) async fn status(context: &Context, args: &StatusArgs) -> Result<ExitStatus, Failure> {
    let settings = context.settings(Need::Database).await?;
    let source = database::source(&settings);
    refuse_missing_folder(context, &source.directory)?;
    let database = Database::open(context, &settings).await?;
    let overview = overview(&source, &database.ledger).await?;
    let printer = &context.printer;
    for warning in &overview.warnings {
        printer.warn(&render::warning(warning));
    }
    match (&settings.tool, printer.format()) {
        (Tool::MigrateMongo(tool), Format::Text) => {
            migrate_mongo_status::print(printer, &overview.rows, &source, tool)?;
        }
        (Tool::Davepi(_), Format::Text) => dialect_output::davepi_status(printer, &overview.rows),
        _ => status_report::print(printer, &overview.rows.iter().collect::<Vec<_>>()),
    }
    let pending = overview.rows.iter().filter(|row| is_runnable(row)).count();
    if args.check && pending > 0 {
        let line = format!("✖ {pending} pending migration(s)");
        printer.error(&painted(style::RED, &line));
        return Ok(ExitStatus::Failure);
    }
    Ok(ExitStatus::Success)
}

/// A reverted migration whose file is gone is pending by mmk's words, but no `up` could ever apply it.
fn is_runnable(row: &StatusRow) -> bool {
    row.state == State::Pending && !row.file_missing
}
