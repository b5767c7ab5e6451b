//! Lock, ledger and connection against a real MongoDB replica set, given by `MMK_TEST_URI`; without it each test says so and passes.
#![expect(clippy::print_stderr, reason = "a skipped test must say so")]

mod connection;
mod ledger;
mod lock;
mod support;
