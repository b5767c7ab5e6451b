//! `list`: the rows of `status`, filtered. Writes nothing.

use mmk_core::preview::overview;
use mmk_core::status::State;
use mmk_core::status::StatusRow;

use crate::args::ListArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::render;
use crate::settings::Need;
use crate::status_report;

pub(crate) async fn list(context: &Context, args: &ListArgs) -> Result<ExitStatus, Failure> {
    let settings = context.settings(Need::Database).await?;
    let database = Database::open(context, &settings).await?;
    let overview = overview(&database::source(&settings), &database.ledger).await?;
    for warning in &overview.warnings {
        context.printer.warn(&render::warning(warning));
    }
    let wanted = match (args.pending, args.applied) {
        (true, _) => Some(State::Pending),
        (false, true) => Some(State::Applied),
        (false, false) => None,
    };
    let rows: Vec<&StatusRow> = overview
        .rows
        .iter()
        .filter(|row| wanted.is_none_or(|state| row.state == state))
        .collect();
    status_report::print(&context.printer, &rows);
    Ok(ExitStatus::Success)
}
