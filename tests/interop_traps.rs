//! The places where a tool that stands in for another one usually trips: which files count, in which order, whose clock a name shows, what an
//! odd record means, and what a signal leaves behind.

use std::process::Command;

use bson::DateTime;
use bson::Document;
use bson::doc;

use crate::interop::node_mmk;
use crate::interop::node_tools;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::agree_on_status;
use crate::interop_migrate_mongo::command;
use crate::interop_migrate_mongo::configure;
use crate::interop_migrate_mongo::run;
use crate::support::Project;
use crate::support::finish;
use crate::support::with_database;

const FINE: &str = "module.exports = { async up() {}, async down() {} };\n";

fn insert(project: &Project, collection: &'static str, documents: Vec<Document>) {
    with_database(&project.database, async move |database| {
        database
            .collection::<Document>(collection)
            .insert_many(documents)
            .await
            .map(drop)
    });
}

#[test]
fn names_are_sorted_by_utf_16_units_and_not_by_any_alphabet() {
    let names = [
        "10.js",
        "9.js",
        "Z.js",
        "a.js",
        "\u{e4}.js",
        "\u{1f600}.js",
        "\u{ff5e}.js",
    ];
    let project = Project::new();
    configure(&project, "");
    for name in names {
        project.migration(name, FINE);
    }
    let order = |stdout: &str| -> Vec<String> {
        stdout
            .lines()
            .filter_map(|line| line.strip_prefix("MIGRATED UP: ").map(str::to_owned))
            .collect()
    };
    let theirs = order(&run(&project, Who::Node(14), &["up"]).exits(0).stdout);
    agree_on_status(&project, 14);
    with_database(&project.database, async |database| database.drop().await);
    let ours = order(&run(&project, Who::Ours, &["up"]).exits(0).stdout);
    assert_eq!(theirs, names);
    assert_eq!(ours, names);
    let rows = |output: &crate::support::Output| output.json();
    assert_eq!(
        rows(&project.run(&["--as", "mmk", "status", "--json"]).exits(0)),
        rows(&node_mmk(&project, &["status", "--json"]).exits(0))
    );
}

#[test]
fn declarations_beside_typescript_migrations_are_no_migrations() {
    let project = Project::new();
    configure(&project, "migrationFileExtension: '.ts',");
    project.migration("1-a.ts", "export const up = async (db: { collection(name: string): any }): Promise<void> => {\n  await db.collection('log').insertOne({});\n};\nexport const down = async (): Promise<void> => {};\n");
    project.migration("types.d.ts", "export interface Shop { id: string }\n");
    project.migration("2-old.js", FINE);
    assert_eq!(
        run(&project, Who::Ours, &["up"]).exits(0).stdout,
        "MIGRATED UP: 1-a.ts\n"
    );
    assert!(
        !run(&project, Who::Ours, &["status"])
            .exits(0)
            .stdout
            .contains("types")
    );
    // For mmk as well, which takes them for migrations.
    project.run(&["--as", "mmk", "up", "1-a.ts"]).exits(0);
}

#[test]
fn a_file_that_is_no_migration_stops_both() {
    let project = Project::new();
    configure(&project, "");
    project.migration("helper.js", "module.exports = { add: (a, b) => a + b };\n");
    for who in [Who::Node(14), Who::Ours] {
        run(&project, who, &["up"])
            .exits(1)
            .says("ERROR: Could not migrate up helper.js: migration.up is not a function");
    }
    agree_on_status(&project, 14);
}

#[test]
fn hashes_switched_on_late_make_everything_pending_again_and_that_is_told() {
    let project = Project::new();
    configure(&project, "");
    for name in ["1-a.js", "2-b.js"] {
        project.migration(name, FINE);
    }
    run(&project, Who::Node(14), &["up"]).exits(0);
    configure(&project, "useFileHash: true,");
    agree_on_status(&project, 14);
    run(&project, Who::Ours, &["dry-run", "up"])
        .exits(0)
        .says("2 records have no `fileHash`")
        .says("Would apply: 2");
    let ours = run(&project, Who::Ours, &["up"]).exits(0);
    assert_eq!(ours.stdout, "MIGRATED UP: 1-a.js\nMIGRATED UP: 2-b.js\n");
    agree_on_status(&project, 14);
    assert_eq!(run(&project, Who::Node(14), &["up"]).exits(0).stdout, "");
    // And off again: what was applied twice is still applied.
    configure(&project, "useFileHash: false,");
    agree_on_status(&project, 14);
    assert_eq!(run(&project, Who::Ours, &["up"]).exits(0).stdout, "");
}

