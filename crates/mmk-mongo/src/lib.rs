//! The changelog and the lock on MongoDB, in documents that mongo-migrate-kit reads and writes too; and the way to the server.
//! Decides nothing about migrations: that is `mmk-core`'s.

pub mod connect;
pub mod document;
pub mod error;
pub mod identity;
pub mod ledger;
pub mod lock;
pub mod redact;
pub mod uri;

mod attempt_document;
mod field;
