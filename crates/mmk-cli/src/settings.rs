//! Everything decided by flags, environment and config file, as plain values. The order of precedence is written here and
//! nowhere else: flags, then `MMK_*` variables, then the config file, then defaults. It neither reads files nor the
//! environment: both are handed in.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::args::Cli;
use crate::args::Command;
use crate::config_file::ConfigFile;
use crate::config_issue::ConfigIssue;
use crate::config_key::CONFIG_KEYS;
use crate::config_key::ConfigKey;
use crate::config_key::Kind;
use crate::config_key::RESERVED_VARIABLES;
use crate::connection_string;
use crate::exit::ExitCodes;
use crate::granted;
use crate::granted::Granted;
use crate::quantity;
use crate::tool::Tool;
use mmk_core::name::closest;
use mmk_core::plan::Order;

/// The environment, or a test's idea of it.
pub(crate) type Variables = BTreeMap<String, String>;

/// What a command needs to be configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A URI and a database name.
    Database,
    /// A database name that defaults to [`SANDBOX_DATABASE`]; the URI comes from the sandbox, whatever is configured.
    Sandbox,
    /// Neither.
    Files,
}

/// The extension of new migration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CreateExtension {
    Js,
    Ts,
}

pub(crate) const SANDBOX_DATABASE: &str = "sandbox";

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Empty when the command needs no database.
    pub(crate) uri: String,
    pub(crate) database: String,
    /// Absolute.
    pub(crate) migrations_directory: PathBuf,
    pub(crate) migrations_collection: String,
    pub(crate) lock_collection: String,
    pub(crate) lock_lifetime: Duration,
    pub(crate) strict: bool,
    pub(crate) use_transaction: bool,
    pub(crate) file_extensions: Vec<String>,
    pub(crate) create_extension: CreateExtension,
    pub(crate) sequential: bool,
    pub(crate) template_path: Option<PathBuf>,
    pub(crate) service: Option<String>,
    pub(crate) client_options: Map<String, Value>,
    /// `logger: null`: no line but warnings and errors.
    pub(crate) silent: bool,
    pub(crate) wait: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_memory: Option<u64>,
    pub(crate) prefetch: bool,
    /// The folder of schema files; absolute.
    pub(crate) schema_directory: PathBuf,
    /// Somebody named it, so it must be there.
    pub(crate) schema_directory_is_named: bool,
    /// Modules that register models; absolute.
    pub(crate) model_modules: Vec<PathBuf>,
    pub(crate) batch_saves: bool,
    /// The major of npm `mongodb` that scripts were written for, where the user says.
    pub(crate) driver_compat: Option<u32>,
    pub(crate) permissions: Granted,
    /// Names of collections by the globals of migrations in Meteor's style.
    pub(crate) collections: BTreeMap<String, String>,
    pub(crate) exit_codes: ExitCodes,
    pub(crate) order: Order,
    /// What belongs to one tool only; set by whoever read that tool's configuration.
    pub(crate) tool: Tool,
}

/// Settings, and sentences worth saying about how they came to be.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) settings: Settings,
    pub(crate) warnings: Vec<String>,
}

impl Settings {
    /// Puts the layers over each other and checks the outcome; every problem is reported at once.
    pub(crate) fn resolve(
        cli: &Cli,
        variables: &Variables,
        file: Option<&ConfigFile>,
        directory: &Path,
        need: Need,
    ) -> Result<Resolved, Vec<ConfigIssue>> {
        let mut layers = Layers::new(file.map_or("mmk.config.js", |file| file.label.as_str()));
        layers.add_defaults();
        if let Some(file) = file {
            layers.add_file(file);
        }
        layers.add_variables(variables);
        layers.add_flags(flags(cli));
        layers.take_database_from_uri(need);
        layers.check(need);
        if !layers.issues.is_empty() {
            return Err(layers.issues);
        }
        Ok(Resolved {
            settings: layers.settings(directory),
            warnings: layers.warnings,
        })
    }
}

