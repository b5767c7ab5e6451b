//! What `mark`, `baseline`, `accept` and `rename` have in common: take the lock, plan the corrections, write them, tell them. No script runs.

use mmk_core::amendment::Amendment;
use mmk_core::amendment::Correction;
use mmk_core::directory::MigrationDirectory;
use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::ports::Ledger;
use mmk_core::ports::Locker;
use serde_json::Value;
use serde_json::json;

use crate::args::AmendArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::printer::Format;
use crate::run::refuse_missing_folder;
use crate::settings::Need;
use crate::settings::Settings;
use crate::signals::SignalWatch;

/// Does all corrections, or none when one of them is refused.
pub(crate) async fn amend(
    context: &Context,
    corrections: &[Correction],
    args: &AmendArgs,
) -> Result<ExitStatus, Failure> {
    let settings = context.settings(Need::Database).await?;
    let database = Database::open(context, &settings).await?;
    let fence = Fence::open();
    let _signals = SignalWatch::start(fence.clone(), context.printer.clone());
    let lease = if args.no_lock {
        None
    } else {
        Some(
            database
                .locker
                .acquire(&fence, &*context.live_report())
                .await?,
        )
    };
    let done = correct(context, &settings, &database, &fence, corrections, args).await;
    if let Some(lease) = lease {
        lease.release().await?;
    }
    let done = done?;
    tell(context, &done);
    Ok(ExitStatus::Success)
}

async fn correct(
    context: &Context,
    settings: &Settings,
    database: &Database,
    fence: &Fence,
    corrections: &[Correction],
    args: &AmendArgs,
) -> Result<Vec<Amendment>, Failure> {
    let source = database::source(settings);
    refuse_missing_folder(context, &source.directory)?;
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    if !args.no_lock {
        database.ledger.take_over().await?;
    }
    let history = database.ledger.read().await?;
    let mut amendments = Vec::new();
    for correction in corrections {
        let correction = database.with_file_names(correction.clone());
        amendments.extend(Amendment::plan(&correction, &directory, &history)?);
    }
    for amendment in &amendments {
        fence
            .check()
            .map_err(|reason| Error::from(reason.clone()))?;
        database
            .ledger
            .amend(amendment, args.reason.as_deref())
            .await?;
    }
    Ok(amendments)
}

fn tell(context: &Context, amendments: &[Amendment]) {
    let printer = &context.printer;
    if amendments.is_empty() {
        printer.info("Nothing to record");
    }
    for amendment in amendments {
        let name = &amendment.step().migration.name;
        printer.success(&match amendment {
            Amendment::Applied(_) => format!("✔ Recorded {name} as applied"),
            Amendment::Pending(_) => format!("✔ Recorded {name} as pending"),
            Amendment::Accepted(_) => format!("✔ Accepted {name} as it is now"),
            Amendment::Renamed { from, .. } => format!("✔ Renamed {from} to {name}"),
        });
    }
    if printer.format() == Format::Json {
        let rows: Vec<Value> = amendments.iter().map(row).collect();
        printer.json(&Value::from(rows));
    }
}

fn row(amendment: &Amendment) -> Value {
    let step = amendment.step();
    let mut row = json!({
        "file": step.migration.name.as_str(),
        "status": amendment.outcome(),
        "batch": step.batch,
    });
    if let Amendment::Renamed { from, .. } = amendment {
        row["from"] = Value::from(from.as_str());
    }
    row
}
