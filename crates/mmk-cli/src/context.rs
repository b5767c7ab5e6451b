//! What every command is given: where it was called, with what, and where to print. It turns these into settings on demand;
//! it does none of a command's work.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use crate::args::Cli;
use crate::config_file;
use crate::engine;
use crate::exit::ExitCodes;
use crate::failure::Failure;
use crate::live::LiveReport;
use crate::printer::Printer;
use crate::printer::Verbosity;
use crate::render;
use crate::settings::Need;
use crate::settings::Settings;
use crate::settings::Variables;

pub(crate) struct Context {
    pub(crate) cli: Cli,
    /// The working directory, absolute.
    pub(crate) directory: PathBuf,
    pub(crate) variables: Variables,
    pub(crate) printer: Arc<Printer>,
    /// What flags and environment say at first; the config file may say more.
    exit_codes: Cell<ExitCodes>,
}

impl Context {
    pub(crate) fn new(
        cli: Cli,
        directory: PathBuf,
        variables: Variables,
        printer: Arc<Printer>,
        exit_codes: ExitCodes,
    ) -> Self {
        Self {
            cli,
            directory,
            variables,
            printer,
            exit_codes: Cell::new(exit_codes),
        }
    }

    /// The exit codes to use, as far as is known by now.
    pub(crate) fn exit_codes(&self) -> ExitCodes {
        self.exit_codes.get()
    }

    /// Reads the config file, if there is one, and resolves the settings; tells what is worth telling about both.
    pub(crate) async fn settings(&self, need: Need) -> Result<Settings, Failure> {
        let asked = self.cli.global.config.as_deref();
        let file = match config_file::find(asked, &self.directory)? {
            Some(path) => {
                let evaluate = |path| engine::evaluate_config(self, path);
                Some(config_file::read(&path, evaluate).await?)
            }
            None => None,
        };
        let resolved = Settings::resolve(
            &self.cli,
            &self.variables,
            file.as_ref(),
            &self.directory,
            need,
        )
        .map_err(Failure::ConfigInvalid)?;
        self.exit_codes.set(resolved.settings.exit_codes);
        if resolved.settings.silent {
            self.printer.set_verbosity(Verbosity::Silent);
        }
        for warning in &resolved.warnings {
            self.printer.warn(&render::warning(warning));
        }
        if let Some(file) = &file {
            self.printer
                .dim(&format!("Loaded config from {}", file.label));
        }
        Ok(resolved.settings)
    }

    pub(crate) fn live_report(&self) -> Arc<LiveReport> {
        Arc::new(LiveReport::new(self.printer.clone()))
    }
}
