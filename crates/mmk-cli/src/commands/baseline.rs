//! `baseline`: records everything up to a migration as applied, for a database that was made by other means.

use mmk_core::amendment::Correction;

use crate::amend::amend;
use crate::args::BaselineArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;

pub(crate) async fn baseline(
    context: &Context,
    args: &BaselineArgs,
) -> Result<ExitStatus, Failure> {
    amend(
        context,
        &[Correction::Baseline(args.to.clone())],
        &args.amend,
    )
    .await
}
