//! `import`: takes over the records of migrate-mongo or dAvePi into mmk's changelog. Reads the source only; what is imported can be reverted,
//! because our engine calls such files as their own tool does.

use mmk_core::directory::MigrationDirectory;
use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::history::Record;
use mmk_core::ports::Ledger;
use mmk_core::ports::Locker;
use mmk_mongo::changelog::davepi::DavepiChangelog;
use mmk_mongo::import;
use mmk_mongo::import::Imported;
use mmk_mongo::import::SourceTool;
use serde_json::Value;
use serde_json::json;

use crate::args::ImportArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::dialect::Dialect;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::json::iso;
use crate::printer::Format;
use crate::settings::Need;
use crate::settings::Settings;
use crate::signals::SignalWatch;
use crate::table::import_table;

/// Where a checksum comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChecksumSource {
    Reused,
    Recomputed,
    Missing,
}

impl ChecksumSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reused => "reused",
            Self::Recomputed => "recomputed",
            Self::Missing => "missing",
        }
    }
}

/// What an import would write, or has written.
struct Outcome {
    rows: Vec<(Imported, ChecksumSource)>,
    skipped: usize,
}

pub(crate) async fn import(context: &Context, args: &ImportArgs) -> Result<ExitStatus, Failure> {
    if context.dialect != Dialect::Mmk {
        return Err(Failure::argument(
            "`import` writes mmk's changelog, and this folder is another tool's",
        )
        .hint("give the connection as well: `mmk-js import --as mmk --uri URI --db NAME`")
        .hint("or don't import at all: `mmk-js up` works with that tool's own records"));
    }
    let settings = context.settings(Need::Database).await?;
    let database = Database::open(context, &settings).await?;
    let fence = Fence::open();
    let _signals = SignalWatch::start(fence.clone(), context.printer.clone());
    let lease = if args.no_lock || args.dry_run {
        None
    } else {
        Some(
            database
                .locker
                .acquire(&fence, &*context.live_report())
                .await?,
        )
    };
    let result = transfer(context, &settings, &database, &fence, args).await;
    if let Some(lease) = lease {
        lease.release().await?;
    }
    let (source, target, outcome) = result?;
    tell(context, args, (&source, &target), &outcome);
    Ok(ExitStatus::Success)
}

async fn transfer(
    context: &Context,
    settings: &Settings,
    opened: &Database,
    fence: &Fence,
    args: &ImportArgs,
) -> Result<(String, String, Outcome), Failure> {
    let database = &opened.connection.database;
    if !args.no_lock && !args.dry_run {
        opened.ledger.take_over().await?;
    }
    let target = args
        .to
        .clone()
        .unwrap_or_else(|| settings.migrations_collection.clone());
    let asked = args.from_tool.as_deref().map(tool).transpose()?;
    let from = args
        .from
        .clone()
        .unwrap_or_else(|| default_source(asked).to_owned());
    if from == target {
        return Err(
            Failure::argument(format!("`{from}` can't be imported into itself"))
                .hint("`--from` names the other tool's collection, `--to` mmk's"),
        );
    }
    let tool = match asked {
        Some(tool) => Some(tool),
        None => import::recognise(database, &from).await?,
    };
    let mut outcome = Outcome {
        rows: Vec::new(),
        skipped: 0,
    };
    let Some(tool) = tool else {
        return Ok((from, target, outcome));
    };
    let names = match tool {
        SourceTool::Davepi => database::names_in(context, settings).await?,
        SourceTool::MigrateMongo => Default::default(),
    };
    let source = import::read_source(database, &from, tool, &DavepiChangelog::new(names)).await?;
    let existing = import::read_target(database, &target).await?;
    if !existing.is_empty() && !args.force && !args.dry_run {
        return Err(Error::ImportTargetNotEmpty {
            collection: target,
            count: existing.len(),
        }
        .into());
    }
    outcome.skipped = source.skipped;
    outcome.rows = imported(settings, &source.records, &existing, tool, args)?;
    if !args.dry_run {
        let records: Vec<Imported> = outcome.rows.iter().map(|(row, _)| row.clone()).collect();
        import::write(database, &target, &records, fence).await?;
    }
    Ok((from, target, outcome))
}

