//! `up`: applies what is pending, or one named file.

use mmk_core::plan::PlanOptions;
use mmk_core::plan::Target;
use mmk_core::plan::Task;

use crate::args::UpArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Ended;
use crate::failure::Failure;
use crate::prompt::Answer;
use crate::prompt::confirm;
use crate::run::Server;
use crate::run::run;

pub(crate) async fn up(context: &Context, args: &UpArgs) -> Result<ExitStatus, Ended> {
    if args.force {
        let Some(file) = &args.file else {
            return Err(
                Failure::argument("`--force` needs the name of a migration file")
                    .hint("a plain `up` runs pending migrations only, so there is nothing to force")
                    .hint("for example: `mmk-js up 20240526143021-add-users-index.js --force`")
                    .into(),
            );
        };
        let question = format!("are you sure you want to re-run \"{file}\"?");
        if !args.yes && confirm(&context.printer, "`--force`", &question)? == Answer::No {
            context.printer.info("Aborted");
            return Ok(ExitStatus::Success);
        }
    }
    let options = PlanOptions {
        target: args.file.clone().map_or(Target::Latest, Target::File),
        strict: false,
        force: args.force,
        batch_per_migration: args.step,
    };
    let server = if args.sandbox {
        Server::Sandbox
    } else {
        Server::Configured
    };
    run(context, Task::Up, options, &args.run, server).await
}
