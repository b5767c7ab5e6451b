//! The commands, one function each: settings in, exit status out.

mod accept;
mod baseline;
mod create;
mod down;
mod dry_run;
mod import;
mod init;
mod list;
mod mark;
mod redo;
mod rename;
mod run_file;
mod status;
mod unlock;
mod up;

use crate::args::Command;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Ended;

pub(crate) async fn run(context: &Context) -> Result<ExitStatus, Ended> {
    match &context.cli.command {
        Command::Init(args) => Ok(init::init(context, args)?),
        Command::Create(args) => Ok(create::create(context, args).await?),
        Command::Up(args) => up::up(context, args).await,
        Command::Down(args) => down::down(context, args).await,
        Command::Redo(args) => redo::redo(context, args).await,
        Command::Status(args) => Ok(status::status(context, args).await?),
        Command::List(args) => Ok(list::list(context, args).await?),
        Command::DryRun(args) => Ok(dry_run::dry_run(context, args).await?),
        Command::Run(args) => Ok(run_file::run_file(context, args).await?),
        Command::Mark(args) => Ok(mark::mark(context, args).await?),
        Command::Baseline(args) => Ok(baseline::baseline(context, args).await?),
        Command::Rename(args) => Ok(rename::rename(context, args).await?),
        Command::Accept(args) => Ok(accept::accept(context, args).await?),
        Command::Import(args) => Ok(import::import(context, args).await?),
        Command::Unlock(args) => Ok(unlock::unlock(context, args).await?),
    }
}