fn tool(name: &str) -> Result<SourceTool, Failure> {
    match name {
        "migrate-mongo" => Ok(SourceTool::MigrateMongo),
        "davepi" => Ok(SourceTool::Davepi),
        other => Err(
            Failure::argument(format!("`--from-tool` knows no tool `{other}`"))
                .hint("it is migrate-mongo or davepi"),
        ),
    }
}

fn default_source(tool: Option<SourceTool>) -> &'static str {
    match tool {
        Some(SourceTool::Davepi) => "_migrations",
        _ => "changelog",
    }
}

fn imported(
    settings: &Settings,
    records: &[Record],
    existing: &[Record],
    tool: SourceTool,
    args: &ImportArgs,
) -> Result<Vec<(Imported, ChecksumSource)>, Failure> {
    let source = database::source(settings);
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    let names: Vec<&str> = records.iter().map(|record| record.name.as_str()).collect();
    let offset = import::last_batch(existing, &names);
    Ok(records
        .iter()
        .map(|record| {
            let (checksum, checksum_source) = checksum(&directory, record, args.trust_hash);
            let imported = Imported {
                name: record.name.to_string(),
                batch: record.batch + offset,
                applied_at: record.applied_at,
                checksum,
                tool,
            };
            (imported, checksum_source)
        })
        .collect())
}

/// The hash of the file as it is now, unless the recorded one is to be trusted or is all there is.
fn checksum(
    directory: &MigrationDirectory,
    record: &Record,
    trust_hash: bool,
) -> (String, ChecksumSource) {
    let recorded = record.checksum.as_ref();
    let found = directory
        .find(&record.name)
        .map(|migration| &migration.fingerprint.exact);
    match (recorded, found) {
        (Some(recorded), _) if trust_hash => (recorded.to_string(), ChecksumSource::Reused),
        (Some(recorded), Some(found)) if recorded == found => {
            (recorded.to_string(), ChecksumSource::Reused)
        }
        (_, Some(found)) => (found.to_string(), ChecksumSource::Recomputed),
        (Some(recorded), None) => (recorded.to_string(), ChecksumSource::Reused),
        (None, None) => (String::new(), ChecksumSource::Missing),
    }
}

fn tell(context: &Context, args: &ImportArgs, (source, target): (&str, &str), outcome: &Outcome) {
    let printer = &context.printer;
    let count = outcome.rows.len();
    if outcome.skipped > 0 {
        printer.warn(&format!(
            "⚠ {} documents of {source} are no records",
            outcome.skipped
        ));
    }
    for (row, _) in outcome
        .rows
        .iter()
        .filter(|(_, from)| *from == ChecksumSource::Missing)
    {
        printer.warn(&format!(
            "⚠ File missing: {}, so it has no checksum",
            row.name
        ));
    }
    if count == 0 {
        printer.info(&format!("Nothing to import from \"{source}\""));
    } else if args.dry_run {
        printer.info(&format!(
            "◎ Dry-run  Would import {count} record(s) from \"{source}\" → \"{target}\""
        ));
    } else {
        printer.success(&format!(
            "✔ Imported {count} record(s) from \"{source}\" → \"{target}\""
        ));
    }
    match printer.format() {
        Format::Json => printer.json(&json!({
            "source": source,
            "target": target,
            "imported": if args.dry_run { 0 } else { count },
            "skipped": outcome.skipped,
            "dryRun": args.dry_run,
            "rows": outcome.rows.iter().map(row).collect::<Vec<Value>>(),
        })),
        Format::Text if count == 0 => {}
        Format::Text => printer.data(&import_table(outcome.rows.iter().map(|(row, _)| row))),
    }
}

fn row((row, source): &(Imported, ChecksumSource)) -> Value {
    json!({
        "file": row.name,
        "batch": row.batch,
        "appliedAt": row.applied_at.map(iso),
        "checksum": row.checksum,
        "checksumSource": source.as_str(),
    })
}
