//! The binary `mmk-js`. Everything is in the modules; `application` is where to begin reading.

use std::process::ExitCode;

mod allocator;
mod amend;
mod application;
mod args;
mod client_options;
mod commands;
mod config_file;
mod config_issue;
mod config_key;
mod config_words;
mod connection_string;
mod context;
mod count;
mod crash;
mod database;
mod dialect;
mod dialect_output;
mod engine;
mod env_file;
mod environment;
mod exit;
mod failure;
mod file_name;
#[cfg(test)]
mod fuzz;
mod granted;
mod installed_driver;
mod json;
mod live;
mod migrate_mongo_status;
mod new_file;
mod new_migration;
mod new_project;
mod pem;
mod printer;
mod progress_line;
mod prompt;
mod quantity;
mod render;
mod run;
mod sandbox;
mod service;
mod settings;
mod signals;
mod status_report;
mod style;
mod table;
mod template;
mod tool;
mod tool_config;
mod usage;

fn main() -> ExitCode {
    allocator::tune();
    application::run()
}
