//! The ops: what JavaScript may ask of the host. One file per concern, named after the JavaScript that calls it.

pub(crate) mod child;
pub(crate) mod child_sync;
pub(crate) mod ciphers;
pub(crate) mod client;
pub(crate) mod crypto;
pub(crate) mod database;
pub(crate) mod database_sync;
pub(crate) mod foreign;
pub(crate) mod fs;
mod fs_error;
mod fs_held;
mod fs_open;
mod fs_requests;
#[cfg(test)]
mod fuzz;
pub(crate) mod host;
pub(crate) mod names;
mod network_error;
pub(crate) mod network_rule;
pub(crate) mod os;
pub(crate) mod permissions;
pub(crate) mod process;
pub(crate) mod program_rule;
pub(crate) mod sockets;
pub(crate) mod text;
pub(crate) mod tls;
mod tls_verifier;
pub(crate) mod zlib;

/// Puts what the ops keep between calls into a fresh isolate's state.
pub(crate) fn init_state(
    state: &mut deno_core::OpState,
    environment: std::sync::Arc<std::collections::BTreeMap<String, String>>,
) {
    state.put(environment);
    state.put(child::Children::default());
    state.put(fs::OpenFiles::default());
    state.put(process::ProcessStart::default());
    state.put(sockets::Resolved::default());
}
