//! dAvePi's folders: its commands, both forms of its records, its lock.

use bson::DateTime;
use bson::Document;
use bson::doc;

use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;
use crate::support::with_database;

fn project() -> Project {
    let project = Project::new();
    project.file("schema/versions/v1/account.js", "module.exports = { path: 'account', collection: 'account', tenantScoped: false, fields: [] };\n");
    for (name, exported) in [("1-a", "name: 'first', "), ("2-b", ""), ("3-c", "")] {
        project.migration(
            &format!("{name}.js"),
            &format!(
                "module.exports = {{ {exported}description: 'd', async up({{ db, log }}) {{ await db.collection('log').insertOne({{ _id: '{name}' }}); }}, async down(db) {{ await db.collection('log').deleteOne({{ _id: '{name}' }}); }} }};\n"
            ),
        );
    }
    project
}

fn run(project: &Project, arguments: &[&str]) -> Output {
    let uri = match server_uri().split_once("/?") {
        Some((address, query)) => format!("{address}/{}?{query}", project.database),
        None => format!(
            "{}/{}",
            server_uri().trim_end_matches('/'),
            project.database
        ),
    };
    let mut command = project.command(arguments);
    command
        .env_remove("MMK_URI")
        .env_remove("MMK_DB")
        .env("MONGO_URI", uri);
    finish(command)
}

fn insert(project: &Project, row: Document) {
    with_database(&project.database, async move |database| {
        database
            .collection::<Document>("_migrations")
            .insert_one(row)
            .await
            .map(drop)
    });
}

fn names(project: &Project) -> Vec<String> {
    project
        .documents("_migrations")
        .iter()
        .map(|row| row.get_str("name").expect("a name").to_owned())
        .collect()
}

/// `applied NAME (Nms)` without the number.
fn applied(output: &Output) -> Vec<&str> {
    output
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("applied "))
        .map(|line| line.split(' ').next().unwrap_or_default())
        .collect()
}

#[test]
fn each_command_does_what_its_name_says() {
    let project = project();
    run(&project, &["migrate", "--dry"])
        .exits(0)
        .says("Would apply: 3");
    assert_eq!(names(&project), [""; 0]);
    let status = run(&project, &["migrate", "status"]).exits(0);
    assert_eq!(
        status.stdout,
        "[pending] 1-a\n[pending] 2-b\n[pending] 3-c\n"
    );
    assert_eq!(
        applied(&run(&project, &["migrate", "up", "--name", "first"]).exits(0)),
        ["1-a"]
    );
    assert_eq!(
        applied(&run(&project, &["migrate"]).exits(0)),
        ["2-b", "3-c"]
    );
    assert_eq!(
        run(&project, &["migrate:up"]).exits(0).stdout,
        "No pending migrations.\n"
    );
    assert_eq!(
        run(&project, &["migrate", "down"]).exits(0).stdout,
        "reverted 3-c\n"
    );
    assert_eq!(
        run(&project, &["migrate:down"]).exits(0).stdout,
        "reverted 2-b\n"
    );
    let status = run(&project, &["migrate:status"]).exits(0);
    assert_eq!(
        status.stdout,
        "[applied] 1-a\n[pending] 2-b\n[pending] 3-c\n"
    );
    run(&project, &["migrate:down"]).exits(0);
    assert_eq!(
        run(&project, &["migrate:down"]).exits(0).stdout,
        "No applied migrations to revert.\n"
    );
    assert_eq!(names(&project), [""; 0]);
}

#[test]
fn rows_are_what_its_code_reads() {
    let project = project();
    run(&project, &["migrate", "up"]).exits(0);
    assert_eq!(names(&project), ["1-a", "2-b", "3-c"]);
    let rows = project.documents("_migrations");
    for row in rows {
        let keys: Vec<&str> = row.keys().map(String::as_str).collect();
        assert_eq!(keys, ["_id", "name", "appliedAt", "durationMs", "status"]);
        assert!(row.get_datetime("appliedAt").is_ok() && row.get_i32("durationMs").is_ok());
        assert_eq!(row.get_str("status").ok(), Some("succeeded"));
    }
}

#[test]
fn both_forms_of_rows_count() {
    let project = project();
    insert(
        &project,
        doc! { "name": "first", "status": "succeeded", "appliedAt": DateTime::from_millis(1) },
    );
    insert(
        &project,
        doc! { "name": "2-b", "appliedAt": DateTime::from_millis(2), "durationMs": 3 },
    );
    assert_eq!(
        applied(&run(&project, &["migrate", "up"]).exits(0)),
        ["3-c"]
    );
}

#[test]
fn a_failed_row_is_surfaced_and_tried_again() {
    let project = project();
    insert(
        &project,
        doc! { "name": "first", "status": "failed", "appliedAt": DateTime::from_millis(1), "error": "no luck" },
    );
    run(&project, &["migrate", "status"])
        .exits(0)
        .says("no luck");
    let again = run(&project, &["migrate", "up"]).exits(0).says("no luck");
    assert_eq!(applied(&again), ["1-a", "2-b", "3-c"]);
    let rows = project.documents("_migrations");
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter()
            .all(|row| row.get_str("status").ok() == Some("succeeded"))
    );
    assert!(
        names(&project).contains(&"first".to_owned()),
        "the documented form goes on"
    );
}

#[test]
fn our_own_failure_makes_no_row_that_its_code_would_take_for_applied() {
    let project = project();
    project.migration(
        "2-b.js",
        "module.exports = { async up() { throw new Error('boom'); } };\n",
    );
    run(&project, &["migrate", "up"]).exits(1).says("boom");
    assert_eq!(names(&project), ["1-a"]);
    run(&project, &["migrate", "status"]).exits(0).says("boom");
}

#[test]
fn its_lock_is_respected_until_it_is_stale() {
    let project = project();
    insert(
        &project,
        doc! { "name": "__lock", "lockedAt": DateTime::now(), "owner": "4711@x" },
    );
    run(&project, &["migrate", "up"]).exits(1).says("pid 4711");
    assert_eq!(names(&project), ["__lock"]);
    assert!(
        !run(&project, &["migrate", "status"])
            .exits(0)
            .stdout
            .contains("__lock")
    );
    with_database(&project.database, async |database| {
        database
            .collection::<Document>("_migrations")
            .update_one(
                doc! { "name": "__lock" },
                doc! { "$set": { "lockedAt": DateTime::from_millis(1) } },
            )
            .await
            .map(drop)
    });
    run(&project, &["migrate", "up"]).exits(0);
    assert_eq!(names(&project), ["1-a", "2-b", "3-c"]);
}

#[test]
fn new_files_and_folders_are_its_own() {
    let project = project();
    let said = run(&project, &["migration:create", "Add Region"])
        .exits(0)
        .stdout;
    let path = said
        .trim_end()
        .strip_prefix("Created ")
        .expect("the line of `create`");
    let name = std::path::Path::new(path)
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    assert!(
        name.ends_with("-add-region.js") && name.len() == "2026-01-31-090507-add-region.js".len(),
        "{name}"
    );
    project.file("other/9-z.js", "module.exports = { async up() {} };\n");
    let mut command = project.command(&[
        "--as",
        "davepi",
        "up",
        "--uri",
        server_uri(),
        "--db",
        &project.database,
    ]);
    command.env("MIGRATIONS_DIR", "other");
    assert_eq!(applied(&finish(command).exits(0)), ["9-z"]);
}
