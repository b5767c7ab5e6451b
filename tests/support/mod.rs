//! The test kit: a server for the whole run, a project folder with a database of its own per test, the binary, and the whole
//! database as text.

mod output;
mod project;
mod server;

pub(crate) use output::Output;
pub(crate) use output::stable;
pub(crate) use project::Project;
pub(crate) use project::finish;
pub(crate) use server::MARKER;
pub(crate) use server::block_on;
pub(crate) use server::own_server;
pub(crate) use server::server_uri;
pub(crate) use server::start_sandbox;
pub(crate) use server::with_database;

/// Prints why a test can't run here; used where data outside the project is missing.
pub(crate) fn skip(reason: &str) {
    println!("skipped: {reason}");
}
