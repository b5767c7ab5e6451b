//! `down`: reverts the last batch, or what the flags name.

use mmk_core::plan::DownDefault;
use mmk_core::plan::PlanOptions;
use mmk_core::plan::Target;
use mmk_core::plan::Task;

use crate::args::DownArgs;
use crate::context::Context;
use crate::count;
use crate::exit::ExitStatus;
use crate::failure::Ended;
use crate::failure::Failure;
use crate::prompt::Answer;
use crate::prompt::confirm;
use crate::run::Server;
use crate::run::run;

pub(crate) async fn down(context: &Context, args: &DownArgs) -> Result<ExitStatus, Ended> {
    let target = target(args)?;
    if args.force && !args.yes {
        let what = args.file.as_deref().unwrap_or("the selected migration(s)");
        let question = format!(
            "⚠ Forcing a rollback ignores changed checksums: the present down() runs against your database.\n  Roll back {what} anyway?"
        );
        if confirm(&context.printer, "`--force`", &question)? == Answer::No {
            context.printer.info("Aborted");
            return Ok(ExitStatus::Success);
        }
    }
    let options = PlanOptions {
        target,
        strict: false,
        force: args.force,
        down_default: if args.block {
            DownDefault::BatchOfLastName
        } else {
            DownDefault::LastBatch
        },
        ..PlanOptions::default()
    };
    run(context, Task::Down, options, &args.run, Server::Configured).await
}

/// At most one thing says what to revert.
fn target(args: &DownArgs) -> Result<Target, Failure> {
    let batch = count::parse(args.batch.as_deref(), "--batch", "mmk-js down --batch 3")?;
    let steps = count::parse(args.steps.as_deref(), "--steps", "mmk-js down --steps 3")?;
    let given: Vec<(&str, Target)> = [
        args.file
            .clone()
            .map(|file| ("a file name", Target::File(file))),
        batch.map(|batch| ("`--batch`", Target::Batch(i64::from(batch)))),
        steps.map(|steps| ("`--steps`", Target::Steps(steps as usize))),
        args.to.clone().map(|to| ("`--to`", Target::Through(to))),
        args.all.then_some(("`--all`", Target::All)),
        args.block.then_some(("`--block`", Target::Latest)),
    ]
    .into_iter()
    .flatten()
    .collect();
    match given.as_slice() {
        [] => Ok(Target::Latest),
        [(_, target)] => Ok(target.clone()),
        [(one, target), (other, second), ..] => Err([target, second]
            .into_iter()
            .filter_map(advice)
            .fold(contradiction(one, other), Failure::hint)),
    }
}

fn advice(target: &Target) -> Option<String> {
    match target {
        Target::File(file) => Some(format!("that file only: `mmk-js down {file}`")),
        Target::Batch(batch) => Some(format!(
            "everything of batch {batch}: `mmk-js down --batch {batch}`"
        )),
        Target::Steps(steps) => Some(format!(
            "the last {steps}, whatever their batches: `mmk-js down --steps {steps}`"
        )),
        Target::Through(file) => Some(format!(
            "everything applied after it: `mmk-js down --to {file}`"
        )),
        Target::All | Target::Latest => None,
    }
}

fn contradiction(one: &str, other: &str) -> Failure {
    Failure::argument(format!(
        "{one} and {other} can't be used together: they select different things"
    ))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Cli;
    use crate::args::Command;

    fn parsed(arguments: &[&str]) -> Result<Target, Failure> {
        let cli = Cli::try_parse_from([&["mmk-js", "down"], arguments].concat()).unwrap();
        match cli.command {
            Command::Down(args) => target(&args),
            other => panic!("{other:?} is not `down`"),
        }
    }

    #[test]
    fn one_thing_says_what_to_revert() {
        assert_eq!(parsed(&[]).unwrap(), Target::Latest);
        assert_eq!(parsed(&["a.js"]).unwrap(), Target::File("a.js".to_owned()));
        assert_eq!(parsed(&["--batch", "2"]).unwrap(), Target::Batch(2));
        assert_eq!(parsed(&["--steps", "2"]).unwrap(), Target::Steps(2));
        assert_eq!(parsed(&["--all"]).unwrap(), Target::All);
        assert_eq!(
            parsed(&["--to", "a.js"]).unwrap(),
            Target::Through("a.js".to_owned())
        );
        for arguments in [
            ["a.js", "--batch", "2"].as_slice(),
            &["a.js", "--steps", "2"],
            &["--all", "--to", "a.js"],
            &["--block", "--steps", "2"],
            &["--batch", "1", "--steps", "2"],
            &["--steps", "-2"],
            &["--batch", "x"],
        ] {
            assert_eq!(
                parsed(arguments).unwrap_err().code(),
                "INVALID_ARGUMENT",
                "{arguments:?}"
            );
        }
    }
}