/// The exit codes asked for, known before the configuration is: a failure to read it needs an exit code as well.
pub(crate) fn early_exit_codes(cli: &Cli, variables: &Variables) -> ExitCodes {
    let asked = cli.global.exit_codes.as_ref();
    match asked.or_else(|| variables.get("MMK_EXIT_CODES")) {
        Some(word) if word.trim().eq_ignore_ascii_case("detailed") => ExitCodes::Detailed,
        _ => ExitCodes::Compatible,
    }
}

/// The flags that set a configuration key.
fn flags(cli: &Cli) -> Map<String, Value> {
    let mut flags = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            flags.insert(key.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    set("uri", text(&cli.global.uri));
    set("dbName", text(&cli.global.db));
    set("migrationsDir", text(&cli.global.dir));
    set("exitCodes", text(&cli.global.exit_codes));
    if let Some(run) = cli.command.run_args() {
        set("wait", text(&run.wait));
        set("timeout", text(&run.timeout));
        set("maxMemory", text(&run.max_memory));
        set("driverCompat", run.driver_compat.map(Value::from));
        set("prefetch", run.no_prefetch.then_some(Value::Bool(false)));
    }
    if let Some(permissions) = cli.command.permission_args() {
        for (key, value) in granted::flags(permissions) {
            set(key, Some(value));
        }
    }
    if let Command::Up(up) = &cli.command {
        set("strict", up.strict.then_some(Value::Bool(true)));
        set("order", text(&up.order));
    }
    if let Some(amend) = cli.command.amend_args() {
        set("wait", text(&amend.wait));
    }
    if let Command::Create(create) = &cli.command {
        set("createExtension", create.js.then(|| Value::from("js")));
        set("createExtension", create.ts.then(|| Value::from("ts")));
        set("templatePath", text(&create.template));
    }
    flags
}

/// The merged values, and where each came from.
struct Layers<'a> {
    config_file: &'a str,
    values: BTreeMap<&'static str, Value>,
    origins: BTreeMap<&'static str, String>,
    issues: Vec<ConfigIssue>,
    warnings: Vec<String>,
}

