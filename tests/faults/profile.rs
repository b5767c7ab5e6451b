//! What MongoDB itself saw on one database: its profiler's entries, in order, with the process that each came from.

use bson::Bson;
use bson::Document;
use bson::doc;
use futures::TryStreamExt;

use crate::support::with_database;

/// Room for the commands of a round.
const SIZE: i64 = 64 * 1024 * 1024;

/// One command that the server has done.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The process: each is given a name of its own in its connection string.
    pub(crate) by: String,
    pub(crate) collection: String,
    pub(crate) operation: String,
    /// How many documents it changed.
    pub(crate) changed: i64,
    pub(crate) command: Document,
}

/// Has the server note everything from now on.
pub(crate) fn begin(database: &str) {
    with_database(database, async |database| {
        let create = doc! { "create": "system.profile", "capped": true, "size": SIZE };
        database.run_command(create).await?;
        database.run_command(doc! { "profile": 2 }).await.map(drop)
    });
}

/// Everything noted.
pub(crate) fn end(database: &str) -> Vec<Entry> {
    let prefix = format!("{database}.");
    let entries: Vec<Document> = with_database(database, async |database| {
        database.run_command(doc! { "profile": 0 }).await?;
        database
            .collection::<Document>("system.profile")
            .find(doc! { "appName": { "$exists": true } })
            .sort(doc! { "$natural": 1 })
            .await?
            .try_collect()
            .await
    });
    let text = |entry: &Document, key: &str| entry.get_str(key).unwrap_or_default().to_owned();
    entries
        .iter()
        .map(|entry| Entry {
            by: text(entry, "appName"),
            collection: text(entry, "ns").trim_start_matches(&prefix).to_owned(),
            operation: text(entry, "op"),
            changed: ["nModified", "nUpserted", "ninserted", "ndeleted"]
                .iter()
                .filter_map(|key| entry.get(*key).and_then(number))
                .sum(),
            command: entry.get_document("command").cloned().unwrap_or_default(),
        })
        .filter(|entry| entry.collection != "system.profile")
        .collect()
}

/// A line for each command, for whoever has to find out what happened.
pub(crate) fn written_out(entries: &[Entry]) -> String {
    entries
        .iter()
        .map(|entry| {
            let Entry {
                by,
                collection,
                operation,
                changed,
                command,
            } = entry;
            format!("{by} {operation} {collection} ({changed}) {command}\n")
        })
        .collect()
}

fn number(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        _ => None,
    }
}
