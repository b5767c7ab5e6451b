//! Example scripts of articles and manuals, as they are printed there: what their authors show must run, and leave
//! the data they say. The documents are no part of the project: `MMK_SEEDS_DIR`, or a folder `shared/seeds` beside the checkout; without it the
//! tests say so and pass. Examples that need models are elsewhere.

mod document;
mod meteor;
mod migrate_mongo;
mod shell;

use bson::Document;
use mongodb::Database;

use crate::support::Project;
use crate::support::with_database;

/// Puts documents into a collection of the project's database.
fn insert(project: &Project, collection: &str, documents: Vec<Document>) {
    let collection = collection.to_owned();
    with_database(&project.database, async move |database: Database| {
        database
            .collection::<Document>(&collection)
            .insert_many(documents)
            .await
            .map(drop)
    });
}
