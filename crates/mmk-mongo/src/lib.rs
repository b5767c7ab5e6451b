//! The changelog and the lock on MongoDB, in documents that the Node tools read and write too; and the way to the server.
//! Decides nothing about migrations: that is `mmk-core`'s.

pub mod changelog;
mod closing;
pub mod connect;
pub mod davepi_lock;
pub mod document;
pub mod error;
pub mod foreign_lock;
pub mod identity;
pub mod import;
pub mod ledger;
pub mod lock;
pub mod migrate_mongo_lock;
pub use mmk_core::redact;
pub mod typed_options;
pub mod uri;

mod attempt_document;
mod field;

#[cfg(test)]
mod fuzz;
