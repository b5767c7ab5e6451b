//! THE list: every op and every script that crosses the border between Rust and JavaScript.

use std::rc::Rc;

use deno_core::Extension;
use deno_core::ExtensionFileSource;
use deno_core::FastStaticString;
use deno_core::ascii_str;
use deno_core::ascii_str_include;

use crate::loader::Loader;
use crate::loader::mmk_modules;
use crate::ops::child::op_node_child_end_input;
use crate::ops::child::op_node_child_forget;
use crate::ops::child::op_node_child_kill;
use crate::ops::child::op_node_child_read;
use crate::ops::child::op_node_child_spawn;
use crate::ops::child::op_node_child_wait;
use crate::ops::child::op_node_child_write;
use crate::ops::child_sync::op_node_child_run_sync;
use crate::ops::ciphers::op_node_cipher;
use crate::ops::client::op_mmk_client_info;
use crate::ops::client::op_mmk_close_client;
use crate::ops::client::op_mmk_cluster_time;
use crate::ops::client::op_mmk_connect_client;
use crate::ops::client::op_mmk_next_events;
use crate::ops::client::op_mmk_subscribe;
use crate::ops::crypto::op_node_hash_copy;
use crate::ops::crypto::op_node_hash_digest;
use crate::ops::crypto::op_node_hash_new;
use crate::ops::crypto::op_node_hash_update;
use crate::ops::crypto::op_node_hmac_new;
use crate::ops::crypto::op_node_pbkdf2;
use crate::ops::crypto::op_node_pbkdf2_sync;
use crate::ops::crypto::op_node_random_fill;
use crate::ops::crypto::op_node_scrypt;
use crate::ops::crypto::op_node_scrypt_sync;
use crate::ops::database::op_mmk_advance_cluster_time;
use crate::ops::database::op_mmk_close_cursor;
use crate::ops::database::op_mmk_command;
use crate::ops::database::op_mmk_decode_utf8;
use crate::ops::database::op_mmk_end_session;
use crate::ops::database::op_mmk_fetch_ahead;
use crate::ops::database::op_mmk_forget_bytes;
use crate::ops::database::op_mmk_next_batch;
use crate::ops::database::op_mmk_next_transaction_number;
use crate::ops::database::op_mmk_open_cursor;
use crate::ops::database::op_mmk_session_id;
use crate::ops::database::op_mmk_session_is_dirty;
use crate::ops::database::op_mmk_start_session;
use crate::ops::database_sync::op_mmk_command_sync;
use crate::ops::database_sync::op_mmk_connect_client_sync;
use crate::ops::database_sync::op_mmk_next_batch_sync;
use crate::ops::database_sync::op_mmk_open_cursor_sync;
use crate::ops::database_sync::op_mmk_sleep_sync;
use crate::ops::foreign::kept_or_refused;
use crate::ops::fs::op_node_fs_call;
use crate::ops::fs::op_node_fs_call_sync;
use crate::ops::fs::op_node_fs_close;
use crate::ops::fs::op_node_fs_fstat;
use crate::ops::fs::op_node_fs_fsync;
use crate::ops::fs::op_node_fs_ftruncate;
use crate::ops::fs::op_node_fs_open;
use crate::ops::fs::op_node_fs_open_sync;
use crate::ops::fs::op_node_fs_read;
use crate::ops::fs::op_node_fs_read_file;
use crate::ops::fs::op_node_fs_read_file_sync;
use crate::ops::fs::op_node_fs_read_sync;
use crate::ops::fs::op_node_fs_write;
use crate::ops::fs::op_node_fs_write_file;
use crate::ops::fs::op_node_fs_write_file_sync;
use crate::ops::fs::op_node_fs_write_sync;
use crate::ops::host::op_mmk_exit;
use crate::ops::host::op_mmk_mark;
use crate::ops::host::op_mmk_print;
use crate::ops::host::op_mmk_seal;
use crate::ops::names::op_net_lookup;
use crate::ops::os::op_node_os_facts;
use crate::ops::os::op_node_os_memory;
use crate::ops::process::op_node_cpu;
use crate::ops::process::op_node_env_get;
use crate::ops::process::op_node_env_keys;
use crate::ops::process::op_node_hrtime;
use crate::ops::process::op_node_memory;
use crate::ops::process::op_node_process_facts;
use crate::ops::process::op_node_uptime;
use crate::ops::sockets::op_net_accept;
use crate::ops::sockets::op_net_close;
use crate::ops::sockets::op_net_connect;
use crate::ops::sockets::op_net_listen;
use crate::ops::sockets::op_net_read;
use crate::ops::sockets::op_net_shutdown;
use crate::ops::sockets::op_net_write;
use crate::ops::text::op_node_text_decode;
use crate::ops::text::op_node_text_encode;
use crate::ops::text::op_node_text_is_utf8;
use crate::ops::text::op_node_text_write;
use crate::ops::tls::op_net_start_tls;
use crate::ops::zlib::op_node_zlib_finish;
use crate::ops::zlib::op_node_zlib_flush;
use crate::ops::zlib::op_node_zlib_new;
use crate::ops::zlib::op_node_zlib_whole;
use crate::ops::zlib::op_node_zlib_whole_sync;
use crate::ops::zlib::op_node_zlib_write;

/// The bundle of js-runtime, made by build.rs.
#[allow(
    long_running_const_eval,
    reason = "checks a megabyte of text for ASCII, once per build"
)]
const HOST: FastStaticString = ascii_str_include!(concat!(env!("OUT_DIR"), "/host.js"));

/// The bundle for scripts in the style of MongoDB's shell; loaded for those only.
#[allow(
    long_running_const_eval,
    reason = "checks a text for ASCII, once per build"
)]
const SHELL: FastStaticString = ascii_str_include!(concat!(env!("OUT_DIR"), "/shell.js"));

