//! dAvePi's folders: its commands, both forms of its records, its lock.

use std::process::Command;
use std::process::Stdio;

use bson::DateTime;
use bson::Document;
use bson::doc;

use crate::interop::node_tools;
use crate::interop_traps::project_uri;
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

/// Ours, with nothing said but what dAvePi is told.
pub(crate) fn ours(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command
        .env_remove("MMK_URI")
        .env_remove("MMK_DB")
        .env("MONGO_URI", project_uri(project));
    command
}

/// The stand-in for dAvePi's own runner, which is not on npm.
pub(crate) fn node(project: &Project, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/node/davepi-stand-in.cjs"
        ))
        .args(arguments)
        .current_dir(project.path())
        .env("NODE_PATH", node_tools().join("node_modules"))
        .env("MONGO_URI", project_uri(project))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(project: &Project, arguments: &[&str]) -> Output {
    finish(ours(project, arguments))
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
    let dry = run(&project, &["migrate", "--dry"]).exits(0);
    assert!(
        dry.stdout.ends_with(
            "[DRY] applied 1-a (0ms)\n[DRY] applied 2-b (0ms)\n[DRY] applied 3-c (0ms)\n"
        ),
        "{}",
        dry.stdout
    );
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
        "{ name: '3-c' } reverting\nreverted 3-c\n"
    );
    assert_eq!(
        run(&project, &["migrate:down"]).exits(0).stdout,
        "{ name: '2-b' } reverting\nreverted 2-b\n"
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

/// The lines without what differs from run to run. Its own runner tells all that was applied at the end, we tell each when it is done.
fn stable(output: &Output) -> (Vec<String>, Option<i32>) {
    let durations = regex::Regex::new(r"\(\d+ms\)").expect("a valid pattern");
    let text = durations.replace_all(&output.stdout, "(Nms)").into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    (lines, output.status.code())
}

#[test]
fn whoever_does_a_step_its_own_runner_and_we_see_the_same() {
    // Each line in the words that do the same in both.
    let sequence: [(&[&str], &[&str]); 11] = [
        (&["migrate:status"], &["migrate", "status"]),
        (&["migrate", "--dry"], &["migrate", "--dry"]),
        (&["migrate"], &["migrate", "up"]),
        (&["migrate"], &["migrate:up"]),
        (&["migrate:down", "--dry"], &["migrate:down", "--dry"]),
        (&["migrate:down"], &["migrate", "down"]),
        (&["migrate:status"], &["migrate:status"]),
        (&["migrate:down"], &["migrate:down"]),
        (&["migrate"], &["migrate"]),
        (&["migrate:status"], &["migrate", "status"]),
        (&["frobnicate"], &["migrate:frobnicate"]),
    ];
    let played = |is_ours: &dyn Fn(usize) -> bool| -> Vec<_> {
        // Its code knows neither exported names nor an object of helpers.
        let project = project();
        for name in ["1-a", "2-b", "3-c"] {
            project.migration(
                &format!("{name}.js"),
                &format!("module.exports = {{ description: 'd', async up(db) {{ await db.collection('log').insertOne({{ _id: '{name}' }}); }}, async down(db) {{ await db.collection('log').deleteOne({{ _id: '{name}' }}); }} }};\n"),
            );
        }
        sequence
            .iter()
            .enumerate()
            .map(|(index, (theirs, same))| {
                let output = if is_ours(index) {
                    run(&project, same)
                } else {
                    finish(node(&project, theirs))
                };
                let (mut stdout, code) = stable(&output);
                if code != Some(0) {
                    // Usage: theirs is on stdout, ours on stderr.
                    stdout.clear();
                }
                let log: Vec<String> = project
                    .documents("log")
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                (stdout, code, names(&project), log)
            })
            .collect()
    };
    let reference = played(&|_| false);
    assert_eq!(played(&|index| index % 2 == 0), reference);
    assert_eq!(played(&|index| index % 2 == 1), reference);
}

#[test]
fn exported_names_work_wherever_a_file_is_named() {
    let project = project();
    run(&project, &["mark", "applied", "first"]).exits(0);
    assert_eq!(names(&project), ["1-a"]);
    run(&project, &["mark", "pending", "first"]).exits(0);
    assert_eq!(names(&project), [""; 0]);
    run(&project, &["baseline", "--to", "first"]).exits(0);
    assert_eq!(names(&project), ["1-a"]);
    run(&project, &["down", "first"]).exits(0);
    assert_eq!(names(&project), [""; 0]);
    run(&project, &["up", "--to", "first"]).exits(0);
    assert_eq!(names(&project), ["1-a"]);
    let text = std::fs::read_to_string(project.path().join("migrations/1-a.js")).expect("the file");
    project.migration("1-a.js", &format!("// edited\n{text}"));
    run(&project, &["accept", "first", "--reason", "a comment"])
        .exits(0)
        .says("Accepted 1-a.js");
    let rows = run(&project, &["status", "--json"]).exits(0).json();
    assert_eq!(rows[0]["description"].as_str().unwrap_or("d"), "d");
}

#[test]
fn a_documented_row_follows_its_exported_name_through_mark_and_baseline() {
    let project = project();
    insert(
        &project,
        doc! { "name": "0-other", "status": "failed", "appliedAt": DateTime::from_millis(1) },
    );
    run(&project, &["baseline", "--to", "first"]).exits(0);
    assert!(
        names(&project).contains(&"first".to_owned()),
        "{:?}",
        names(&project)
    );
    run(&project, &["mark", "pending", "first"]).exits(0);
    assert_eq!(names(&project), ["0-other"]);
}

#[test]
fn what_is_davepis_alone_is_refused_in_a_sentence() {
    let project = project();
    for command in ["diff", "gen-client", "mcp"] {
        run(&project, &[command])
            .exits(1)
            .says("has nothing to do with migrations");
    }
    run(
        &project,
        &["migration:create", "x", "--from", "v1", "--to", "v2"],
    )
    .exits(1)
    .says("only `davepi migration:create` does");
    let mut bare = ours(&project, &["migrate"]);
    bare.env_remove("MONGO_URI");
    finish(bare).exits(1).says("MONGO_URI is required");
}
