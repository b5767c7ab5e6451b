//! `run FILE`: a standalone script, as `node FILE` would run it. It brings its own connection; nothing is locked or recorded.

use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::script::Direction;

use crate::args::RunFileArgs;
use crate::context::Context;
use crate::engine;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::signals::SignalWatch;

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
    let code = engine
        .run_program(&path, fence)
        .await
        .map_err(|error| Error::from_run(&args.file().to_string_lossy(), Direction::Up, error))?;
    // As a shell sees it: the low eight bits.
    Ok(ExitStatus::Program((code & 0xff) as u8))
}