/// As `js-runtime/src/host/main.js` asks for it.
const SHELL_SPECIFIER: &str = "ext:mmk/shell.js";

/// Further bundles, evaluated when a script first asks for one of their modules.
#[allow(long_running_const_eval, reason = "as above")]
const NETWORK: FastStaticString = ascii_str_include!(concat!(env!("OUT_DIR"), "/network.js"));
#[allow(long_running_const_eval, reason = "as above")]
const FETCH: FastStaticString = ascii_str_include!(concat!(env!("OUT_DIR"), "/fetch.js"));
#[allow(long_running_const_eval, reason = "as above")]
const DRIVER: FastStaticString = ascii_str_include!(concat!(env!("OUT_DIR"), "/driver.js"));

/// The specifier of the bundle; frames from `ext:` never reach a user's stack.
pub(crate) const HOST_SPECIFIER: &str = "ext:mmk/host.js";

/// A script that does nothing. A snapshot can't hold V8's direct calls into Rust; deno_core restores them when the first script is
/// loaded that isn't in the snapshot, and this is one.
const FAST_CALLS_SPECIFIER: &str = "ext:mmk/fast_calls.js";
const FAST_CALLS: FastStaticString = ascii_str!("(function () {})()");

deno_core::extension!(
    mmk,
    deps = [deno_webidl, deno_web],
    ops = [
        op_mmk_command,
        op_mmk_open_cursor,
        op_mmk_next_batch,
        op_mmk_fetch_ahead,
        op_mmk_forget_bytes,
        op_mmk_close_cursor,
        op_mmk_command_sync,
        op_mmk_connect_client_sync,
        op_mmk_next_batch_sync,
        op_mmk_open_cursor_sync,
        op_mmk_sleep_sync,
        op_mmk_start_session,
        op_mmk_session_id,
        op_mmk_session_is_dirty,
        op_mmk_decode_utf8,
        op_mmk_end_session,
        op_mmk_advance_cluster_time,
        op_mmk_next_transaction_number,
        op_mmk_client_info,
        op_mmk_close_client,
        op_mmk_cluster_time,
        op_mmk_connect_client,
        op_mmk_next_events,
        op_mmk_subscribe,
        op_mmk_exit,
        op_mmk_mark,
        op_mmk_print,
        op_mmk_seal,
        op_net_accept,
        op_net_close,
        op_net_connect,
        op_net_listen,
        op_net_lookup,
        op_net_read,
        op_net_shutdown,
        op_net_start_tls,
        op_net_write,
        op_node_child_end_input,
        op_node_child_forget,
        op_node_child_kill,
        op_node_child_read,
        op_node_child_run_sync,
        op_node_child_spawn,
        op_node_child_wait,
        op_node_child_write,
        op_node_cipher,
        op_node_hash_copy,
        op_node_hash_digest,
        op_node_hash_new,
        op_node_hash_update,
        op_node_hmac_new,
        op_node_pbkdf2,
        op_node_pbkdf2_sync,
        op_node_random_fill,
        op_node_scrypt,
        op_node_scrypt_sync,
        op_node_fs_call,
        op_node_fs_call_sync,
        op_node_fs_close,
        op_node_fs_fstat,
        op_node_fs_fsync,
        op_node_fs_ftruncate,
        op_node_fs_open,
        op_node_fs_open_sync,
        op_node_fs_read,
        op_node_fs_read_file,
        op_node_fs_read_file_sync,
        op_node_fs_read_sync,
        op_node_fs_write,
        op_node_fs_write_file,
        op_node_fs_write_file_sync,
        op_node_fs_write_sync,
        op_node_os_facts,
        op_node_os_memory,
        op_node_cpu,
        op_node_env_get,
        op_node_env_keys,
        op_node_hrtime,
        op_node_memory,
        op_node_process_facts,
        op_node_uptime,
        op_node_text_decode,
        op_node_text_encode,
        op_node_text_is_utf8,
        op_node_text_write,
        op_node_zlib_finish,
        op_node_zlib_flush,
        op_node_zlib_new,
        op_node_zlib_whole,
        op_node_zlib_whole_sync,
        op_node_zlib_write,
    ],
);

/// Where the extensions' scripts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// Their own texts; those of deno's crates are read from their source folders, which only the machine that built us has.
    OfExtensions,
    /// A startup snapshot and the scripts beside it.
    OfStartup,
}

/// All extensions of an isolate, in order.
pub(crate) fn extensions(loader: Rc<Loader>, scripts: Scripts) -> Vec<Extension> {
    let mut host = mmk::init();
    // Of the deno crates' ops too: an extension's middleware sees the ops of all.
    host.middleware_fn = Some(Box::new(kept_or_refused));
    if scripts == Scripts::OfExtensions {
        host.lazy_loaded_js_files = vec![
            ExtensionFileSource::new(HOST_SPECIFIER, HOST),
            ExtensionFileSource::new(FAST_CALLS_SPECIFIER, FAST_CALLS),
            ExtensionFileSource::new(SHELL_SPECIFIER, SHELL),
            ExtensionFileSource::new("ext:mmk/network.js", NETWORK),
            ExtensionFileSource::new("ext:mmk/fetch.js", FETCH),
            ExtensionFileSource::new("ext:mmk/driver.js", DRIVER),
        ]
        .into();
    }
    vec![
        deno_webidl::deno_webidl::init(),
        deno_web::deno_web::init(
            std::sync::Arc::new(deno_web::BlobStore::default()),
            None,
            false,
            deno_web::InMemoryBroadcastChannel::default(),
        ),
        mmk_modules::init(loader),
        host,
    ]
}