#[test]
fn records_of_every_age_and_documents_that_are_none_mean_the_same() {
    let project = Project::new();
    configure(&project, "");
    for name in ["1-a.js", "2-b.js", "3-c.js", "4-d.js"] {
        project.migration(name, FINE);
    }
    let at = DateTime::from_millis;
    insert(
        &project,
        "changelog",
        vec![
            doc! { "fileName": "1-a.js", "appliedAt": at(1_000) },
            doc! { "fileName": "2-b.js", "fileHash": "0000", "appliedAt": at(2_000) },
            doc! { "fileName": "3-c.js", "appliedAt": at(3_000), "migrationBlock": 1_700_000_000_000.0 },
            doc! { "fileName": "3-c.js", "appliedAt": at(4_000), "migrationBlock": bson::Bson::Int64(1_800_000_000_000) },
            doc! { "fileName": "0-gone.js", "appliedAt": at(500), "migrationBlock": 1_600_000_000_000.0 },
            doc! { "note": "no record" },
        ],
    );
    agree_on_status(&project, 14);
    agree_on_status(&project, 12);
    let before = project.documents("changelog").len();
    assert_eq!(
        run(&project, Who::Ours, &["down"]).exits(0).stdout,
        "MIGRATED DOWN: 3-c.js\n"
    );
    assert_eq!(project.documents("changelog").len(), before - 1);
    agree_on_status(&project, 14);
}

#[test]
fn mmks_records_of_imports_and_of_old_versions_are_understood() {
    let project = Project::new();
    for name in ["1-a.js", "2-b.js"] {
        project.script(name, "", "");
    }
    let record = |name: &str, batch: i32| {
        doc! { "name": name, "batch": batch, "status": "applied", "appliedAt": DateTime::from_millis(1_000), "duration": 0, "checksum": "", "environment": "imported", "executedBy": "mmk-import" }
    };
    let mut imported = record("1-a.js", 1);
    imported.insert("origin", "migrate-mongo");
    insert(
        &project,
        "_mmk_migrations",
        vec![imported, record("2-b.js", 2)],
    );
    let ours = project.run(&["status", "--json"]).exits(0).json();
    let theirs = node_mmk(&project, &["status", "--json"]).exits(0).json();
    let states = |rows: &serde_json::Value| -> Vec<String> {
        rows.as_array()
            .expect("rows")
            .iter()
            .map(|row| format!("{} {} {}", row["file"], row["status"], row["batch"]))
            .collect()
    };
    assert_eq!(states(&ours), states(&theirs));
    node_mmk(&project, &["down", "1-a.js", "--force", "--yes"])
        .exits(1)
        .says("MIGRATION_IRREVERSIBLE");
    project
        .run(&["down", "1-a.js", "--force", "--yes"])
        .exits(0);
    assert_eq!(project.applied(), ["2-b.js"]);
}