impl<'a> Layers<'a> {
    fn new(config_file: &'a str) -> Self {
        Self {
            config_file,
            values: BTreeMap::new(),
            origins: BTreeMap::new(),
            issues: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn put(&mut self, key: &ConfigKey, value: Value, origin: String) {
        self.values.insert(key.name, value);
        self.origins.insert(key.name, origin);
    }

    fn add_defaults(&mut self) {
        let defaults = json!({
            "migrationsDir": "./migrations",
            "migrationsCollection": "_mmk_migrations",
            "lockCollection": "_mmk_locks",
            "lockTTLSeconds": 60,
            "strict": false,
            "useTransaction": false,
            "fileExtensions": [".ts", ".js"],
            "createExtension": "js",
            "sequential": false,
            "mongoClientOptions": {},
            "prefetch": true,
            "batchSaves": false,
            "exitCodes": "compatible",
            "order": "warn",
        });
        for key in CONFIG_KEYS {
            if let Some(value) = defaults.get(key.name) {
                self.put(key, value.clone(), "the built-in default".to_owned());
            }
        }
    }

    fn add_file(&mut self, file: &ConfigFile) {
        let origin = format!("the config file {}", file.label);
        for (name, value) in &file.values {
            if name == granted::SECTION {
                self.add_permissions(value, &origin);
                continue;
            }
            let Some(key) = ConfigKey::named(name) else {
                self.issues.push(unknown_key(name, &origin));
                continue;
            };
            // A key set to null reads as not set, except where null means something.
            if value.is_null() && key.kind != Kind::Logger {
                continue;
            }
            if let Some(warning) = unsupported(key, value) {
                self.warnings.push(warning);
            }
            self.put(key, value.clone(), origin.clone());
        }
    }

    /// The section `permissions`: the same keys under shorter names.
    fn add_permissions(&mut self, section: &Value, origin: &str) {
        let issue = |problem: String| ConfigIssue {
            key: granted::SECTION.to_owned(),
            problem,
            received: None,
            source: Some(origin.to_owned()),
            how_to_set: None,
        };
        let Some(section) = section.as_object() else {
            if !section.is_null() {
                self.issues.push(issue(format!(
                    "must be an object of {}",
                    granted::section_names()
                )));
            }
            return;
        };
        for (name, value) in section {
            match granted::key_of(name) {
                Some(key) if !value.is_null() => self.put(key, value.clone(), origin.to_owned()),
                Some(_) => {}
                None => self.issues.push(issue(format!(
                    "has no `{name}` (there are {})",
                    granted::section_names()
                ))),
            }
        }
    }

    fn add_variables(&mut self, variables: &Variables) {
        for (name, text) in variables {
            if !name.starts_with("MMK_") || text.trim().is_empty() {
                continue;
            }
            let origin = format!("the environment variable {name}");
            let key = CONFIG_KEYS
                .iter()
                .find(|key| key.variable == Some(name.as_str()));
            let Some(key) = key else {
                self.warnings.extend(unknown_variable(name));
                continue;
            };
            match key.kind.parse_text(text) {
                Ok(value) => self.put(key, value, origin),
                Err(problem) => self.issues.push(ConfigIssue {
                    key: key.name.to_owned(),
                    problem,
                    received: Some(shown(key, &Value::from(text.as_str()))),
                    source: Some(origin),
                    how_to_set: Some(key.how_to_set(self.config_file)),
                }),
            }
        }
    }

    fn add_flags(&mut self, flags: Map<String, Value>) {
        for (name, value) in flags {
            let key = ConfigKey::named(&name).expect("flags() only names known keys");
            let flag = key.flag.expect("flags() only names keys that have a flag");
            self.put(key, value, format!("the flag `{flag}`"));
        }
    }

    fn take_database_from_uri(&mut self, need: Need) {
        if self.values.contains_key("dbName") {
            return;
        }
        let key = ConfigKey::named("dbName").expect("listed in CONFIG_KEYS");
        let from_uri = self
            .values
            .get("uri")
            .and_then(Value::as_str)
            .and_then(connection_string::database);
        if need == Need::Sandbox {
            let origin = "the sandbox's default".to_owned();
            self.put(key, Value::from(SANDBOX_DATABASE), origin);
        } else if let Some(database) = from_uri {
            let origin = "the path of the connection URI".to_owned();
            self.put(key, Value::from(database), origin);
        }
    }

    fn check(&mut self, need: Need) {
        for key in CONFIG_KEYS {
            let problem = match self.values.get(key.name) {
                Some(value) => key.kind.problem(value),
                None if need == Need::Database && key.name == "uri" => {
                    Some("is required but was not set".to_owned())
                }
                None if need == Need::Database && key.name == "dbName" => Some(
                    "is required but was not set, and the connection URI names no database"
                        .to_owned(),
                ),
                None => None,
            };
            if let Some(problem) = problem {
                self.issues.push(ConfigIssue {
                    key: key.name.to_owned(),
                    problem,
                    received: self.values.get(key.name).map(|value| shown(key, value)),
                    source: self.origins.get(key.name).cloned(),
                    how_to_set: Some(key.how_to_set(self.config_file)),
                });
            }
        }
    }

    /// Called after [`Self::check`] found nothing, so each value has its key's kind.
    fn settings(&self, directory: &Path) -> Settings {
        let value = |name: &str| self.values.get(name).unwrap_or(&Value::Null);
        let optional_text = |name: &str| value(name).as_str().map(|text| text.trim().to_owned());
        let text = |name: &str| optional_text(name).unwrap_or_default();
        let flag = |name: &str| value(name).as_bool().unwrap_or_default();
        let duration = |name: &str| {
            self.values
                .get(name)
                .and_then(|v| quantity::duration(v).ok())
        };
        Settings {
            uri: text("uri"),
            database: text("dbName"),
            migrations_directory: normalized(&directory.join(text("migrationsDir"))),
            migrations_collection: text("migrationsCollection"),
            lock_collection: text("lockCollection"),
            lock_lifetime: value("lockTTLSeconds")
                .as_f64()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .unwrap_or(Duration::from_secs(60)),
            strict: flag("strict"),
            use_transaction: flag("useTransaction"),
            file_extensions: value("fileExtensions")
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|extension| extension.as_str().map(str::to_owned))
                .collect(),
            create_extension: match text("createExtension").as_str() {
                "ts" => CreateExtension::Ts,
                _ => CreateExtension::Js,
            },
            sequential: flag("sequential"),
            template_path: optional_text("templatePath").map(|path| directory.join(path)),
            service: optional_text("service"),
            client_options: value("mongoClientOptions")
                .as_object()
                .cloned()
                .unwrap_or_default(),
            silent: self.values.get("logger").is_some_and(Value::is_null),
            wait: duration("wait"),
            timeout: duration("timeout"),
            max_memory: self
                .values
                .get("maxMemory")
                .and_then(|value| quantity::size(value).ok()),
            prefetch: flag("prefetch"),
            schema_directory: normalized(
                &directory.join(
                    optional_text("schemaDir")
                        .as_deref()
                        .unwrap_or("schema/versions"),
                ),
            ),
            schema_directory_is_named: self.values.contains_key("schemaDir"),
            model_modules: modules(value("models"), directory),
            batch_saves: flag("batchSaves"),
            driver_compat: self
                .values
                .get("driverCompat")
                .and_then(Value::as_f64)
                .map(|major| major as u32),
            permissions: Granted::from_values(&self.values, directory),
            collections: value("collections")
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(global, name)| Some((global.clone(), name.as_str()?.to_owned())))
                .collect(),
            exit_codes: match text("exitCodes").as_str() {
                "detailed" => ExitCodes::Detailed,
                _ => ExitCodes::Compatible,
            },
            order: match text("order").as_str() {
                "error" => Order::Error,
                "allow" => Order::Allow,
                _ => Order::Warn,
            },
            tool: Tool::Mmk,
        }
    }
}

