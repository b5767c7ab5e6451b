//! `accept`: records the present text of applied migrations as the right one, after a change that everybody agreed to.

use mmk_core::amendment::Correction;

use crate::amend::amend;
use crate::args::AcceptArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;

pub(crate) async fn accept(context: &Context, args: &AcceptArgs) -> Result<ExitStatus, Failure> {
    let corrections: Vec<Correction> = args.files.iter().cloned().map(Correction::Accept).collect();
    amend(context, &corrections, &args.amend).await
}
