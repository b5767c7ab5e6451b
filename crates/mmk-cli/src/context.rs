//! What every command is given: where it was called, with what, and where to print. It turns these into settings on demand;
//! it does none of a command's work.

use std::cell::Cell;
use std::cell::OnceCell;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mmk_runtime::V8Engine;
use mongodb::Client;

use crate::args::Cli;
use crate::config_file;
use crate::config_file::ConfigFile;
use crate::config_words;
use crate::dialect::Dialect;
use crate::dialect::MIGRATE_MONGO_CONFIGS;
use crate::engine;
use crate::exit::ExitCodes;
use crate::failure::Failure;
use crate::installed_driver;
use crate::live::LiveReport;
use crate::printer::Printer;
use crate::printer::Verbosity;
use crate::render;
use crate::settings::Need;
use crate::settings::Settings;
use crate::settings::Variables;
use crate::tool::Tool;
use crate::tool_config;

/// How long the server may take to hear that we are leaving.
const CLOSING_TIME: Duration = Duration::from_millis(500);

pub(crate) struct Context {
    pub(crate) cli: Cli,
    pub(crate) dialect: Dialect,
    /// The working directory, absolute.
    pub(crate) directory: PathBuf,
    pub(crate) variables: Variables,
    pub(crate) printer: Arc<Printer>,
    /// What flags and environment say at first; the config file may say more.
    exit_codes: Cell<ExitCodes>,
    /// The engine that evaluated a config file with hooks.
    hooks: OnceCell<Arc<V8Engine>>,
    /// Open connections, to be closed however the command ends.
    clients: RefCell<Vec<Client>>,
}

impl Context {
    pub(crate) fn new(
        cli: Cli,
        dialect: Dialect,
        directory: PathBuf,
        variables: Variables,
        printer: Arc<Printer>,
        exit_codes: ExitCodes,
    ) -> Self {
        Self {
            cli,
            dialect,
            directory,
            variables,
            printer,
            exit_codes: Cell::new(exit_codes),
            hooks: OnceCell::new(),
            clients: RefCell::default(),
        }
    }

    /// Has a connection closed at the end of the command.
    pub(crate) fn will_close(&self, client: &Client) {
        self.clients.borrow_mut().push(client.clone());
    }

    /// Ends the sessions on the server while the runtime still lives: the driver would try it too late, and say so on stderr.
    pub(crate) async fn close_connections(&self) {
        for client in self.clients.take() {
            let closing = client.shutdown().immediate(true).into_future();
            // A server that is gone forgets the sessions by itself.
            let _ = tokio::time::timeout(CLOSING_TIME, closing).await;
        }
    }

    /// Keeps the engine whose isolate holds the hooks; the first one stays.
    pub(crate) fn keep_hooks(&self, engine: Arc<V8Engine>) {
        let _ = self.hooks.set(engine);
    }

    /// Where the config's hooks are, if it has any.
    pub(crate) fn hooks(&self) -> Option<Arc<V8Engine>> {
        self.hooks.get().cloned()
    }

    /// The exit codes to use, as far as is known by now.
    pub(crate) fn exit_codes(&self) -> ExitCodes {
        self.exit_codes.get()
    }

    /// Reads the config file, if there is one, and resolves the settings; tells what is worth telling about both.
    pub(crate) async fn settings(&self, need: Need) -> Result<Settings, Failure> {
        let file = match self.config_path()? {
            Some(path) => {
                let evaluate = |path| engine::evaluate_config(self, path);
                Some(config_file::read(&path, evaluate).await?)
            }
            None => None,
        };
        let label = file.as_ref().map(|file| file.label.clone());
        let searched = file.is_none().then_some(self.directory.as_path());
        let (file, tool) = self.translated(file)?;
        let mut resolved = Settings::resolve(
            &self.cli,
            &self.variables,
            file.as_ref(),
            &self.directory,
            need,
        )
        .map_err(|issues| {
            Failure::ConfigInvalid(config_words::translate(issues, self.dialect, searched))
        })?;
        resolved.settings.tool = tool;
        if self.dialect == Dialect::MigrateMongo {
            resolved.settings.driver_compat = resolved
                .settings
                .driver_compat
                .or_else(|| installed_driver::major_of("migrate-mongo", &self.directory));
        }
        self.exit_codes.set(resolved.settings.exit_codes);
        if resolved.settings.silent {
            self.printer.set_verbosity(Verbosity::Silent);
        }
        for warning in &resolved.warnings {
            self.printer.warn(&render::warning(warning));
        }
        if self.dialect == Dialect::Mmk
            && let Some(label) = label
        {
            self.printer.dim(&format!("Loaded config from {label}"));
        }
        Ok(resolved.settings)
    }

    /// The config file of this dialect, if there is one.
    pub(crate) fn config_path(&self) -> Result<Option<PathBuf>, Failure> {
        let asked = self.cli.global.config.as_deref();
        let discovered: &[&str] = match self.dialect {
            Dialect::Mmk => &config_file::DISCOVERED,
            Dialect::MigrateMongo => &MIGRATE_MONGO_CONFIGS,
            Dialect::Davepi => &[],
        };
        let found = config_file::find(asked, &self.directory, discovered)?;
        let says_where = self.cli.global.uri.is_some() || self.variables.contains_key("MMK_URI");
        if found.is_none() && self.dialect == Dialect::MigrateMongo && !says_where {
            let path = self.directory.join(MIGRATE_MONGO_CONFIGS[0]);
            return Err(Failure::ConfigUnusable {
                detail: format!("config file does not exist: {}", path.display()),
                path,
                hint: Some(
                    "create one with `mmk-js init --as migrate-mongo`, or name one with `-f`"
                        .to_owned(),
                ),
                script: None,
            });
        }
        Ok(found)
    }

    /// A foreign configuration in our keys, and what belongs to that tool only.
    fn translated(&self, file: Option<ConfigFile>) -> Result<(Option<ConfigFile>, Tool), Failure> {
        let translated = match self.dialect {
            Dialect::Mmk => return Ok((file, Tool::Mmk)),
            Dialect::MigrateMongo => {
                tool_config::migrate_mongo(file, self.cli.global.dir.as_deref())
                    .map_err(Failure::ConfigInvalid)?
            }
            Dialect::Davepi => tool_config::davepi(&self.variables),
        };
        Ok((Some(translated.file), translated.tool))
    }

    pub(crate) fn live_report(&self) -> Arc<LiveReport> {
        Arc::new(LiveReport::new(self.printer.clone(), self.dialect))
    }
}