fn modules(value: &Value, directory: &Path) -> Vec<PathBuf> {
    let one = std::slice::from_ref(value);
    let paths = value.as_array().map_or(one, Vec::as_slice);
    paths
        .iter()
        .filter_map(|path| path.as_str())
        .map(|path| normalized(&directory.join(path.trim())))
        .collect()
}

/// `./` and `..` taken out by text alone, so that messages show the path a user would write.
fn normalized(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

fn unknown_key(name: &str, origin: &str) -> ConfigIssue {
    let known = CONFIG_KEYS.iter().map(|key| key.name);
    let how_to_set = match closest(name, known.clone()) {
        Some(guess) => format!("rename it to `{guess}`, or remove it"),
        None => format!(
            "remove it, or use one of: {}",
            known.collect::<Vec<_>>().join(", ")
        ),
    };
    ConfigIssue {
        key: name.to_owned(),
        problem: "is not a known option".to_owned(),
        received: None,
        source: Some(origin.to_owned()),
        how_to_set: Some(how_to_set),
    }
}

fn unknown_variable(name: &str) -> Option<String> {
    if RESERVED_VARIABLES.contains(&name) {
        return None;
    }
    let known = CONFIG_KEYS.iter().filter_map(|key| key.variable);
    let guess = closest(name, known)
        .map(|guess| format!(" (did you mean {guess}?)"))
        .unwrap_or_default();
    Some(format!(
        "Unknown environment variable {name} is ignored{guess}"
    ))
}

/// Options of mmk that are understood but have no effect here; silence about them would change what a run does.
fn unsupported(key: &ConfigKey, value: &Value) -> Option<String> {
    let reason = match key.kind {
        Kind::Instance => "migrations load mongoose from node_modules themselves",
        Kind::Logger if value.is_object() => "output always goes through mmk-js's own printer",
        _ => return None,
    };
    Some(format!(
        "`{}` in the config has no effect: {reason}",
        key.name
    ))
}

/// The value as an error message may show it.
fn shown(key: &ConfigKey, value: &Value) -> String {
    let text = match value {
        Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null => value.to_string(),
        other => {
            let text = other.to_string();
            if text.len() <= 80 {
                text
            } else if other.is_array() {
                "an array".to_owned()
            } else {
                "an object".to_owned()
            }
        }
    };
    match key.kind {
        Kind::Uri => connection_string::without_credentials(&text),
        _ => mmk_mongo::redact::redact(&text),
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
