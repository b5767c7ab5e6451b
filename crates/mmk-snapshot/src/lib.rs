//! V8's heap with the host script already evaluated, made by build.rs with the very mmk-runtime that runs from it. Holds data only.

/// The snapshot, for `mmk_runtime::Startup`.
pub static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/snapshot.bin"));

/// The scripts beside it: specifier and text, sorted.
pub static SCRIPTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scripts.rs"));
