//! Precedence and messages of the settings, on an invented environment.

use clap::Parser;

use super::*;
use crate::granted::Allowed;

fn cli(arguments: &[&str]) -> Cli {
    Cli::try_parse_from([&["mmk-js"], arguments].concat()).unwrap()
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn file(values: Value) -> ConfigFile {
    ConfigFile {
        label: "mmk.config.json".to_owned(),
        values: values.as_object().unwrap().clone(),
    }
}

fn resolve(
    arguments: &[&str],
    environment: &[(&str, &str)],
    values: Value,
) -> Result<Resolved, Vec<ConfigIssue>> {
    Settings::resolve(
        &cli(arguments),
        &variables(environment),
        Some(&file(values)),
        Path::new("/app"),
        Need::Database,
    )
}

const URI: &str = "mongodb://localhost/shop";

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let values = json!({ "uri": "mongodb://file/x", "dbName": "file", "lockTTLSeconds": 5, "sequential": true });
    let environment = [("MMK_URI", "mongodb://env/x"), ("MMK_DB", "env")];
    let settings = resolve(&["up", "--db", "flag", "--strict"], &environment, values)
        .unwrap()
        .settings;
    assert_eq!(settings.database, "flag");
    assert_eq!(settings.uri, "mongodb://env/x");
    assert_eq!(settings.lock_lifetime, Duration::from_secs(5));
    assert!(settings.sequential && settings.strict);
    assert_eq!(settings.migrations_collection, "_mmk_migrations");
    assert_eq!(settings.file_extensions, [".ts", ".js"]);
    assert_eq!(settings.migrations_directory, Path::new("/app/migrations"));
}

#[test]
fn global_flags_may_stand_before_or_after_the_command() {
    for arguments in [["--db", "a", "status"], ["status", "--db", "a"]] {
        assert_eq!(cli(&arguments).global.db.as_deref(), Some("a"));
    }
}

#[test]
fn the_database_comes_from_the_uri_when_nobody_names_it() {
    let from_uri = resolve(&["status", "--uri", URI], &[], json!({})).unwrap();
    assert_eq!(from_uri.settings.database, "shop");
    let named = resolve(&["status", "--uri", URI], &[("MMK_DB", "other")], json!({})).unwrap();
    assert_eq!(named.settings.database, "other");
    let issues = resolve(&["status", "--uri", "mongodb://localhost"], &[], json!({})).unwrap_err();
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0].key, "dbName");
    assert!(
        issues[0]
            .how_to_set
            .as_ref()
            .unwrap()
            .contains("`--db <NAME>`")
    );
}

#[test]
fn every_problem_is_reported_at_once() {
    let values = json!({
        "databaseName": "x",
        "migrationDir": "./m",
        "strict": "yes",
        "fileExtensions": ["ts"],
        "createExtension": "py",
        "lockTTLSeconds": 0,
        "hooks": { "beforEach": {} },
        "timeout": "5",
    });
    let issues = resolve(&["status"], &[("MMK_SEQUENTIAL", "perhaps")], values).unwrap_err();
    let told: Vec<String> = issues
        .iter()
        .map(|issue| format!("{} {}", issue.key, issue.problem))
        .collect();
    assert_eq!(
        told,
        [
            "databaseName is not a known option",
            "migrationDir is not a known option",
            "sequential must be a boolean: true, 1, yes, y, on or false, 0, no, n, off",
            "uri is required but was not set",
            "dbName is required but was not set, and the connection URI names no database",
            "lockTTLSeconds must be greater than 0",
            "strict must be a boolean (true or false, not text)",
            "fileExtensions must hold only strings that start with a dot, such as [\".ts\", \".js\"]",
            "createExtension must be 'ts' or 'js'",
            "hooks has no hook `beforEach`, did you mean `beforeEach`? (hooks: beforeAll, afterAll, beforeEach, afterEach, onError)",
            "timeout must be a duration with a unit, such as `5s` or `5ms`",
        ]
    );
    let of = |key: &str| issues.iter().find(|issue| issue.key == key).unwrap();
    assert_eq!(
        of("migrationDir").how_to_set.as_deref(),
        Some("rename it to `migrationsDir`, or remove it")
    );
    assert_eq!(
        of("sequential").source.as_deref(),
        Some("the environment variable MMK_SEQUENTIAL")
    );
    assert_eq!(
        of("strict").source.as_deref(),
        Some("the config file mmk.config.json")
    );
    assert_eq!(of("strict").received.as_deref(), Some("\"yes\""));
}

