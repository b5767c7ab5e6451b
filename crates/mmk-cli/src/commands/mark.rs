//! `mark`: records migrations as applied or pending without running them.

use mmk_core::amendment::Correction;
use mmk_core::name::closest;

use crate::amend::amend;
use crate::args::MarkArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;

pub(crate) async fn mark(context: &Context, args: &MarkArgs) -> Result<ExitStatus, Failure> {
    let correction: fn(String) -> Correction = match args.state.as_str() {
        "applied" => Correction::MarkApplied,
        "pending" => Correction::MarkPending,
        other => {
            let failure = Failure::argument(format!(
                "a migration is marked as `applied` or `pending`, not `{other}`"
            ));
            return Err(match closest(other, ["applied", "pending"]) {
                Some(guess) => failure.hint(format!("did you mean `{guess}`?")),
                None => failure,
            });
        }
    };
    let corrections: Vec<Correction> = args.files.iter().cloned().map(correction).collect();
    amend(context, &corrections, &args.amend).await
}
