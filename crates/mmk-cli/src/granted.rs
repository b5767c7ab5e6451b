//! What a user grants scripts beside the defaults, from flags, variables and the config file. The runtime enforces it.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use mmk_runtime::Access;
use mmk_runtime::Grant;
use mmk_runtime::HookPermissions;
use mmk_runtime::NetworkRule;
use mmk_runtime::Permissions;
use mmk_runtime::ProgramRule;
use serde_json::Value;

use crate::args::PermissionArgs;
use crate::config_key::ConfigKey;
use crate::settings::Variables;

/// The section of the config file that may hold all of them.
pub(crate) const SECTION: &str = "permissions";

/// Names in the section, and the keys that they stand for.
const SECTION_KEYS: [(&str, &str); 6] = [
    ("read", "allowRead"),
    ("write", "allowWrite"),
    ("net", "allowNet"),
    ("run", "allowRun"),
    ("env", "allowEnv"),
    ("denyEnv", "denyEnv"),
];

/// A list, or everything there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Allowed<T> {
    Everything,
    Only(Vec<T>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Beside the project folder; absolute.
    pub(crate) read: Allowed<PathBuf>,
    pub(crate) write: Allowed<PathBuf>,
    pub(crate) network: Allowed<String>,
    pub(crate) run: Allowed<String>,
    pub(crate) environment: Allowed<String>,
    pub(crate) hidden_environment: Allowed<String>,
}

impl Granted {
    /// From checked values by the names of their keys.
    pub(crate) fn from_values(values: &BTreeMap<&'static str, Value>, directory: &Path) -> Self {
        let value = |key: &str| values.get(key).unwrap_or(&Value::Null);
        let paths = |key: &str| match allowed(value(key)) {
            Allowed::Everything => Allowed::Everything,
            Allowed::Only(paths) => {
                Allowed::Only(paths.iter().map(|path| directory.join(path)).collect())
            }
        };
        Self {
            read: paths("allowRead"),
            write: paths("allowWrite"),
            network: allowed(value("allowNet")),
            run: allowed(value("allowRun")),
            environment: match value("allowEnv") {
                // Nothing said: the environment is open by default.
                Value::Null => Allowed::Everything,
                said => allowed(said),
            },
            hidden_environment: allowed(value("denyEnv")),
        }
    }

    /// Where there is no config: what the flags say, then the variables. Or what is wrong with them.
    pub(crate) fn from_flags(
        args: Option<&PermissionArgs>,
        variables: &Variables,
        directory: &Path,
    ) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        for key in SECTION_KEYS
            .iter()
            .filter_map(|(_, key)| ConfigKey::named(key))
        {
            let text = key.variable.and_then(|variable| variables.get(variable));
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                values.insert(key.name, key.kind.parse_text(text)?);
            }
        }
        for (key, value) in args.map(flags).unwrap_or_default() {
            let key = ConfigKey::named(key).expect("flags() only names known keys");
            values.insert(key.name, value);
        }
        for (name, value) in &values {
            let key = ConfigKey::named(name).expect("taken from the keys");
            if let Some(problem) = key.kind.problem(value) {
                return Err(format!("`{}` {problem}", key.flag.unwrap_or(key.name)));
            }
        }
        Ok(Self::from_values(&values, directory))
    }

    fn network_grant(&self) -> Grant<NetworkRule> {
        grant(&self.network, |host| NetworkRule::parse(host).ok())
    }

    /// The hooks were loaded before their config could say what they may do.
    pub(crate) fn for_hooks(&self) -> HookPermissions {
        HookPermissions {
            network: self.network_grant(),
            run: self.run_grant(),
        }
    }

    fn run_grant(&self) -> Grant<ProgramRule> {
        grant(&self.run, |program| Some(ProgramRule::new(program)))
    }

    pub(crate) fn apply(&self, permissions: &mut Permissions) {
        for (access, allowed) in [(Access::Read, &self.read), (Access::Write, &self.write)] {
            match (allowed, access) {
                (Allowed::Everything, Access::Read) => permissions.read = Grant::All,
                (Allowed::Everything, Access::Write) => permissions.write = Grant::All,
                (Allowed::Only(paths), _) => paths
                    .iter()
                    .for_each(|path| permissions.allow(access, path)),
            }
        }
        permissions.network = self.network_grant();
        permissions.run = self.run_grant();
        permissions.environment = grant(&self.environment, |name| Some(name.to_owned()));
        match &self.hidden_environment {
            Allowed::Everything => permissions.environment = Grant::none(),
            Allowed::Only(names) => permissions.hidden_environment.clone_from(names),
        }
    }
}

/// What is allowed, each name as the rule it stands for.
fn grant<T>(allowed: &Allowed<String>, rule: impl Fn(&str) -> Option<T>) -> Grant<T> {
    match allowed {
        Allowed::Everything => Grant::All,
        Allowed::Only(names) => Grant::Only(names.iter().filter_map(|name| rule(name)).collect()),
    }
}

fn allowed(value: &Value) -> Allowed<String> {
    if value == &Value::Bool(true) {
        return Allowed::Everything;
    }
    let entries = value.as_array().into_iter().flatten();
    Allowed::Only(
        entries
            .filter_map(|entry| entry.as_str().map(|text| text.trim().to_owned()))
            .collect(),
    )
}

/// The flags that were given, as values of their keys.
pub(crate) fn flags(args: &PermissionArgs) -> Vec<(&'static str, Value)> {
    let given = [
        ("allowRead", &args.allow_read),
        ("allowWrite", &args.allow_write),
        ("allowNet", &args.allow_net),
        ("allowRun", &args.allow_run),
        ("allowEnv", &args.allow_env),
        ("denyEnv", &args.deny_env),
    ];
    let parsed = |(key, text): (&'static str, &Option<String>)| {
        let kind = ConfigKey::named(key)?.kind;
        Some((key, kind.parse_text(text.as_deref()?).ok()?))
    };
    given.into_iter().filter_map(parsed).collect()
}

/// The key behind a name of the section.
pub(crate) fn key_of(name: &str) -> Option<&'static ConfigKey> {
    let (_, key) = SECTION_KEYS.iter().find(|(short, _)| *short == name)?;
    ConfigKey::named(key)
}

pub(crate) fn section_names() -> String {
    SECTION_KEYS
        .map(|(short, _)| format!("`{short}`"))
        .join(", ")
}
