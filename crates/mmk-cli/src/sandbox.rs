//! Starts the throwaway MongoDB of `--sandbox`, and says what takes long about it.

use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mmk_sandbox::Stage;

use crate::context::Context;
use crate::failure::Failure;

/// One node as a replica set, so that transactions work; gone when it is dropped.
pub(crate) async fn start(context: &Context) -> Result<Sandbox, Failure> {
    let printer = &context.printer;
    let sources = Sources::from_environment();
    let mongod = Mongod::find(&sources, |stage| {
        printer.dim(match stage {
            Stage::Waiting => "Waiting for another process that fetches MongoDB…",
            Stage::Downloading => "Fetching MongoDB, once…",
            Stage::Unpacking => "Unpacking MongoDB…",
        });
    })
    .await?;
    printer.progress("Starting a throwaway MongoDB…");
    let started = Sandbox::start(&mongod, Options::new(sources.temporary)).await;
    printer.clear_progress();
    let sandbox = started?;
    printer.dim(&format!(
        "Sandbox at {}",
        mmk_mongo::redact::redact(&sandbox.uri())
    ));
    Ok(sandbox)
}
