//! Another tool's changelog turned into mongo-migrate-kit's records, as its `import` writes them. The source is only read.

use bson::DateTime;
use bson::Document;
use bson::doc;
use futures::TryStreamExt;
use mmk_core::error::Error;
use mmk_core::fence::Fence;
use mmk_core::history::Record;
use mongodb::Collection;
use mongodb::Database;
use time::OffsetDateTime;

use crate::changelog::Changelog;
use crate::changelog::davepi::DavepiChangelog;
use crate::changelog::migrate_mongo::read_rows;
use crate::changelog::mmk::MmkChangelog;
use crate::error::database_error;
use crate::field::JsNumber;
use crate::ledger::majority_on_primary;

/// Whose records the source holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceTool {
    MigrateMongo,
    Davepi,
}

/// The records of a source, and how many documents are none.
#[derive(Debug, Default)]
pub struct Source {
    pub records: Vec<Record>,
    pub skipped: usize,
}

/// One record to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    pub name: String,
    pub batch: i64,
    pub applied_at: Option<OffsetDateTime>,
    /// Empty where it can't be known.
    pub checksum: String,
    pub tool: SourceTool,
}

/// Whose records a collection holds, by the look of its documents; `None` for an empty one.
pub async fn recognise(database: &Database, collection: &str) -> Result<Option<SourceTool>, Error> {
    let documents = all(&open(database, collection)).await?;
    let has = |key: &str| documents.iter().any(|document| document.contains_key(key));
    Ok(match (has("fileName"), has("name")) {
        (true, _) => Some(SourceTool::MigrateMongo),
        (false, true) => Some(SourceTool::Davepi),
        (false, false) => None,
    })
}

/// Reads a source. Batches follow `migrationBlock`, or the order of time where there are no blocks.
pub async fn read_source(
    database: &Database,
    collection: &str,
    tool: SourceTool,
    davepi: &DavepiChangelog,
) -> Result<Source, Error> {
    let documents = all(&open(database, collection)).await?;
    let total = documents.len();
    let records: Vec<Record> = match tool {
        SourceTool::MigrateMongo => read_rows(collection, &documents)?,
        SourceTool::Davepi => {
            davepi
                .read(collection, &documents, &Default::default())?
                .records
        }
    };
    let skipped = total - records.len();
    Ok(Source {
        records: latest_of_each(records),
        skipped,
    })
}

/// Of several records of one name, the last; all in the order of batch and name.
fn latest_of_each(records: Vec<Record>) -> Vec<Record> {
    let mut latest: std::collections::BTreeMap<_, Record> = std::collections::BTreeMap::new();
    for record in records {
        let known = latest.get(&record.name);
        if known.is_none_or(|known| known.applied_at <= record.applied_at) {
            latest.insert(record.name.clone(), record);
        }
    }
    let mut records: Vec<Record> = latest.into_values().collect();
    records.sort_by(|one, other| (one.batch, &one.name).cmp(&(other.batch, &other.name)));
    records
}

/// What the target holds already.
pub async fn read_target(database: &Database, collection: &str) -> Result<Vec<Record>, Error> {
    let documents = all(&open(database, collection)).await?;
    Ok(MmkChangelog
        .read(collection, &documents, &Default::default())?
        .records)
}

/// Writes the records into the target, replacing those of the same name, as long as the fence is open.
pub async fn write(
    database: &Database,
    target: &str,
    records: &[Imported],
    fence: &Fence,
) -> Result<(), Error> {
    let collection = open(database, target);
    let failed = |error: mongodb::error::Error| {
        database_error(&format!("write to `{}`", collection.name()), &error)
    };
    if let Some(index) = MmkChangelog.index() {
        collection.create_index(index).await.map_err(failed)?;
    }
    for record in records {
        fence
            .check()
            .map_err(|reason| Error::from(reason.clone()))?;
        collection
            .replace_one(doc! { "name": &record.name }, record.document())
            .upsert(true)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

impl Imported {
    fn document(&self) -> Document {
        let applied_at = self
            .applied_at
            .map_or_else(DateTime::now, DateTime::from_time_0_3);
        let mut document = doc! {
            "name": &self.name,
            "batch": JsNumber::from_integer(self.batch),
            "status": "applied",
            "appliedAt": applied_at,
            "duration": 0,
            "checksum": &self.checksum,
            "environment": "imported",
            "executedBy": "mmk-import",
        };
        // Node's tool refuses to revert what has an origin, because it can't call such files as they expect; we can.
        document.insert(
            "origin",
            match self.tool {
                SourceTool::MigrateMongo => "migrate-mongo",
                SourceTool::Davepi => "davepi",
            },
        );
        document
    }
}

/// The greatest batch of the records that an import of `names` leaves alone.
#[must_use]
pub fn last_batch(target: &[Record], names: &[&str]) -> i64 {
    target
        .iter()
        .filter(|record| !names.contains(&record.name.as_str()))
        .map(|record| record.batch)
        .max()
        .unwrap_or(0)
        .max(0)
}

fn open(database: &Database, collection: &str) -> Collection<Document> {
    database.collection_with_options(collection, majority_on_primary())
}

async fn all(collection: &Collection<Document>) -> Result<Vec<Document>, Error> {
    let read = async { collection.find(doc! {}).await?.try_collect().await };
    read.await
        .map_err(|error| database_error(&format!("read `{}`", collection.name()), &error))
}