#[test]
fn a_new_name_shows_the_clock_that_its_tool_shows() {
    let project = Project::new();
    configure(&project, "");
    let zone = "Pacific/Kiritimati";
    let stamps = |mut command: Command, before: &str| -> String {
        command.env("TZ", zone).env("NO_COLOR", "1");
        let stdout = finish(command).exits(0).stdout;
        let at = stdout.find(before).expect("the line of `create`") + before.len();
        // Year to hour: two commands in a row agree on it, but for one second in an hour.
        stdout[at..]
            .chars()
            .filter(char::is_ascii_digit)
            .take(10)
            .collect()
    };
    let mmk = node_tools().join("node_modules/mongo-migrate-kit/dist/mmk.cjs");
    let mut theirs = command(&project, Who::Node(14), &["create", "x"]);
    let utc = stamps(theirs, "migrations/");
    let ours = stamps(
        command(&project, Who::Ours, &["create", "y"]),
        "migrations/",
    );
    assert_eq!(ours, utc, "migrate-mongo's names are in UTC");
    theirs = Command::new("node");
    theirs
        .arg(mmk)
        .args(["create", "x"])
        .current_dir(project.path())
        .stdout(std::process::Stdio::piped());
    let local = stamps(theirs, "Created  ");
    let ours = stamps(
        project.command(&["--as", "mmk", "create", "y"]),
        "Created  ",
    );
    assert_eq!(ours, local, "mmk's are in local time");
    assert_ne!(utc, local, "the zone is fourteen hours ahead");
    let davepi = stamps(
        project.command(&["migration:create", "z"]),
        "Created migrations/",
    );
    assert_eq!(davepi, utc, "dAvePi's are in UTC");
}

#[cfg(unix)]
#[test]
fn sigterm_gives_all_locks_back_and_the_node_tool_goes_on() {
    let project = Project::new();
    configure(
        &project,
        "lockCollectionName: 'changelog_lock', lockTtl: 60,",
    );
    project.migration("1-a.js", FINE);
    project.migration(
        "2-slow.js",
        "module.exports = { async up(db) {\n  if (await db.collection('quick').findOne()) return;\n  await db.collection('started').insertOne({});\n  for (;;) await new Promise((resolve) => setTimeout(resolve, 20));\n} };\n",
    );
    let ours = command(&project, Who::Ours, &["up"])
        .spawn()
        .expect("the binary starts");
    while project.documents("started").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let sent = Command::new("kill")
        .args(["-TERM", &ours.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success());
    let output = ours.wait_with_output().expect("the run ends");
    assert_eq!(output.status.code(), Some(143));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "MIGRATED UP: 1-a.js\n"
    );
    assert_eq!(project.documents("changelog_lock").len(), 0);
    assert_eq!(project.documents("_mmk_locks").len(), 0);
    insert(&project, "quick", vec![doc! {}]);
    assert_eq!(
        run(&project, Who::Node(14), &["up"]).exits(0).stdout,
        "MIGRATED UP: 2-slow.js\n"
    );
}

#[cfg(unix)]
#[test]
fn links_by_the_tools_names_work_as_those_tools() {
    let project = Project::new();
    configure(&project, "");
    project.migration("1-a.js", FINE);
    let called = |name: &str, arguments: &[&str]| {
        let link = project.path().join(name);
        if !link.exists() {
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mmk-js"), &link).expect("a link");
        }
        let mut through_link = Command::new(link);
        through_link
            .args(arguments)
            .current_dir(project.path())
            .env("MONGO_URI", project_uri(&project))
            .env("MMK_URI", crate::support::server_uri())
            .env("MMK_DB", &project.database)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        finish(through_link)
    };
    assert_eq!(
        called("migrate-mongo", &["up"]).exits(0).stdout,
        "MIGRATED UP: 1-a.js\n"
    );
    assert!(
        called("mmk", &["up"])
            .exits(0)
            .stdout
            .contains("✔ Applied  1-a.js")
    );
    assert!(
        called("davepi", &["migrate", "up"])
            .exits(0)
            .stdout
            .contains("applied 1-a (")
    );
    for collection in ["changelog", "_mmk_migrations", "_migrations"] {
        assert_eq!(project.documents(collection).len(), 1, "{collection}");
    }
    // What `--as` says wins over the name.
    assert_eq!(
        called("mmk", &["--as", "davepi", "migrate", "status"])
            .exits(0)
            .stdout,
        "[applied] 1-a\n"
    );
}

/// The server's address with the project's database in it, as dAvePi wants it.
pub(crate) fn project_uri(project: &Project) -> String {
    let uri = crate::support::server_uri();
    match uri.split_once("/?") {
        Some((address, query)) => format!("{address}/{}?{query}", project.database),
        None => format!("{}/{}", uri.trim_end_matches('/'), project.database),
    }
}
