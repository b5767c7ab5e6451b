//! `run FILE`: a standalone script, as `node FILE` would run it, with a connection of its own; or a script for MongoDB's shell, which gets
//! the configured one. Nothing is locked or recorded.

use std::path::Path;

use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::script::Direction;
use mmk_mongo::connect::connect;
use mmk_runtime::Program;
use mmk_runtime::Target;
use mmk_runtime::V8Engine;
use mmk_runtime::is_shell_script;

use crate::args::RunFileArgs;
use crate::context::Context;
use crate::database::connect_settings;
use crate::engine;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::settings::Need;
use crate::signals::SignalWatch;

/// What the shell takes where nobody names a database.
const DEFAULT_DATABASE: &str = "test";

pub(crate) async fn run_file(context: &Context, args: &RunFileArgs) -> Result<ExitStatus, Failure> {
    let path = context.directory.join(args.file());
    if !path.is_file() {
        return Err(Failure::argument(format!(
            "the file `{}` doesn't exist",
            args.file().display()
        ))
        .hint("give its path from the current directory"));
    }
    let fence = Fence::open();
    let _signals = SignalWatch::start(fence.clone(), context.printer.clone());
    let engine = engine::program(context, args)?;
    let shell = if is_shell(&path) {
        Some(open_for_shell(context, &engine).await?)
    } else {
        None
    };
    let program = Program {
        path,
        shell_database: shell.as_ref().map(|target| target.database.clone()),
    };
    let result = engine.run_program(&program, fence).await;
    if let Some(target) = shell {
        target.connection.close().await;
    }
    let code = result
        .map_err(|error| Error::from_run(&args.file().to_string_lossy(), Direction::Up, error))?;
    // As a shell sees it: the low eight bits.
    Ok(ExitStatus::Program((code & 0xff) as u8))
}

/// A file that can't be read is told of by running it.
fn is_shell(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| is_shell_script(path, &text))
}

/// The database that `db` is: the configured one, `test` where none is named, as for the shell.
async fn open_for_shell(context: &Context, engine: &V8Engine) -> Result<Target, Failure> {
    let mut settings = context.settings(Need::Files).await?;
    if settings.uri.is_empty() {
        return Err(Failure::argument(
            "the file is a script for MongoDB's shell (it uses `db`), and there is no connection for it".to_owned(),
        )
        .hint("give `--uri` before the file, or set MMK_URI or `uri` in the config file"));
    }
    if settings.database.is_empty() {
        DEFAULT_DATABASE.clone_into(&mut settings.database);
    }
    let known = connect(&connect_settings(&settings)?).await?;
    let target = Target {
        connection: engine::connection(&settings, &known).await?,
        database: settings.database.clone(),
    };
    engine.connect(target.clone());
    Ok(target)
}
