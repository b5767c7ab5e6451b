//! `up`: applies what is pending, or one named file.

use mmk_core::plan::PlanOptions;
use mmk_core::plan::Target;
use mmk_core::plan::Task;

use crate::args::UpArgs;
use crate::context::Context;
use crate::count;
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
        target: target(args)?,
        strict: false,
        force: args.force,
        batch_per_migration: args.step,
        ..PlanOptions::default()
    };
    let server = if args.sandbox {
        Server::Sandbox
    } else {
        Server::Configured
    };
    run(context, Task::Up, options, &args.run, server).await
}

/// At most one of file, `--to` and `--steps` says how far to go.
fn target(args: &UpArgs) -> Result<Target, Failure> {
    let steps = count::parse(args.steps.as_deref(), "--steps", "mmk-js up --steps 3")?;
    match (&args.file, &args.to, steps) {
        (None, None, None) => Ok(Target::Latest),
        (Some(file), None, None) => Ok(Target::File(file.clone())),
        (None, Some(to), None) => Ok(Target::Through(to.clone())),
        (None, None, Some(steps)) => Ok(Target::Steps(steps as usize)),
        _ => Err(Failure::argument(
            "a file name, `--to` and `--steps` can't be used together: they select different things",
        )),
    }
}