#[test]
fn booleans_of_the_environment_have_many_spellings_and_blank_means_unset() {
    for (text, expected) in [
        ("YES", true),
        ("1", true),
        ("on", true),
        ("n", false),
        ("  ", false),
    ] {
        let resolved = resolve(
            &["status", "--uri", URI],
            &[("MMK_STRICT", text)],
            json!({}),
        )
        .unwrap();
        assert_eq!(resolved.settings.strict, expected, "{text:?}");
    }
}

#[test]
fn an_unknown_variable_is_a_warning_with_a_guess() {
    let environment = [("MMK_URL", "x"), ("MMK_VERSION", "1"), ("OTHER", "x")];
    let resolved = resolve(&["status", "--uri", URI], &environment, json!({})).unwrap();
    assert_eq!(
        resolved.warnings,
        ["Unknown environment variable MMK_URL is ignored (did you mean MMK_URI?)"]
    );
}

#[test]
fn credentials_are_not_shown() {
    let environment = [("MMK_URI", "mongo://admin:s3cret@host/db")];
    let issues = resolve(&["status"], &environment, json!({})).unwrap_err();
    let text = format!("{issues:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(text.contains("must be a connection string"), "{text}");
}

#[test]
fn hooks_are_accepted_and_a_null_logger_silences() {
    let values = json!({ "uri": URI, "hooks": { "beforeAll": {} }, "logger": null });
    let resolved = resolve(&["up"], &[], values).unwrap();
    assert!(resolved.warnings.is_empty(), "{:?}", resolved.warnings);
    assert!(resolved.settings.silent);
}

#[test]
fn limits_come_from_flags_and_config() {
    let values = json!({ "uri": URI, "wait": 1500, "maxMemory": "256MiB" });
    let settings = resolve(&["up", "--timeout", "10m", "--no-prefetch"], &[], values)
        .unwrap()
        .settings;
    assert_eq!(settings.wait, Some(Duration::from_millis(1500)));
    assert_eq!(settings.timeout, Some(Duration::from_secs(600)));
    assert_eq!(settings.max_memory, Some(256 * 1024 * 1024));
    assert!(!settings.prefetch);
}

#[test]
fn paths_beside_the_project_are_listed_or_all() {
    let allowed = |arguments: &[&str], environment: &[(&str, &str)]| {
        let resolved = resolve(arguments, environment, json!({ "uri": URI })).unwrap();
        resolved.settings.permissions.read
    };
    let paths = |paths: &[&str]| Allowed::Only(paths.iter().map(PathBuf::from).collect());
    assert_eq!(allowed(&["up"], &[]), paths(&[]));
    assert_eq!(
        allowed(&["up", "--allow-read", "a.js"], &[]),
        Allowed::Everything
    );
    assert_eq!(
        allowed(
            &["up", "--allow-read=/data,../x"],
            &[("MMK_ALLOW_READ", "true")]
        ),
        paths(&["/data", "/app/../x"])
    );
    assert_eq!(
        allowed(&["up"], &[("MMK_ALLOW_READ", "/a, /b")]),
        paths(&["/a", "/b"])
    );
    let issues = resolve(&["up"], &[], json!({ "uri": URI, "allowWrite": "/a" })).unwrap_err();
    assert_eq!(
        issues[0].problem,
        "must be an array of paths, or true for all"
    );
}

#[test]
fn hosts_programs_and_variables_come_from_flags_variables_and_the_section() {
    let granted = |arguments: &[&str], environment: &[(&str, &str)], section: Value| {
        let config = json!({ "uri": URI, "permissions": section });
        resolve(arguments, environment, config)
            .unwrap()
            .settings
            .permissions
    };
    let only = |names: &[&str]| Allowed::Only(names.iter().map(ToString::to_string).collect());
    let nothing = granted(&["up"], &[], Value::Null);
    assert_eq!(nothing.network, only(&[]));
    assert_eq!(nothing.run, only(&[]));
    assert_eq!(nothing.environment, Allowed::Everything);
    assert_eq!(nothing.hidden_environment, only(&[]));

    let section = json!({ "net": ["a.example:443"], "run": ["git"], "env": ["HOME"], "denyEnv": ["TOKEN"], "read": true });
    let from_file = granted(&["up"], &[], section.clone());
    assert_eq!(from_file.network, only(&["a.example:443"]));
    assert_eq!(from_file.run, only(&["git"]));
    assert_eq!(from_file.environment, only(&["HOME"]));
    assert_eq!(from_file.hidden_environment, only(&["TOKEN"]));
    assert_eq!(from_file.read, Allowed::Everything);

    let from_variable = granted(
        &["redo"],
        &[("MMK_ALLOW_NET", "b.example, c.example")],
        section.clone(),
    );
    assert_eq!(from_variable.network, only(&["b.example", "c.example"]));
    let from_flag = granted(
        &["down", "--allow-net", "--allow-run=sh"],
        &[("MMK_ALLOW_NET", "b")],
        section,
    );
    assert_eq!(from_flag.network, Allowed::Everything);
    assert_eq!(from_flag.run, only(&["sh"]));
}

#[test]
fn what_is_no_permission_is_refused() {
    let problem = |config: Value| {
        let mut config = config;
        config["uri"] = URI.into();
        resolve(&["up"], &[], config).unwrap_err().remove(0).problem
    };
    assert_eq!(
        problem(json!({ "allowNet": ["https://a.example"] })),
        "holds `https://a.example`, which must be a host, not a URL"
    );
    assert_eq!(
        problem(json!({ "allowRun": "git" })),
        "must be an array of names, or true for all"
    );
    assert!(
        problem(json!({ "permissions": { "network": true } }))
            .starts_with("has no `network` (there are `read`")
    );
    assert!(problem(json!({ "permissions": true })).starts_with("must be an object of `read`"));
}

#[test]
fn commands_without_a_database_need_none_and_the_sandbox_brings_its_own() {
    let resolve = |need| {
        Settings::resolve(
            &cli(&["up"]),
            &Variables::new(),
            None,
            Path::new("/app"),
            need,
        )
        .map(|resolved| resolved.settings.database)
    };
    assert_eq!(resolve(Need::Files), Ok(String::new()));
    assert_eq!(resolve(Need::Sandbox), Ok(SANDBOX_DATABASE.to_owned()));
    assert_eq!(resolve(Need::Database).unwrap_err().len(), 2);
}

#[test]
fn the_kind_of_exit_codes_is_known_before_the_configuration_is() {
    let early = |arguments: &[&str], environment: &[(&str, &str)]| {
        early_exit_codes(&cli(arguments), &variables(environment))
    };
    assert_eq!(early(&["status"], &[]), ExitCodes::Compatible);
    assert_eq!(
        early(&["status"], &[("MMK_EXIT_CODES", "detailed")]),
        ExitCodes::Detailed
    );
    assert_eq!(
        early(
            &["status", "--exit-codes", "compatible"],
            &[("MMK_EXIT_CODES", "detailed")]
        ),
        ExitCodes::Compatible
    );
}
