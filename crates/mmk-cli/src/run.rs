//! What `up`, `down` and `redo` have in common: open everything, have core do the task, tell the outcome. The run itself is
//! `mmk_core::migrator`'s.

use std::future::Future;
use std::path::Path;

use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::migrator::Migrator;
use mmk_core::migrator::RunSettings;
use mmk_core::plan::DownDefault;
use mmk_core::plan::PlanOptions;
use mmk_core::plan::Task;
use mmk_core::ports::Hooks;
use mmk_core::ports::Locker;
use mmk_core::ports::NoHooks;
use mmk_core::preview::overview;
use mmk_core::report::Report;
use mmk_runtime::ConfiguredHooks;
use mmk_runtime::Target;

use crate::args::RunArgs;
use crate::context::Context;
use crate::database;
use crate::database::Database;
use crate::dialect::Dialect;
use crate::dialect_output;
use crate::engine;
use crate::exit::ExitStatus;
use crate::failure::Ended;
use crate::failure::Failure;
use crate::json;
use crate::printer::Format;
use crate::sandbox;
use crate::settings::Need;
use crate::settings::Settings;
use crate::signals::SignalWatch;
use crate::status_report;

/// Which server the run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Configured,
    /// A throwaway one; the status table is shown at the end.
    Sandbox,
}

/// Does the task and tells how it went.
pub(crate) async fn run(
    context: &Context,
    task: Task,
    mut options: PlanOptions,
    args: &RunArgs,
    server: Server,
) -> Result<ExitStatus, Ended> {
    let need = match server {
        Server::Configured => Need::Database,
        Server::Sandbox => Need::Sandbox,
    };
    let mut settings = context.settings(need).await?;
    options.strict |= settings.strict;
    options.order = settings.order;
    dialect_rules(context, &settings, task, &mut options);
    let source = database::source(&settings);
    refuse_missing_folder(context, &source.directory)?;
    let fence = Fence::open();
    let _signals = SignalWatch::start(fence.clone(), context.printer.clone());
    // Lives until the end of this function: the server with it.
    let _sandbox = match server {
        Server::Configured => None,
        Server::Sandbox => {
            let sandbox = unless_stopped(&fence, sandbox::start(context)).await?;
            settings.uri = sandbox.uri();
            // They are for the configured server: TLS, credentials.
            settings.client_options.clear();
            Some(sandbox)
        }
    };
    let database = unless_stopped(&fence, Database::open(context, &settings)).await?;
    options.target = database.with_file_name(options.target);
    let report = migrate(context, &settings, &database, &fence, task, &options, args).await?;
    let result = tell(context, task, report);
    if server == Server::Sandbox && context.printer.format() == Format::Text {
        let overview = overview(&database::source(&settings), &database.ledger)
            .await
            .map_err(Failure::from)?;
        status_report::print(&context.printer, &overview.rows.iter().collect::<Vec<_>>());
    }
    if server == Server::Sandbox {
        // The server ends with this function.
        context.close_connections().await;
    }
    result
}

async fn migrate(
    context: &Context,
    settings: &Settings,
    database: &Database,
    fence: &Fence,
    task: Task,
    options: &PlanOptions,
    args: &RunArgs,
) -> Result<Report, Failure> {
    let live = context.live_report();
    let engine = engine::start(context, settings, live.clone());
    let target = Target {
        connection: engine::connection(settings, &database.connection).await?,
        database: settings.database.clone(),
    };
    let connection = target.connection.clone();
    engine.connect(target.clone());
    let hooks: Box<dyn Hooks> = match context.hooks() {
        Some(config) => Box::new(ConfiguredHooks::new(
            config,
            target,
            settings.permissions.for_hooks(),
        )),
        None => Box::new(NoHooks),
    };
    let run_settings = RunSettings {
        source: database::source(settings),
        use_transaction: settings.use_transaction,
        transactions: database
            .connection
            .topology
            .transactions(&database.connection.hosts),
        timeout: settings.timeout,
    };
    let locker: &dyn Locker = &database.locker;
    let migrator = Migrator {
        settings: &run_settings,
        locker: (!args.no_lock).then_some(locker),
        ledger: &database.ledger,
        engine: &engine,
        hooks: &*hooks,
        observer: &*live,
        fence,
    };
    let report = migrator.run(task, options).await;
    connection.close().await;
    Ok(report)
}

/// The last lines of a run, or its JSON document; a failure is told by whoever gets it.
fn tell(context: &Context, task: Task, report: Report) -> Result<ExitStatus, Ended> {
    let printer = &context.printer;
    if let Some(error) = report.failure {
        return Err(Ended {
            failure: Box::new(Failure::Core(error)),
            done: report.results,
            not_run: report.not_run,
        });
    }
    if report.nothing_to_do {
        dialect_output::nothing_to_do(context, task);
    }
    if printer.format() == Format::Json {
        printer.json(&json::results(&report.results));
    }
    Ok(ExitStatus::Success)
}

/// What the tool of this dialect does where nobody says otherwise.
pub(crate) fn dialect_rules(
    context: &Context,
    settings: &Settings,
    task: Task,
    options: &mut PlanOptions,
) {
    if context.dialect == Dialect::Mmk {
        return;
    }
    if options.down_default == DownDefault::LastBatch {
        options.down_default = match context.dialect {
            Dialect::MigrateMongo => DownDefault::LastName,
            _ => DownDefault::LastMigration,
        };
    }
    // These tools revert edited files without a word, and their teams rely on it.
    options.force |= task == Task::Down && !settings.strict;
}

/// migrate-mongo takes a missing folder for a mistake; the others take it for an empty one.
pub(crate) fn refuse_missing_folder(context: &Context, folder: &Path) -> Result<(), Failure> {
    if context.dialect == Dialect::MigrateMongo && !folder.exists() {
        return Err(Error::DirectoryMissing {
            path: folder.to_owned(),
        }
        .into());
    }
    Ok(())
}

/// Waits for `work`, but no longer than until the first signal.
async fn unless_stopped<T>(
    fence: &Fence,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        reason = fence.closed() => Err(database::interrupted(reason)),
        result = work => result,
    }
}
