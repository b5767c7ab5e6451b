//! The configuration of migrate-mongo and dAvePi in our keys, so that one set of rules decides about all of them. Checks what only their keys
//! need; everything else is checked where ours are.

use std::time::Duration;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::config_file::ConfigFile;
use crate::config_issue::ConfigIssue;
use crate::config_key::ConfigKey;
use crate::connection_string;
use crate::settings::Variables;
use crate::tool::ChangelogLock;
use crate::tool::Davepi;
use crate::tool::MigrateMongo;
use crate::tool::ModuleSystem;
use crate::tool::Tool;

/// How long dAvePi lets its lock be silent.
const DAVEPI_STALE_AFTER: Duration = Duration::from_secs(600);

/// A foreign configuration, translated.
#[derive(Debug)]
pub(crate) struct Translated {
    pub(crate) file: ConfigFile,
    pub(crate) tool: Tool,
}

/// migrate-mongo's configuration; `None` where there is no file and flags have to say everything.
pub(crate) fn migrate_mongo(
    file: Option<ConfigFile>,
    migrations_dir: Option<&str>,
) -> Result<Translated, Vec<ConfigIssue>> {
    let file = file.unwrap_or_else(|| ConfigFile {
        label: "migrate-mongo-config.js".to_owned(),
        values: Map::new(),
    });
    let text = |key: &str| file.values.get(key).and_then(Value::as_str);
    let extension = text("migrationFileExtension").unwrap_or(".js").to_owned();
    let connection = file.values.get("mongodb").and_then(Value::as_object);
    let mut issues = Vec::new();
    if !extension.starts_with('.') {
        issues.push(issue(
            &file,
            "migrationFileExtension",
            "must start with dot",
        ));
    }
    if file
        .values
        .get("mongodb")
        .is_some_and(|value| !value.is_object())
    {
        issues.push(issue(
            &file,
            "mongodb",
            "must be an object with `url` and `databaseName`",
        ));
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    let migrations = text("migrationsDir")
        .filter(|folder| !folder.is_empty())
        .unwrap_or("migrations");
    let mut values = Map::new();
    values.insert("migrationsDir".to_owned(), json!(migrations));
    values.insert("fileExtensions".to_owned(), json!([extension]));
    values.insert(
        "migrationsCollection".to_owned(),
        file.values
            .get("changelogCollectionName")
            .filter(|name| !name.is_null())
            .cloned()
            .unwrap_or_else(|| json!("changelog")),
    );
    values.extend(connection_values(connection));
    // Our own keys may stand beside theirs, which passes over what it doesn't know.
    values.extend(
        file.values
            .iter()
            .filter(|(key, _)| OURS.contains(&key.as_str()) && ConfigKey::named(key).is_some())
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    let tool = MigrateMongo {
        use_file_hash: file.values.get("useFileHash") == Some(&Value::Bool(true)),
        lock: changelog_lock(&file.values),
        module_system: match text("moduleSystem") {
            Some("esm") => ModuleSystem::Esm,
            _ => ModuleSystem::CommonJs,
        },
        extension,
        migrations_dir: migrations_dir.unwrap_or(migrations).to_owned(),
    };
    Ok(Translated {
        file: ConfigFile {
            label: file.label,
            values,
        },
        tool: Tool::MigrateMongo(tool),
    })
}

/// What migrate-mongo has no word for and may be set in its file all the same.
const OURS: [&str; 17] = [
    "wait",
    "timeout",
    "maxMemory",
    "prefetch",
    "driverCompat",
    "allowRead",
    "allowWrite",
    "allowNet",
    "allowRun",
    "allowEnv",
    "denyEnv",
    "permissions",
    "exitCodes",
    "order",
    "schemaDir",
    "models",
    "batchSaves",
];

/// `url`, `databaseName` and `options` of `mongodb`.
fn connection_values(connection: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut values = Map::new();
    let Some(connection) = connection else {
        return values;
    };
    if let Some(url) = connection.get("url").filter(|url| !url.is_null()) {
        values.insert("uri".to_owned(), url.clone());
    }
    let named = connection
        .get("databaseName")
        .filter(|name| !name.is_null());
    let in_url = values
        .get("uri")
        .and_then(Value::as_str)
        .and_then(connection_string::database);
    match (named, in_url) {
        (Some(name), _) => {
            values.insert("dbName".to_owned(), name.clone());
        }
        // The database that Node's driver takes when nobody names one.
        (None, None) => {
            values.insert("dbName".to_owned(), json!("test"));
        }
        (None, Some(_)) => {}
    }
    if let Some(options) = connection.get("options") {
        values.insert("mongoClientOptions".to_owned(), options.clone());
    }
    values
}

/// Off without a collection, or with a time to live of zero or less.
fn changelog_lock(values: &Map<String, Value>) -> Option<ChangelogLock> {
    let collection = values
        .get("lockCollectionName")?
        .as_str()
        .filter(|name| !name.is_empty())?;
    let seconds = values.get("lockTtl").and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    });
    // `null <= 0` holds in JavaScript, `undefined <= 0` doesn't.
    let is_null = values.get("lockTtl").is_some_and(Value::is_null);
    if is_null || seconds.is_some_and(|seconds| seconds <= 0.0) {
        return None;
    }
    Some(ChangelogLock {
        collection: collection.to_owned(),
        time_to_live: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
    })
}

