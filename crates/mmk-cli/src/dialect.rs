//! Which tool's manners to take on: found from `--as`, from the name the binary is called by, from the command's own words, or from the files
//! in the working directory. Also turns dAvePi's way of naming commands into ours, before anything is parsed.

use std::path::Path;

use mmk_core::name::closest;

use crate::failure::Failure;
use crate::settings::Variables;

/// A tool whose changelog, files and words are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// mongo-migrate-kit.
    #[default]
    Mmk,
    MigrateMongo,
    Davepi,
}

/// What `--as` takes.
const NAMES: [(&str, Dialect); 3] = [
    ("mmk", Dialect::Mmk),
    ("migrate-mongo", Dialect::MigrateMongo),
    ("davepi", Dialect::Davepi),
];

/// Where migrate-mongo's configuration is looked for; it knows the first only.
pub(crate) const MIGRATE_MONGO_CONFIGS: [&str; 5] = [
    "migrate-mongo-config.js",
    "migrate-mongo-config.cjs",
    "migrate-mongo-config.mjs",
    "migrate-mongo-config.ts",
    "migrate-mongo-config.json",
];

const MMK_CONFIGS: [&str; 3] = ["mmk.config.ts", "mmk.config.js", "mmk.config.json"];

/// Finds the dialect. `arguments` begin with the name that the binary was called by.
pub(crate) fn detect(
    arguments: &[String],
    directory: &Path,
    variables: &Variables,
) -> Result<Dialect, Failure> {
    if let Some(name) = value_of(arguments, &["--as"]) {
        return named(&name).ok_or_else(|| unknown(&name));
    }
    let called = arguments.first().map_or("", String::as_str);
    let called = Path::new(called)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    Ok(named(called)
        .or_else(|| by_words(arguments, directory))
        .unwrap_or_else(|| by_files(directory, variables)))
}

fn named(name: &str) -> Option<Dialect> {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, dialect)| *dialect)
}

fn unknown(name: &str) -> Failure {
    let names = NAMES.map(|(name, _)| name);
    let failure = Failure::argument(format!("`--as` knows no tool `{name}`"));
    match closest(name, names) {
        Some(guess) => failure.hint(format!("did you mean `{guess}`?")),
        None => failure.hint(format!("it is one of {}", names.join(", "))),
    }
}

/// Words that only one of the tools knows.
fn by_words(arguments: &[String], directory: &Path) -> Option<Dialect> {
    let command = arguments
        .get(command_index(arguments))
        .map_or("", String::as_str);
    if command == "migrate" || command.starts_with("migrate:") || command == "migration:create" {
        return Some(Dialect::Davepi);
    }
    if command == "run" {
        return None;
    }
    let asked = value_of(arguments, &["--config", "--file"]);
    if let Some(path) = &asked {
        let name = Path::new(path).file_name().and_then(|name| name.to_str());
        let is_theirs = name.is_some_and(|name| name.starts_with("migrate-mongo-config"));
        let is_mmks = arguments.iter().any(|one| one.starts_with("--config"));
        return match (is_theirs, is_mmks) {
            (false, true) => Some(Dialect::Mmk),
            _ => Some(Dialect::MigrateMongo),
        };
    }
    // `-f` is `--force` for mmk; a file of that name in the working directory can only be a configuration.
    let short = value_of(arguments, &["-f"]).filter(|path| directory.join(path).is_file());
    let initialises = command == "init" && value_of(arguments, &["-m", "--module"]).is_some();
    (short.is_some() || initialises).then_some(Dialect::MigrateMongo)
}

fn by_files(directory: &Path, variables: &Variables) -> Dialect {
    let any = |names: &[&str]| names.iter().any(|name| directory.join(name).is_file());
    if any(&MMK_CONFIGS) {
        Dialect::Mmk
    } else if any(&MIGRATE_MONGO_CONFIGS) {
        Dialect::MigrateMongo
    } else if directory.join("schema/versions").is_dir() && variables.contains_key("MONGO_URI") {
        Dialect::Davepi
    } else {
        Dialect::Mmk
    }
}

/// Flags that may stand before the command and have a value.
const FLAGS_WITH_VALUE: [&str; 6] = ["--as", "--config", "--db", "--dir", "--exit-codes", "--uri"];

/// Where the command is, behind the program's name and flags that stand before it.
fn command_index(arguments: &[String]) -> usize {
    let mut index = 1;
    while let Some(argument) = arguments.get(index) {
        if !argument.starts_with('-') {
            break;
        }
        let has_value = FLAGS_WITH_VALUE.contains(&argument.as_str());
        index += if has_value { 2 } else { 1 };
    }
    index
}

/// The value of a flag, as `--flag value` or `--flag=value`.
fn value_of(arguments: &[String], flags: &[&str]) -> Option<String> {
    arguments.iter().enumerate().find_map(|(index, argument)| {
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        flags
            .contains(&flag)
            .then(|| value.or_else(|| arguments.get(index + 1).cloned()))
            .flatten()
    })
}

impl Dialect {
    /// The arguments in our words: dAvePi says `migrate down`, `migrate:down`, `migrate --dry`, `migrate up --name N`.
    pub(crate) fn translate(self, arguments: Vec<String>) -> Vec<String> {
        if self == Self::Davepi {
            davepi_words(arguments)
        } else {
            arguments
        }
    }
}

