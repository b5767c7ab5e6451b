//! `redo`: reverts and applies again, under one lock.

use mmk_core::plan::PlanOptions;
use mmk_core::plan::Target;
use mmk_core::plan::Task;

use crate::args::RedoArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Ended;
use crate::run::Server;
use crate::run::run;

pub(crate) async fn redo(context: &Context, args: &RedoArgs) -> Result<ExitStatus, Ended> {
    let options = PlanOptions {
        target: args.file.clone().map_or(Target::Latest, Target::File),
        ..PlanOptions::default()
    };
    run(context, Task::Redo, options, &args.run, Server::Configured).await
}