/// dAvePi's configuration is its environment.
pub(crate) fn davepi(variables: &Variables) -> Translated {
    let variable = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    let mut values = Map::new();
    values.insert(
        "migrationsDir".to_owned(),
        json!(variable("MIGRATIONS_DIR").map_or("./migrations", String::as_str)),
    );
    values.insert("fileExtensions".to_owned(), json!([".js"]));
    values.insert("migrationsCollection".to_owned(), json!("_migrations"));
    if let Some(uri) = variable("MONGO_URI") {
        values.insert("uri".to_owned(), json!(uri));
        if connection_string::database(uri).is_none() {
            values.insert("dbName".to_owned(), json!("test"));
        }
    }
    let stale_after = variable("MIGRATION_LOCK_STALE_MS")
        .and_then(|text| text.trim().parse().ok())
        .filter(|milliseconds| *milliseconds > 0)
        .map_or(DAVEPI_STALE_AFTER, Duration::from_millis);
    Translated {
        file: ConfigFile {
            label: "dAvePi's environment (MONGO_URI, MIGRATIONS_DIR)".to_owned(),
            values,
        },
        tool: Tool::Davepi(Davepi { stale_after }),
    }
}

fn issue(file: &ConfigFile, key: &str, problem: &str) -> ConfigIssue {
    ConfigIssue {
        key: key.to_owned(),
        problem: problem.to_owned(),
        received: file.values.get(key).map(ToString::to_string),
        source: Some(format!("the config file {}", file.label)),
        how_to_set: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(values: Value) -> (Map<String, Value>, MigrateMongo) {
        let file = ConfigFile {
            label: "migrate-mongo-config.js".to_owned(),
            values: values.as_object().unwrap().clone(),
        };
        let translated = migrate_mongo(Some(file), None).unwrap();
        match translated.tool {
            Tool::MigrateMongo(tool) => (translated.file.values, tool),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_missing_has_the_defaults_of_migrate_mongo() {
        let (values, tool) = translated(json!({ "mongodb": { "url": "mongodb://h" } }));
        assert_eq!(values["migrationsDir"], "migrations");
        assert_eq!(values["migrationsCollection"], "changelog");
        assert_eq!(values["fileExtensions"], json!([".js"]));
        assert_eq!(values["dbName"], "test");
        assert!(!tool.use_file_hash && tool.lock.is_none());
        let (values, _) = translated(json!({ "mongodb": { "url": "mongodb://h/shop" } }));
        assert_eq!(values.get("dbName"), None);
    }

    #[test]
    fn only_true_switches_hashes_on_and_only_a_positive_time_the_lock() {
        let with = |hash: Value, ttl: Value| {
            translated(json!({ "useFileHash": hash, "lockCollectionName": "l", "lockTtl": ttl })).1
        };
        assert!(with(json!(true), json!(5)).use_file_hash);
        for truthy in [json!("true"), json!(1), json!({})] {
            assert!(!with(truthy, json!(5)).use_file_hash);
        }
        for off in [json!(0), json!(-1), json!("0"), Value::Null] {
            assert_eq!(with(json!(false), off).lock, None);
        }
        let on = with(json!(false), json!(30)).lock.unwrap();
        assert_eq!(on.time_to_live, Some(Duration::from_secs(30)));
        let (_, missing) = translated(json!({ "lockCollectionName": "l" }));
        assert_eq!(missing.lock.unwrap().time_to_live, None);
    }

    #[test]
    fn an_extension_needs_its_dot() {
        let file = ConfigFile {
            label: "c.js".to_owned(),
            values: json!({ "migrationFileExtension": "js" })
                .as_object()
                .unwrap()
                .clone(),
        };
        let issues = migrate_mongo(Some(file), None).unwrap_err();
        assert!(issues[0].problem.contains("start with dot"));
    }
}
