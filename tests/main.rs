//! Drives the binary against a real mongod: what a user types, what a user sees, what the database holds afterwards. Links nothing of
//! ours but the sandbox. One test binary, many modules; the scenarios that need only files are folders below `cases/`.

#![allow(clippy::print_stdout, reason = "a test tells what it tried")]

mod support;

mod access;
mod amendments;
mod cases;
mod davepi;
mod differential;
mod example;
mod failover;
mod faults;
mod interop;
mod interop_import;
mod interop_migrate_mongo;
mod interop_migrate_mongo_scripts;
mod invariants;
mod js_runtime;
mod limits;
mod packages;
mod recovery;
mod seeds;
mod shell;
mod specs;
mod startup;
