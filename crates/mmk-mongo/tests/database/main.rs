//! Lock, ledger and connection against a real MongoDB replica set, `MMK_TEST_URI` or a sandbox of its own.

mod connection;
mod ledger;
mod lock;
mod support;
