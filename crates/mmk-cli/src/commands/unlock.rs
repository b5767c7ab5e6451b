//! `unlock`: frees a lock that a crashed run left behind, after showing whose it is.

use crate::args::UnlockArgs;
use crate::context::Context;
use crate::database::Database;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::json;
use crate::printer::Format;
use crate::prompt::Answer;
use crate::prompt::confirm;
use crate::settings::Need;

pub(crate) async fn unlock(context: &Context, args: &UnlockArgs) -> Result<ExitStatus, Failure> {
    let settings = context.settings(Need::Database).await?;
    let locker = Database::open(context, &settings).await?.locker;
    let printer = &context.printer;
    let json_wanted = printer.format() == Format::Json;
    let Some(holder) = locker.holder().await? else {
        if json_wanted {
            printer.json(&json::unlock(false, None));
        } else {
            printer.info("No migration lock is currently held");
        }
        return Ok(ExitStatus::Success);
    };
    if !json_wanted && !args.yes {
        let expired = if holder.expired {
            "; it has expired"
        } else {
            ""
        };
        printer.warn(&format!("⚠ Lock held by {}{expired}", holder.describe()));
        if confirm(printer, "`unlock`", "Force-release this lock?")? == Answer::No {
            printer.info("Aborted");
            return Ok(ExitStatus::Success);
        }
    }
    let released = locker.force_release().await?;
    if json_wanted {
        printer.json(&json::unlock(released.is_some(), released.as_ref()));
    } else {
        printer.success("✔ Lock released");
    }
    Ok(ExitStatus::Success)
}
