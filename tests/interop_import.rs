//! `import` from migrate-mongo and dAvePi into mmk's changelog, beside npm's own `import`; and that what was imported can be reverted.

use bson::DateTime;
use bson::Document;
use bson::doc;

use crate::support::Project;
use crate::support::with_database;

fn project(collection: &'static str, rows: Vec<Document>) -> Project {
    let project = Project::new();
    for name in ["1-a", "2-b", "3-c"] {
        project.migration(
            &format!("{name}.js"),
            &format!("module.exports = {{ async up(db, client) {{}}, async down(db, client) {{ await db.collection('log').insertOne({{ _id: 'down {name}' }}); }} }};\n"),
        );
    }
    with_database(&project.database, async move |database| {
        database
            .collection(collection)
            .insert_many(rows)
            .await
            .map(drop)
    });
    project
}

fn changelog() -> Vec<Document> {
    let at = DateTime::from_millis;
    vec![
        doc! { "fileName": "1-a.js", "appliedAt": at(1_000) },
        doc! { "fileName": "2-b.js", "appliedAt": at(5_001), "migrationBlock": 5_000.0 },
        doc! { "fileName": "3-c.js", "appliedAt": at(5_002), "migrationBlock": 5_000.0 },
        doc! { "note": "no record" },
    ]
}

#[test]
fn batches_follow_the_blocks_and_everything_stays_reversible() {
    let project = project("changelog", changelog());
    let preview = project
        .run(&["import", "--dry-run", "--json"])
        .exits(0)
        .json();
    assert_eq!(preview["imported"], 0);
    assert_eq!(preview["rows"].as_array().map(Vec::len), Some(3));
    assert_eq!(project.documents("_mmk_migrations").len(), 0);
    let result = project.run(&["import", "--json"]).exits(0).json();
    assert_eq!(result["source"], "changelog");
    assert_eq!(result["target"], "_mmk_migrations");
    assert_eq!(
        (&result["imported"], &result["skipped"]),
        (&3.into(), &1.into())
    );
    let batches: Vec<i64> = result["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .filter_map(|row| row["batch"].as_i64())
        .collect();
    assert_eq!(batches, [1, 2, 2]);
    assert_eq!(project.documents("changelog").len(), 4, "the source stays");
    project.run(&["up"]).exits(0).says("Nothing to migrate");
    project
        .run(&["import"])
        .exits(1)
        .says("IMPORT_TARGET_NOT_EMPTY");
    project.run(&["import", "--force"]).exits(0);
    project.run(&["down"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js"]);
    assert_eq!(project.documents("log").len(), 2);
}

#[test]
fn a_record_has_the_fields_of_npms_own_import() {
    let shape = |project: &Project| -> Vec<Vec<(String, bson::spec::ElementType)>> {
        project
            .documents("_mmk_migrations")
            .iter()
            .map(|record| {
                let mut fields: Vec<_> = record
                    .iter()
                    .map(|(key, value)| (key.clone(), value.element_type()))
                    .collect();
                fields.sort_by(|one, other| one.0.cmp(&other.0));
                fields
            })
            .collect()
    };
    let ours = project("changelog", changelog());
    ours.run(&["import"]).exits(0);
    let theirs = project("changelog", changelog());
    crate::interop::node_mmk(&theirs, &["import"]).exits(0);
    assert_eq!(shape(&ours), shape(&theirs));
}

#[test]
fn davepi_rows_are_recognised() {
    let at = DateTime::from_millis;
    let project = project(
        "_migrations",
        vec![
            doc! { "name": "__lock", "lockedAt": at(1), "owner": "x" },
            doc! { "name": "1-a", "appliedAt": at(1_000), "durationMs": 3 },
            doc! { "name": "2-b", "appliedAt": at(2_000), "status": "succeeded" },
            doc! { "name": "3-c", "appliedAt": at(3_000), "status": "failed" },
        ],
    );
    let result = project
        .run(&["import", "--from-tool", "davepi", "--json"])
        .exits(0)
        .json();
    assert_eq!(result["source"], "_migrations");
    assert_eq!(project.applied(), ["1-a.js", "2-b.js"]);
    project.run(&["down"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js"]);
    project
        .run(&["import", "--from", "_migrations", "--force"])
        .exits(0);
    assert_eq!(project.applied(), ["1-a.js", "2-b.js"]);
}

#[test]
fn contradictions_are_refused() {
    let project = project("changelog", changelog());
    project
        .run(&["import", "--from", "_mmk_migrations"])
        .exits(1)
        .says("INVALID_ARGUMENT");
    project
        .run(&["import", "--from-tool", "flyway"])
        .exits(1)
        .says("INVALID_ARGUMENT");
    project
        .run(&["import", "--from", "nothing"])
        .exits(0)
        .says("Nothing to import");
}
