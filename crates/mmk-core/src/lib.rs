//! The vocabulary of migrations, the pure plan, the run loop and the ports it runs on. No driver, no V8, no clap.

pub mod fence;
pub mod ports;
pub mod script;
