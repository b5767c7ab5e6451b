//! `rename`: gives the record of an applied migration to its file's new name.

use mmk_core::amendment::Correction;

use crate::amend::amend;
use crate::args::RenameArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;

pub(crate) async fn rename(context: &Context, args: &RenameArgs) -> Result<ExitStatus, Failure> {
    let correction = Correction::Rename {
        from: args.from.clone(),
        to: args.to.clone(),
    };
    amend(context, &[correction], &args.amend).await
}
