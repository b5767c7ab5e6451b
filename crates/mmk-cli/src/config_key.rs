//! Every configuration key, once: its name, its flag, its environment variable and what a value must look like. It also is
//! the list that unknown keys and unknown `MMK_*` variables are compared with. It reads nothing itself.

use serde_json::Value;

use crate::quantity;
use mmk_core::name::closest;

/// What values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Uri,
    DatabaseName,
    Text,
    PositiveInteger,
    Boolean,
    FileExtensions,
    Choice(&'static [&'static str]),
    Duration,
    Size,
    /// Paths of modules, one or several.
    Modules,
    /// Paths that scripts may use beside the project's own, or `true` for all.
    Paths,
    /// Hosts that scripts may reach, or `true` for all.
    Hosts,
    /// Names, or `true` for all.
    Names,
    Object,
    Hooks,
    Logger,
    /// An instance of somebody else's class, which only a JS or TS config can hold.
    Instance,
}

#[derive(Debug)]
pub(crate) struct ConfigKey {
    pub(crate) name: &'static str,
    pub(crate) flag: Option<&'static str>,
    pub(crate) variable: Option<&'static str>,
    pub(crate) kind: Kind,
}

const fn key(
    name: &'static str,
    flag: Option<&'static str>,
    variable: Option<&'static str>,
    kind: Kind,
) -> ConfigKey {
    ConfigKey {
        name,
        flag,
        variable,
        kind,
    }
}

/// mmk's keys first, then ours.
#[rustfmt::skip]
pub(crate) const CONFIG_KEYS: &[ConfigKey] = &[
    key("uri", Some("--uri <URI>"), Some("MMK_URI"), Kind::Uri),
    key("dbName", Some("--db <NAME>"), Some("MMK_DB"), Kind::DatabaseName),
    key("migrationsDir", Some("--dir <PATH>"), Some("MMK_MIGRATIONS_DIR"), Kind::Text),
    key("migrationsCollection", None, Some("MMK_COLLECTION"), Kind::Text),
    key("lockCollection", None, Some("MMK_LOCK_COLLECTION"), Kind::Text),
    key("lockTTLSeconds", None, Some("MMK_LOCK_TTL"), Kind::PositiveInteger),
    key("strict", Some("--strict of `up`"), Some("MMK_STRICT"), Kind::Boolean),
    key("useTransaction", None, Some("MMK_USE_TRANSACTION"), Kind::Boolean),
    key("fileExtensions", None, None, Kind::FileExtensions),
    key("createExtension", Some("--ts / --js of `create`"), Some("MMK_CREATE_EXTENSION"), Kind::Choice(&["ts", "js"])),
    key("sequential", None, Some("MMK_SEQUENTIAL"), Kind::Boolean),
    key("templatePath", Some("--template <PATH> of `create`"), None, Kind::Text),
    key("service", None, Some("MMK_SERVICE"), Kind::Text),
    key("mongoClientOptions", None, None, Kind::Object),
    key("mongoose", None, None, Kind::Instance),
    key("hooks", None, None, Kind::Hooks),
    key("logger", None, None, Kind::Logger),
    key("wait", Some("--wait <DURATION>"), Some("MMK_WAIT"), Kind::Duration),
    key("timeout", Some("--timeout <DURATION>"), Some("MMK_TIMEOUT"), Kind::Duration),
    key("maxMemory", Some("--max-memory <SIZE>"), Some("MMK_MAX_MEMORY"), Kind::Size),
    key("prefetch", Some("--no-prefetch"), Some("MMK_PREFETCH"), Kind::Boolean),
    key("schemaDir", None, Some("MMK_SCHEMA_DIR"), Kind::Text),
    key("models", None, Some("MMK_MODELS"), Kind::Modules),
    key("batchSaves", None, Some("MMK_BATCH_SAVES"), Kind::Boolean),
    key("driverCompat", Some("--driver-compat <MAJOR>"), Some("MMK_DRIVER_COMPAT"), Kind::PositiveInteger),
    key("allowRead", Some("--allow-read[=<PATHS>]"), Some("MMK_ALLOW_READ"), Kind::Paths),
    key("allowWrite", Some("--allow-write[=<PATHS>]"), Some("MMK_ALLOW_WRITE"), Kind::Paths),
    key("allowNet", Some("--allow-net[=<HOSTS>]"), Some("MMK_ALLOW_NET"), Kind::Hosts),
    key("allowRun", Some("--allow-run[=<PROGRAMS>]"), Some("MMK_ALLOW_RUN"), Kind::Names),
    key("allowEnv", Some("--allow-env[=<NAMES>]"), Some("MMK_ALLOW_ENV"), Kind::Names),
    key("denyEnv", Some("--deny-env[=<NAMES>]"), Some("MMK_DENY_ENV"), Kind::Names),
    key("order", Some("--order <RULE> of `up`"), Some("MMK_ORDER"), Kind::Choice(&["warn", "error", "allow"])),
    key("collections", None, None, Kind::Object),
    key("exitCodes", Some("--exit-codes <KIND>"), Some("MMK_EXIT_CODES"), Kind::Choice(&["compatible", "detailed"])),
];

