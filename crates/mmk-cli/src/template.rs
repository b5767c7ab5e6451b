//! The text of new files: migrations and config files. Makes text only; writing it is the commands' work.

use serde_json::json;

use crate::settings::CreateExtension;

/// The format of a new config file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigFormat {
    Js,
    Ts,
    Json,
}

impl ConfigFormat {
    pub(crate) fn file_name(self) -> &'static str {
        match self {
            Self::Js => "mmk.config.js",
            Self::Ts => "mmk.config.ts",
            Self::Json => "mmk.config.json",
        }
    }
}

/// Where a new config file gets its connection from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionSource {
    Literal,
    SecretManager,
}

/// What is filled into a new config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigValues {
    pub(crate) uri: String,
    pub(crate) database: String,
    pub(crate) migrations_directory: String,
}

/// The built-in text of a new migration.
pub(crate) fn migration(extension: CreateExtension) -> &'static str {
    match extension {
        CreateExtension::Js => include_str!("templates/migration.js"),
        CreateExtension::Ts => include_str!("templates/migration.ts"),
    }
}

/// The text of a new config file.
pub(crate) fn config(
    format: ConfigFormat,
    source: ConnectionSource,
    values: &ConfigValues,
) -> String {
    let template = match (format, source) {
        (ConfigFormat::Json, _) => return json_config(values),
        (_, ConnectionSource::Literal) => include_str!("templates/config.txt"),
        (_, ConnectionSource::SecretManager) => include_str!("templates/secret.txt"),
    };
    let (declaration, export, connection_type, extension) = match format {
        ConfigFormat::Ts => (
            "const config: Record<string, unknown> =",
            "\nexport default config;",
            ": Promise<{ uri: string; dbName: string }>",
            "ts",
        ),
        _ => ("export default", "", "", "js"),
    };
    let options = indented(include_str!("templates/options.txt"));
    let text = template
        .replace("{{options}}", &options)
        .replace("{{declaration}}", declaration)
        .replace("{{export}}", export)
        .replace("{{connectionType}}", connection_type)
        .replace("{{createExtension}}", extension)
        .replace("{{migrationsDir}}", &quotable(&values.migrations_directory))
        .replace("{{dbName}}", &quotable(&values.database))
        .replace("{{uri}}", &quotable(&values.uri));
    format!("{}\n", text.trim_end())
}

fn json_config(values: &ConfigValues) -> String {
    let config = json!({
        "uri": values.uri,
        "dbName": values.database,
        "migrationsDir": values.migrations_directory,
        "fileExtensions": [".ts", ".js"],
        "createExtension": "js",
        "sequential": false,
        "migrationsCollection": "_mmk_migrations",
        "lockCollection": "_mmk_locks",
        "lockTTLSeconds": 60,
        "strict": false,
        "useTransaction": false,
    });
    format!("{config:#}\n")
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("  {line}\n"),
        })
        .collect()
}

/// The text as it may stand between single quotes in JavaScript.
fn quotable(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\'', "\\'")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> ConfigValues {
        ConfigValues {
            uri: "mongodb://localhost:27017".to_owned(),
            database: "it's".to_owned(),
            migrations_directory: "./migrations".to_owned(),
        }
    }

    #[test]
    fn every_placeholder_is_filled() {
        for format in [ConfigFormat::Js, ConfigFormat::Ts, ConfigFormat::Json] {
            for source in [ConnectionSource::Literal, ConnectionSource::SecretManager] {
                let text = config(format, source, &values());
                assert!(!text.contains("{{"), "{text}");
                assert!(text.contains("./migrations"), "{text}");
                assert!(text.ends_with("\n") && !text.ends_with("\n\n"), "{text}");
            }
        }
    }

    #[test]
    fn a_javascript_config_quotes_what_it_is_given() {
        let text = config(ConfigFormat::Js, ConnectionSource::Literal, &values());
        assert!(text.contains("\n  dbName: 'it\\'s',\n"), "{text}");
        assert!(text.contains("\nexport default {\n"), "{text}");
        assert!(text.contains("createExtension: 'js',"), "{text}");
    }

    #[test]
    fn a_json_config_has_the_keys_of_mmk() {
        let text = config(ConfigFormat::Json, ConnectionSource::Literal, &values());
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["dbName"], "it's");
        assert_eq!(parsed["lockTTLSeconds"], 60);
    }
}
