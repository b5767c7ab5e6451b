//! From the arguments to the exit code: parses, wires, runs one command, and tells how it ended. The only place that knows the
//! order in which V8, threads and the driver's runtime come to life.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::FromArgMatches;

use crate::args;
use crate::args::Cli;
use crate::args::Command;
use crate::commands;
use crate::context::Context;
use crate::crash;
use crate::dialect;
use crate::dialect::Dialect;
use crate::dialect_output;
use crate::environment;
use crate::exit::ExitCodes;
use crate::exit::ExitStatus;
use crate::failure::Ended;
use crate::failure::Failure;
use crate::json;
use crate::printer::Format;
use crate::printer::Printer;
use crate::render;
use crate::settings::early_exit_codes;
use crate::usage;

/// Threads of the driver's runtime: connections, the lock's heartbeat, signals. One, so that calls which a script makes without awaiting
/// reach the server in the order they were made, as they do from Node's one thread.
const DRIVER_THREADS: usize = 1;

/// How long background work may take to end once the command has; the server forgets what a client leaves behind.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The whole program.
pub(crate) fn run() -> ExitCode {
    crash::watch();
    let directory = match std::env::current_dir() {
        Ok(directory) => directory,
        Err(error) => {
            return refuse_early(&Failure::NoWorkingDirectory {
                detail: error.to_string(),
            });
        }
    };
    let variables = environment::variables(&directory);
    let arguments: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let dialect = match dialect::detect(&arguments, &directory, &variables) {
        Ok(dialect) => dialect,
        Err(failure) => return refuse_early(&failure),
    };
    let cli = match parse(dialect, arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse_usage(&error, dialect),
    };
    crash::tell_in(format(&cli));
    let printer = Arc::new(Printer::new(format(&cli)));
    let codes = early_exit_codes(&cli, &variables);
    let context = Context::new(cli, dialect, directory, variables, printer, codes);
    if needs_engine(&context) {
        // On this thread and before any other exists.
        mmk_runtime::init_platform();
    }
    let status = match run_command(&context) {
        Ok(status) => status,
        Err(ended) => {
            tell(&context, &ended);
            ended.failure.status()
        }
    };
    status.code(context.exit_codes())
}

fn parse(dialect: Dialect, arguments: Vec<String>) -> Result<Cli, clap::Error> {
    let mut command = args::command(dialect);
    let matches = command.try_get_matches_from_mut(dialect.translate(arguments))?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// A failure before it is known what was asked for.
fn refuse_early(failure: &Failure) -> ExitCode {
    Printer::new(Format::Text).error(&render::failure(failure, std::path::Path::new("/")));
    ExitStatus::Setup.code(ExitCodes::Compatible)
}

fn run_command(context: &Context) -> Result<ExitStatus, Ended> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(DRIVER_THREADS)
        .thread_name("driver")
        .enable_all()
        .build()
        .map_err(|error| Failure::NoThreads {
            detail: error.to_string(),
        })?;
    let result = runtime.block_on(async {
        let result = commands::run(context).await;
        context.close_connections().await;
        result
    });
    context.printer.clear_progress();
    runtime.shutdown_timeout(LAST_WORDS);
    result
}

/// Scripts are run by three commands; for the others, V8 is only needed by a config file that is code.
fn needs_engine(context: &Context) -> bool {
    if matches!(context.cli.command, Command::Init(_)) {
        return false;
    }
    let config = context.config_path();
    let is_code = |path: &std::path::PathBuf| path.extension().is_none_or(|e| e != "json");
    // dAvePi's names may be exported by the files themselves.
    let reads_names =
        context.dialect == Dialect::Davepi || matches!(context.cli.command, Command::Import(_));
    reads_names
        || context.cli.command.run_args().is_some()
        || matches!(context.cli.command, Command::Run(_))
        || matches!(config, Ok(Some(path)) if is_code(&path))
}

fn tell(context: &Context, ended: &Ended) {
    let printer = &context.printer;
    match printer.format() {
        Format::Text => {
            printer.error(&dialect_output::failure(
                context.dialect,
                &context.cli.command,
                &ended.failure,
                &context.directory,
            ));
            if !ended.not_run.is_empty() {
                printer.error(&render::not_run(&ended.not_run));
            }
        }
        Format::Json => {
            let runs_scripts = context.cli.command.run_args().is_some();
            printer.json(&if runs_scripts {
                json::failed_run(ended)
            } else {
                json::failure(&ended.failure)
            });
        }
    }
}

fn format(cli: &Cli) -> Format {
    if cli.command.wants_json() {
        Format::Json
    } else {
        Format::Text
    }
}

/// The arguments didn't parse, so whether JSON was asked for can only be guessed from them.
fn refuse_usage(error: &clap::Error, dialect: Dialect) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let wants_json = has("--json") && !has("init");
    let detailed = arguments
        .windows(2)
        .any(|pair| pair[0] == "--exit-codes" && pair[1] == "detailed")
        || has("--exit-codes=detailed");
    let codes = if detailed {
        ExitCodes::Detailed
    } else {
        ExitCodes::Compatible
    };
    let printer = Printer::new(Format::Text);
    usage::explain(error, dialect, &printer, wants_json).code(codes)
}
