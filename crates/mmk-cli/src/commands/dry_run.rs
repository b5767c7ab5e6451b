//! `dry-run`: what `up` or `down` would do. Takes no lock, runs no script, writes nothing.

use mmk_core::name::closest;
use mmk_core::plan::DownDefault;
use mmk_core::plan::PlanOptions;
use mmk_core::plan::Target;
use mmk_core::plan::Task;
use mmk_core::preview::preview;

use crate::args::DryRunArgs;
use crate::context::Context;
use crate::count;
use crate::database;
use crate::database::Database;
use crate::dialect::Dialect;
use crate::dialect_output;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::json;
use crate::printer::Format;
use crate::render;
use crate::run::dialect_rules;
use crate::settings::Need;
use crate::table::status_table;

pub(crate) async fn dry_run(context: &Context, args: &DryRunArgs) -> Result<ExitStatus, Failure> {
    let task = direction(&args.direction)?;
    let target = target(args, task)?;
    let settings = context.settings(Need::Database).await?;
    let database = Database::open(context, &settings).await?;
    let mut options = PlanOptions {
        target,
        strict: settings.strict,
        order: settings.order,
        down_default: if args.block {
            DownDefault::BatchOfLastName
        } else {
            DownDefault::LastBatch
        },
        ..PlanOptions::default()
    };
    dialect_rules(context, &settings, task, &mut options);
    let source = database::source(&settings);
    options.target = database.with_file_name(options.target);
    let preview = preview(&source, &database.ledger, task, &options).await?;
    let notices = preview.plan.notices.iter().map(ToString::to_string);
    for warning in preview.warnings.iter().cloned().chain(notices) {
        context.printer.warn(&render::warning(&warning));
    }
    if context.dialect == Dialect::Davepi && context.printer.format() == Format::Text {
        let names = preview.rows.iter().map(|row| row.file.as_str());
        dialect_output::davepi_dry_run(context, task, names);
        return Ok(ExitStatus::Success);
    }
    let verb = if task == Task::Up { "apply" } else { "revert" };
    let count = preview.rows.len();
    context
        .printer
        .info(&format!("◎ Dry-run  Would {verb}: {count}"));
    match context.printer.format() {
        Format::Json => context.printer.json(&json::status_rows(&preview.rows)),
        Format::Text if preview.rows.is_empty() => {}
        Format::Text => context.printer.data(&status_table(&preview.rows)),
    }
    Ok(ExitStatus::Success)
}

/// At most one thing says what the run would be about.
fn target(args: &DryRunArgs, task: Task) -> Result<Target, Failure> {
    let steps = count::parse(
        args.steps.as_deref(),
        "--steps",
        "mmk-js dry-run down --steps 3",
    )?;
    let down_only = [
        (steps.is_some(), "--steps"),
        (args.all, "--all"),
        (args.block, "--block"),
    ];
    if task == Task::Up
        && let Some((_, flag)) = down_only.iter().find(|(given, _)| *given)
    {
        return Err(Failure::argument(format!(
            "`{flag}` is for `dry-run down` only"
        )));
    }
    let given: Vec<Target> = [
        args.file.clone().map(Target::File),
        steps.map(|steps| Target::Steps(steps as usize)),
        args.to.clone().map(Target::Through),
        args.all.then_some(Target::All),
        args.block.then_some(Target::Latest),
    ]
    .into_iter()
    .flatten()
    .collect();
    match given.as_slice() {
        [] => Ok(Target::Latest),
        [target] => Ok(target.clone()),
        _ => Err(Failure::argument(
            "a file name and `--steps` can't be used together: they select different things",
        )),
    }
}

fn direction(typed: &str) -> Result<Task, Failure> {
    match typed {
        "up" => Ok(Task::Up),
        "down" => Ok(Task::Down),
        _ => {
            let failure = Failure::argument(format!(
                "the direction of a dry run is `up` or `down`, not `{typed}`"
            ))
            .detail("direction", typed);
            Err(match closest(typed, ["up", "down"]) {
                Some(guess) => failure.hint(format!("did you mean `{guess}`?")),
                None => failure,
            })
        }
    }
}
