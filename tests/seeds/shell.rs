//! The two snippets for Compass and the old `mongo` shell from the text on best practices.

use bson::doc;

use super::document::block_after;
use super::document::document;
use super::insert;
use crate::support::Project;

const DOCUMENT: &str = "004";

#[test]
fn an_update_as_typed_into_compass() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "users",
        vec![
            doc! {"_id": 1, "status": "pending"},
            doc! {"_id": 2, "status": "gone"},
        ],
    );
    project.file("compass.js", &block_after(&text, "#### Option 1"));
    project.run(&["run", "compass.js"]).exits(0);
    assert_eq!(
        project.documents("users"),
        [
            doc! {"_id": 1, "status": "active"},
            doc! {"_id": 2, "status": "gone"}
        ]
    );
}

/// As printed but for the name of the database, which other tests must not share.
#[test]
fn a_loop_for_the_old_shell() {
    let Some(text) = document(DOCUMENT) else {
        return;
    };
    let project = Project::new();
    insert(
        &project,
        "users",
        vec![doc! {"_id": 1, "oldField": 21}, doc! {"_id": 2}],
    );
    let script = block_after(&text, "#### Option 2");
    project.file("shell.js", &script.replace("mydb", &project.database));
    let output = project.command(&["run", "shell.js"]);
    let output = crate::support::finish(output).exits(0);
    assert!(output.stdout.starts_with("switched to db "));
    assert_eq!(
        project.documents("users"),
        [doc! {"_id": 1, "newField": 42}, doc! {"_id": 2}]
    );
}
