//! The vocabulary of migrations, the pure plan, the run loop and the ports it runs on. No driver, no V8, no clap.

pub mod amendment;
pub mod checksum;
pub mod directory;
pub mod error;
pub mod fence;
pub mod history;
pub mod migration;
pub mod migrator;
pub mod name;
pub mod notice;
pub mod plan;
pub mod ports;
pub mod preview;
pub mod redact;
pub mod report;
pub mod script;
pub mod status;

#[cfg(test)]
mod testing;