/// Variables that are read elsewhere (mmk's own version mark, the sandbox, the tests) and so are no typing mistakes.
pub(crate) const RESERVED_VARIABLES: &[&str] = &[
    "MMK_VERSION",
    "MMK_MONGOD",
    "MMK_TEST_URI",
    "MMK_SPECS_DIR",
    "MMK_SEEDS_DIR",
];

/// The hooks of mmk.
pub(crate) const HOOK_NAMES: &[&str] = &[
    "beforeAll",
    "afterAll",
    "beforeEach",
    "afterEach",
    "onError",
];

impl ConfigKey {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        CONFIG_KEYS.iter().find(|key| key.name == name)
    }

    /// All the ways to set the key, as one phrase.
    pub(crate) fn how_to_set(&self, config_file: &str) -> String {
        if matches!(self.kind, Kind::Hooks | Kind::Instance) {
            return format!("`{}` in a JS or TS config file", self.name);
        }
        let mut ways = Vec::new();
        ways.extend(self.flag.map(|flag| format!("the flag `{flag}`")));
        ways.extend(
            self.variable
                .map(|variable| format!("the environment variable `{variable}`")),
        );
        ways.push(format!("`{}` in {config_file}", self.name));
        alternatives(&ways)
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn alternatives(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

impl Kind {
    /// Turns the text of an environment variable into a value of this kind, or says what was expected.
    pub(crate) fn parse_text(self, text: &str) -> Result<Value, String> {
        let trimmed = text.trim();
        match self {
            Self::Boolean => match trimmed.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "y" | "on" => Ok(Value::Bool(true)),
                "false" | "0" | "no" | "n" | "off" => Ok(Value::Bool(false)),
                _ => {
                    Err("must be a boolean: true, 1, yes, y, on or false, 0, no, n, off".to_owned())
                }
            },
            Self::PositiveInteger => trimmed
                .parse::<i64>()
                .map(Value::from)
                .map_err(|_| "must be a whole number, such as 60".to_owned()),
            Self::Choice(_) => Ok(Value::from(trimmed.to_ascii_lowercase())),
            Self::Uri | Self::DatabaseName => Ok(Value::from(text)),
            Self::Modules => Ok(trimmed
                .split(',')
                .map(|path| Value::from(path.trim()))
                .collect()),
            Self::Paths | Self::Hosts | Self::Names if trimmed == "true" => Ok(Value::Bool(true)),
            Self::Paths | Self::Hosts | Self::Names => Ok(trimmed
                .split(',')
                .map(|path| Value::from(path.trim()))
                .collect()),
            _ => Ok(Value::from(trimmed)),
        }
    }

    /// What is wrong with the value, phrased to follow the key's name; nothing when it is fine.
    pub(crate) fn problem(self, value: &Value) -> Option<String> {
        match self {
            Self::Uri => text_problem(value).or_else(|| uri_problem(value)),
            Self::DatabaseName => text_problem(value).or_else(|| database_name_problem(value)),
            Self::Text => text_problem(value),
            Self::PositiveInteger => integer_problem(value),
            Self::Boolean => (!value.is_boolean())
                .then(|| "must be a boolean (true or false, not text)".to_owned()),
            Self::FileExtensions => extensions_problem(value),
            Self::Choice(words) => choice_problem(value, words),
            Self::Duration => quantity::duration(value).err(),
            Self::Size => quantity::size(value).err(),
            Self::Modules => modules_problem(value),
            Self::Paths => list_problem(value, "paths"),
            Self::Hosts => list_problem(value, "hosts").or_else(|| hosts_problem(value)),
            Self::Names => list_problem(value, "names"),
            Self::Object => {
                (!value.is_object()).then(|| "must be an object of MongoClient options".to_owned())
            }
            Self::Instance => {
                (!value.is_object()).then(|| "must be a Mongoose instance".to_owned())
            }
            Self::Hooks => hooks_problem(value),
            Self::Logger => (!value.is_object() && !value.is_null()).then(|| {
                "must be an object with info, success, warn, error and dim, or null for silence"
                    .to_owned()
            }),
        }
    }
}

fn text_problem(value: &Value) -> Option<String> {
    match value.as_str() {
        None => Some("must be a string".to_owned()),
        Some(text) if text.trim().is_empty() => Some("must not be empty".to_owned()),
        Some(_) => None,
    }
}

fn uri_problem(value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    let rest = text
        .strip_prefix("mongodb://")
        .or_else(|| text.strip_prefix("mongodb+srv://"));
    match rest {
        Some(rest) if !rest.is_empty() => None,
        _ => Some(
            "must be a connection string that starts with `mongodb://` or `mongodb+srv://`"
                .to_owned(),
        ),
    }
}

fn database_name_problem(value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    let forbidden = |c: char| r#"/\."$*<>:|?"#.contains(c) || c.is_whitespace() || c == '\0';
    if text.contains(forbidden) {
        Some(r#"must not contain white space or any of / \ . " $ * < > : | ?"#.to_owned())
    } else if text.len() > 63 {
        Some("must be 63 bytes or fewer, MongoDB's limit for database names".to_owned())
    } else {
        None
    }
}

fn integer_problem(value: &Value) -> Option<String> {
    let Some(number) = value.as_f64() else {
        return Some("must be a number of seconds".to_owned());
    };
    if number.fract() != 0.0 || number > f64::from(u32::MAX) {
        Some("must be a whole number of seconds".to_owned())
    } else if number <= 0.0 {
        Some("must be greater than 0".to_owned())
    } else {
        None
    }
}

fn extensions_problem(value: &Value) -> Option<String> {
    let example = "such as [\".ts\", \".js\"]";
    let Some(items) = value.as_array() else {
        return Some(format!("must be an array of file extensions, {example}"));
    };
    if items.is_empty() {
        return Some(format!("must name at least one file extension, {example}"));
    }
    items
        .iter()
        .any(|item| {
            !item
                .as_str()
                .is_some_and(|item| item.starts_with('.') && item.len() > 1)
        })
        .then(|| format!("must hold only strings that start with a dot, {example}"))
}

fn modules_problem(value: &Value) -> Option<String> {
    let is_path = |value: &Value| value.as_str().is_some_and(|path| !path.trim().is_empty());
    let is_fine = match value {
        Value::Array(paths) => paths.iter().all(is_path),
        other => is_path(other),
    };
    (!is_fine).then(|| {
        "must be the path of a module, such as \"./models\", or an array of them".to_owned()
    })
}

fn list_problem(value: &Value, of: &str) -> Option<String> {
    let is_entry = |item: &Value| item.as_str().is_some_and(|text| !text.is_empty());
    let fits = match value {
        Value::Bool(_) => true,
        Value::Array(items) => items.iter().all(is_entry),
        _ => false,
    };
    (!fits).then(|| format!("must be an array of {of}, or true for all"))
}

fn hosts_problem(value: &Value) -> Option<String> {
    let hosts = value.as_array().into_iter().flatten();
    hosts.filter_map(Value::as_str).find_map(|host| {
        let problem = mmk_runtime::NetworkRule::parse(host).err()?;
        Some(format!("holds `{host}`, which {problem}"))
    })
}

fn choice_problem(value: &Value, words: &[&str]) -> Option<String> {
    if value.as_str().is_some_and(|word| words.contains(&word)) {
        return None;
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    Some(format!("must be {}", alternatives(&quoted)))
}

fn hooks_problem(value: &Value) -> Option<String> {
    let Some(hooks) = value.as_object() else {
        return Some("must be an object of hook functions".to_owned());
    };
    let unknown = hooks
        .keys()
        .find(|name| !HOOK_NAMES.contains(&name.as_str()))?;
    let guess = closest(unknown, HOOK_NAMES.iter().copied())
        .map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default();
    Some(format!(
        "has no hook `{unknown}`{guess} (hooks: {})",
        HOOK_NAMES.join(", ")
    ))
}
