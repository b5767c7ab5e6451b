//! Problems of a configuration in the words of the tool whose configuration it is: migrate-mongo's users know no `uri`, and dAvePi's have no
//! config file at all. Changes words only.

use std::path::Path;

use crate::config_issue::ConfigIssue;
use crate::dialect::Dialect;

/// Our keys, and where migrate-mongo has them.
const MIGRATE_MONGO: [(&str, &str); 4] = [
    ("uri", "mongodb.url"),
    ("dbName", "mongodb.databaseName"),
    ("mongoClientOptions", "mongodb.options"),
    ("migrationsCollection", "changelogCollectionName"),
];

/// Our keys, and dAvePi's variables.
const DAVEPI: [(&str, &str); 3] = [
    ("uri", "MONGO_URI"),
    ("dbName", "MONGO_URI"),
    ("migrationsDir", "MIGRATIONS_DIR"),
];

/// Our name for what a tool calls `theirs`.
pub(crate) fn our_name(theirs: &str) -> Option<&'static str> {
    MIGRATE_MONGO
        .iter()
        .chain(&DAVEPI)
        .find(|(_, name)| *name == theirs)
        .map(|(ours, _)| *ours)
}

/// The issues as the user of `dialect` can follow them; `searched` is the folder where no config file was found.
pub(crate) fn translate(
    issues: Vec<ConfigIssue>,
    dialect: Dialect,
    searched: Option<&Path>,
) -> Vec<ConfigIssue> {
    // Who has no address can't be asked for the database in it.
    let lacks_uri = issues
        .iter()
        .any(|issue| issue.key == "uri" && issue.received.is_none());
    let says_enough =
        |issue: &ConfigIssue| dialect == Dialect::Mmk || !lacks_uri || issue.key != "dbName";
    issues
        .into_iter()
        .filter(says_enough)
        .map(|issue| match dialect {
            Dialect::Mmk => without_config(issue, searched),
            Dialect::MigrateMongo => renamed(issue, &MIGRATE_MONGO),
            Dialect::Davepi => by_variable(issue),
        })
        .collect()
}

/// Nothing was found here, so the mistake may be the folder.
fn without_config(mut issue: ConfigIssue, searched: Option<&Path>) -> ConfigIssue {
    if let Some(folder) = searched
        && issue.key == "uri"
        && issue.received.is_none()
    {
        issue.problem.push_str(&format!(
            ", and no config file of mmk, migrate-mongo or dAvePi is in `{}`",
            folder.display()
        ));
    }
    issue
}

fn renamed(mut issue: ConfigIssue, names: &[(&str, &str)]) -> ConfigIssue {
    // `mongoClientOptions.auth` keeps what follows the dot.
    let (key, rest) = match issue.key.split_once('.') {
        Some((key, rest)) => (key.to_owned(), format!(".{rest}")),
        None => (issue.key.clone(), String::new()),
    };
    if let Some((_, theirs)) = names.iter().find(|(ours, _)| *ours == key) {
        issue.key = format!("{theirs}{rest}");
        issue.how_to_set = issue
            .how_to_set
            .map(|ways| ways.replace(&format!("`{key}`"), &format!("`{theirs}`")));
    }
    issue
}

fn by_variable(mut issue: ConfigIssue) -> ConfigIssue {
    if let Some((_, variable)) = DAVEPI.iter().find(|(ours, _)| *ours == issue.key) {
        issue.key = (*variable).to_owned();
        issue.how_to_set = Some(format!(
            "the environment variable `{variable}`, or a line of `.env`"
        ));
    }
    issue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(key: &str) -> ConfigIssue {
        ConfigIssue {
            key: key.to_owned(),
            problem: "is required but was not set".to_owned(),
            received: None,
            source: None,
            how_to_set: Some(format!("the flag `--uri <URI>` or `{key}` in x.js")),
        }
    }

    fn translated(key: &str, dialect: Dialect) -> ConfigIssue {
        translate(vec![issue(key)], dialect, Some(Path::new("/app"))).remove(0)
    }

    #[test]
    fn each_tool_has_its_own_names() {
        let theirs = translated("uri", Dialect::MigrateMongo);
        assert_eq!(theirs.key, "mongodb.url");
        assert_eq!(
            theirs.how_to_set.as_deref(),
            Some("the flag `--uri <URI>` or `mongodb.url` in x.js")
        );
        assert!(theirs.concerns("uri") && !theirs.concerns("dbName"));
        let option = translated("mongoClientOptions.auth", Dialect::MigrateMongo);
        assert_eq!(option.key, "mongodb.options.auth");
        let variable = translated("uri", Dialect::Davepi);
        assert_eq!(variable.key, "MONGO_URI");
        assert!(
            translated("uri", Dialect::Mmk)
                .problem
                .ends_with("is in `/app`")
        );
        assert_eq!(translated("strict", Dialect::MigrateMongo).key, "strict");
    }
}
