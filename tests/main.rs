//! Drives the binary against a real mongod: what a user types, what a user sees, what the database holds afterwards. Links nothing of
//! ours but the sandbox. One test binary, many modules; the scenarios that need only files are folders below `cases/`.

#![allow(clippy::print_stdout, reason = "a test tells what it tried")]

mod support;

mod access;
mod amendments;
mod cases;
mod containers;
mod credentials;
mod davepi;
mod differential;
mod error_codes;
mod escape;
mod example;
mod failover;
mod faults;
mod guides;
mod hostile_server;
mod interop;
mod interop_config;
mod interop_driver_3;
mod interop_failures;
mod interop_import;
mod interop_locks;
mod interop_migrate_mongo;
mod interop_migrate_mongo_scripts;
mod interop_sequence;
mod interop_traps;
mod invariants;
mod js_runtime;
mod kept_isolates;
mod large_replies;
mod licences;
mod lifecycle;
mod limits;
mod models;
mod models_batch;
mod mongoose;
mod named_migrations;
mod network;
mod packages;
mod pollution;
mod recovery;
mod seeds;
mod seeds_models;
mod shell;
mod specs;
mod startup;
mod tls;
