//! The configuration and the migration for migrate-mongo from the text on best practices, as printed.

use bson::Bson;
use bson::doc;

use super::document::block_after;
use super::document::document;
use super::insert;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;

#[test]
fn up_and_down() {
    let Some(text) = document("004") else { return };
    let project = Project::new();
    insert(
        &project,
        "users",
        vec![doc! {"_id": 1}, doc! {"_id": 2, "emailVerified": true}],
    );
    project.file(
        "migrate-mongo-config.js",
        &block_after(&text, "### Configuration\n"),
    );
    let name = "20251226120000-add-user-email-verification.js";
    project.migration(name, &block_after(&text, "### Migration File\n"));
    let output = run(&project, "up");
    assert!(output.stdout.contains("Running UP migration"));
    assert!(output.stdout.contains(&format!("MIGRATED UP: {name}")));
    assert_eq!(
        project.documents("users"),
        [
            doc! {"_id": 1, "emailVerified": false, "emailVerifiedAt": Bson::Null},
            doc! {"_id": 2, "emailVerified": true}
        ]
    );
    assert_eq!(project.documents("changelog").len(), 1);
    run(&project, "down");
    assert_eq!(
        project.documents("users"),
        [doc! {"_id": 1}, doc! {"_id": 2}]
    );
    assert!(project.documents("changelog").is_empty());
}

fn run(project: &Project, command: &str) -> Output {
    let mut command = project.command(&[command]);
    command
        .env_remove("MMK_URI")
        .env_remove("MMK_DB")
        .env("MONGO_URI", server_uri())
        .env("DB_NAME", &project.database);
    finish(command).exits(0)
}