fn davepi_words(mut arguments: Vec<String>) -> Vec<String> {
    let is_translated = |word: &String| word.starts_with("migrat");
    let command = command_index(&arguments);
    if command > 1 && arguments.get(command).is_some_and(is_translated) {
        // Flags may as well stand behind it.
        let flags: Vec<String> = arguments.drain(1..command).collect();
        arguments.extend(flags);
    }
    let mut rest = arguments.into_iter();
    let mut words: Vec<String> = rest.next().into_iter().collect();
    let mut rest: Vec<String> = rest.collect();
    let is_word = |word: Option<&String>| word.is_some_and(|word| !word.starts_with('-'));
    let command = match rest.first().map(String::as_str) {
        Some("migration:create" | "migrate:create") => Some("create"),
        Some("migrate:up") => Some("up"),
        Some("migrate:down") => Some("down"),
        Some("migrate:status") => Some("status"),
        Some("migrate") => match rest.get(1).map(String::as_str) {
            Some(word @ ("up" | "down" | "status" | "list" | "redo")) => {
                let word = word.to_owned();
                rest.remove(0);
                Some(match word.as_str() {
                    "down" => "down",
                    "status" => "status",
                    "list" => "list",
                    "redo" => "redo",
                    _ => "up",
                })
            }
            _ => Some("up"),
        },
        _ => None,
    };
    let Some(command) = command else {
        let has_command = is_word(rest.first());
        words.extend(rest);
        // A plain `davepi --dry` names no command; the parser says so.
        return if has_command { dry(words) } else { words };
    };
    rest.remove(0);
    words.push(command.to_owned());
    words.extend(rest);
    dry(without_name_flag(words))
}

/// `--name N` is `N`.
fn without_name_flag(words: Vec<String>) -> Vec<String> {
    words
        .into_iter()
        .filter(|word| word != "--name")
        .map(|word| match word.strip_prefix("--name=") {
            Some(name) => name.to_owned(),
            None => word,
        })
        .collect()
}

/// `up --dry` is `dry-run up`.
fn dry(mut words: Vec<String>) -> Vec<String> {
    let runs = words
        .get(1)
        .is_some_and(|command| command == "up" || command == "down");
    let asked = words
        .iter()
        .any(|word| word == "--dry" || word == "--dry-run");
    if runs && asked {
        words.retain(|word| word != "--dry" && word != "--dry-run");
        words.insert(1, "dry-run".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(arguments: &str, directory: &Path, variables: &[(&str, &str)]) -> Dialect {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        detect(&arguments, directory, &variables).unwrap()
    }

    #[test]
    fn names_win_over_words_and_words_over_files() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        assert_eq!(detected("mmk-js up", here, &[]), Dialect::Mmk);
        assert_eq!(
            detected("/usr/bin/migrate-mongo up", here, &[]),
            Dialect::MigrateMongo
        );
        assert_eq!(detected("davepi up", here, &[]), Dialect::Davepi);
        assert_eq!(
            detected("migrate-mongo up --as=mmk", here, &[]),
            Dialect::Mmk
        );
        assert_eq!(
            detected("mmk-js migrate:status", here, &[]),
            Dialect::Davepi
        );
        assert_eq!(
            detected("mmk-js up --file conf.js", here, &[]),
            Dialect::MigrateMongo
        );
        assert_eq!(detected("mmk-js up a.js -f", here, &[]), Dialect::Mmk);
        std::fs::create_dir_all(here.join("schema/versions")).unwrap();
        assert_eq!(detected("mmk-js up", here, &[]), Dialect::Mmk);
        let uri = [("MONGO_URI", "mongodb://h/d")];
        assert_eq!(detected("mmk-js up", here, &uri), Dialect::Davepi);
        std::fs::write(here.join("migrate-mongo-config.js"), "").unwrap();
        assert_eq!(detected("mmk-js up", here, &uri), Dialect::MigrateMongo);
        std::fs::write(here.join("mmk.config.json"), "").unwrap();
        assert_eq!(detected("mmk-js up", here, &uri), Dialect::Mmk);
        assert_eq!(
            detected("mmk-js up -f migrate-mongo-config.js", here, &[]),
            Dialect::MigrateMongo
        );
        assert_eq!(
            detected("mmk-js status --config mmk.config.json", here, &[]),
            Dialect::Mmk
        );
    }

    #[test]
    fn an_unknown_tool_is_guessed() {
        let arguments = ["mmk-js", "--as", "migrate-mong"].map(str::to_owned);
        let failure = detect(&arguments, Path::new("/"), &Variables::new()).unwrap_err();
        assert!(failure.hints()[0].contains("`migrate-mongo`"));
    }

    #[test]
    fn davepi_commands_do_what_their_names_say() {
        let cases = [
            ("davepi migrate", "davepi up"),
            ("davepi migrate up", "davepi up"),
            ("davepi migrate up --name 2026-a", "davepi up 2026-a"),
            ("davepi migrate 2026-a", "davepi up 2026-a"),
            ("davepi migrate down", "davepi down"),
            ("davepi migrate status", "davepi status"),
            ("davepi migrate:up", "davepi up"),
            ("davepi migrate:down --dry", "davepi dry-run down"),
            ("davepi migrate --dry", "davepi dry-run up"),
            ("davepi migrate:status --json", "davepi status --json"),
            (
                "davepi migration:create add-region",
                "davepi create add-region",
            ),
            ("davepi up --wait 5s", "davepi up --wait 5s"),
            (
                "mmk-js --as davepi --db=x migrate status",
                "mmk-js status --as davepi --db=x",
            ),
        ];
        for (typed, expected) in cases {
            let typed = typed.split(' ').map(str::to_owned).collect();
            assert_eq!(Dialect::Davepi.translate(typed).join(" "), expected);
        }
    }
}
