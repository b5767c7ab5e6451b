//! `status`: the table of all migrations. Writes nothing.

use mmk_core::preview::overview;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::args::StatusArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::render;
use crate::settings::Need;
use crate::status_report;
use crate::style;
use crate::style::painted;

pub(crate) async fn status(context: &Context, args: &StatusArgs) -> Result<ExitStatus, Failure> {
    let settings = context.settings(Need::Database).await?;
    let database = Database::open(context, &settings).await?;
    let overview = overview(&database::source(&settings), &database.ledger).await?;
    let printer = &context.printer;
    for warning in &overview.warnings {
        printer.warn(&render::warning(warning));
    }
    status_report::print(printer, &overview.rows.iter().collect::<Vec<_>>());
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
