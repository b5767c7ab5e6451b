//! Hostile arguments, variables and configuration: every command line is parsed or refused, never a panic.
//! `PROPTEST_CASES=200000` tries longer, `PROPTEST_RNG_SEED=<number>` another sequence.

use std::path::Path;

use clap::FromArgMatches;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use serde_json::json;

use crate::args;
use crate::args::Cli;
use crate::config_file::ConfigFile;
use crate::dialect;
use crate::dialect::Dialect;
use crate::settings::Need;
use crate::settings::Settings;
use crate::settings::Variables;

/// The same sequence in every run, unless the environment says otherwise.
fn config() -> Config {
    let mut config = Config::default();
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_101);
    }
    config.failure_persistence = None;
    config
}

const WORDS: &[&str] = &[
    "up",
    "down",
    "redo",
    "status",
    "list",
    "create",
    "init",
    "mark",
    "baseline",
    "accept",
    "unlock",
    "import",
    "run",
    "dry-run",
    "help",
    "migrate",
    "migrate:up",
    "migrate:create",
    "--as",
    "--uri",
    "--db",
    "--dir",
    "--config",
    "--json",
    "--force",
    "-f",
    "-h",
    "-V",
    "--to",
    "--steps",
    "--all",
    "--wait",
    "--timeout",
    "--max-memory",
    "--exit-codes",
    "--name",
    "--dry",
    "--allow-read",
    "--allow-write",
    "--order",
    "-",
    "--",
    "=",
    "--=",
    "---",
    "-b",
    "-l",
    "5",
    "-5",
    "1s",
    "1-a.js",
    "mmk",
    "davepi",
    "migrate-mongo",
    "detailed",
    "",
    "\0",
    "\u{202e}",
    "../..",
    "mongodb://a:b@c",
];

const KEYS: &[&str] = &[
    "uri",
    "dbName",
    "migrationsDir",
    "migrationsCollection",
    "lockCollection",
    "lockTTLSeconds",
    "timeout",
    "maxMemory",
    "strict",
    "useTransaction",
    "fileExtensions",
    "order",
    "exitCodes",
    "allowRead",
    "allowWrite",
    "allowNet",
    "allowRun",
    "prefetch",
    "driverCompat",
    "hooks",
    "logger",
    "mongoClientOptions",
    "environment",
    "wait",
    "sequential",
    "nonsense",
    "__proto__",
];

const VARIABLES: &[&str] = &[
    "MMK_URI",
    "MMK_DB",
    "MMK_TIMEOUT",
    "MMK_MAX_MEMORY",
    "MMK_LOCK_TTL",
    "MMK_ORDER",
    "MMK_EXIT_CODES",
    "MMK_PREFETCH",
    "MMK_DRIVER_COMPAT",
    "MMK_ALLOW_READ",
    "MMK_MIGRATIONS_DIR",
    "MMK_NONSENSE",
    "MMK_",
    "MONGO_URI",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        Just(json!("99999999999999999999999s")),
        Just(json!("1e308GB")),
        Just(json!(1e308)),
        Just(json!("-1s")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn parse(dialect: Dialect, words: Vec<String>) -> Option<Cli> {
    let mut command = args::command(dialect);
    let matches = command
        .try_get_matches_from_mut(dialect.translate(words))
        .ok()?;
    Cli::from_arg_matches(&matches).ok()
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        4 => prop::sample::select(WORDS).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    vec(word, 0..8).prop_map(|mut words| {
        words.insert(0, "mmk-js".to_owned());
        words
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fuzz_arguments_of_every_dialect(words in words()) {
        let _ = dialect::detect(&words, Path::new("/nowhere"), &Variables::new());
        for dialect in [Dialect::Mmk, Dialect::MigrateMongo, Dialect::Davepi] {
            let _ = parse(dialect, words.clone());
        }
    }

    #[test]
    fn fuzz_settings(
        words in words(),
        file in prop::collection::btree_map(prop::sample::select(KEYS), value(), 0..6),
        variables in prop::collection::btree_map(prop::sample::select(VARIABLES), "\\PC{0,10}", 0..4),
    ) {
        let variables: Variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let file = ConfigFile {
            label: "mmk.config.json".to_owned(),
            values: file.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        };
        let cli = parse(Dialect::Mmk, words).or_else(|| parse(Dialect::Mmk, vec!["mmk-js".to_owned(), "up".to_owned()]));
        if let Some(cli) = cli
            && let Err(issues) = Settings::resolve(&cli, &variables, Some(&file), Path::new("/app"), Need::Database)
        {
            prop_assert!(!issues.is_empty());
        }
    }

    #[test]
    fn fuzz_quantities_and_names(value in value(), text in "\\PC{0,40}") {
        let _ = crate::quantity::duration(&value);
        let _ = crate::quantity::size(&value);
        let _ = crate::file_name::slug(&text);
        let _ = crate::connection_string::database(&text);
        let _ = crate::connection_string::without_credentials(&text);
        let _ = mmk_core::name::MigrationName::parse(&text);
        let _ = mmk_core::name::closest(&text, ["a", "", &text]);
    }
}
