//! npm's mongo-migrate-kit itself, run before and after us on the same database: it must agree with us on what is applied.

use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::Output;
use crate::support::Project;
use crate::support::server_uri;

/// The folder with the Node tools, installed once per build folder.
pub(crate) fn node_tools() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| install_packages("node"))
}

/// Installs the npm packages of `tests/NAME/package-lock.json` into the build folder, once per state of the lock file.
pub(crate) fn install_packages(name: &str) -> PathBuf {
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests")).join(name);
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("npm-{name}"));
    let lock = std::fs::read(source.join("package-lock.json")).expect("the lock file is there");
    let stamp = target.join("installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return target;
    }
    std::fs::create_dir_all(&target).expect("the build folder is writable");
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        std::fs::copy(source.join(file), target.join(file)).expect("the file can be copied");
    }
    let installed = Command::new("npm")
        .args(["ci", "--ignore-scripts"])
        .current_dir(&target)
        .output()
        .expect("npm runs");
    assert!(
        installed.status.success(),
        "npm ci failed: {}",
        String::from_utf8_lossy(&installed.stderr)
    );
    std::fs::write(stamp, lock).expect("the build folder is writable");
    target
}

/// Runs npm's `mmk` in the project.
pub(crate) fn node_mmk(project: &Project, arguments: &[&str]) -> Output {
    let tools = node_tools();
    let output = Command::new("node")
        .arg(tools.join("node_modules/mongo-migrate-kit/dist/mmk.cjs"))
        .args(arguments)
        .current_dir(project.path())
        .env("MMK_URI", server_uri())
        .env("MMK_DB", &project.database)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("node runs");
    Output::of(&output)
}

/// The status rows of both, without what differs by nature.
#[track_caller]
fn agree(project: &Project) -> Value {
    let ours = project.run(&["status", "--json"]).exits(0).json();
    let theirs = node_mmk(project, &["status", "--json"]).exits(0).json();
    assert_eq!(ours, theirs, "status differs");
    ours
}

fn statuses(rows: &Value) -> Vec<(&str, &str, Option<i64>)> {
    rows.as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            (
                row["file"].as_str().expect("a name"),
                row["status"].as_str().expect("a status"),
                row["batch"].as_i64(),
            )
        })
        .collect()
}

fn project() -> Project {
    let project = Project::new();
    for name in ["1-a.js", "2-b.js", "3-c.js", "4-d.js"] {
        project.script(
            name,
            &format!("await db.collection('log').insertOne({{ up: '{name}' }});"),
            &format!("await db.collection('log').insertOne({{ down: '{name}' }});"),
        );
    }
    project
}

#[test]
fn what_node_applied_we_see_as_applied_and_the_other_way_round() {
    let project = project();
    node_mmk(&project, &["up", "1-a.js"]).exits(0);
    agree(&project);
    project.run(&["up", "2-b.js"]).exits(0);
    agree(&project);
    node_mmk(&project, &["up"]).exits(0);
    let rows = agree(&project);
    assert_eq!(
        statuses(&rows),
        [
            ("1-a.js", "applied", Some(1)),
            ("2-b.js", "applied", Some(2)),
            ("3-c.js", "applied", Some(3)),
            ("4-d.js", "applied", Some(3)),
        ]
    );
    project.run(&["down"]).exits(0);
    let rows = agree(&project);
    assert_eq!(statuses(&rows)[2].1, "pending");
    node_mmk(&project, &["down"]).exits(0);
    agree(&project);
    project.run(&["up"]).exits(0);
    let rows = agree(&project);
    assert!(
        statuses(&rows)
            .iter()
            .all(|(_, status, _)| *status == "applied")
    );
    node_mmk(&project, &["up"])
        .exits(0)
        .says("Nothing to migrate");
}

#[test]
fn a_record_of_ours_has_the_fields_and_types_of_theirs() {
    let project = project();
    node_mmk(&project, &["up", "1-a.js"]).exits(0);
    project.run(&["up", "2-b.js"]).exits(0);
    let records = project.documents("_mmk_migrations");
    let shape = |name: &str| -> Vec<(String, bson::spec::ElementType)> {
        records
            .iter()
            .find(|record| record.get_str("name").is_ok_and(|found| found == name))
            .expect("the record is there")
            .iter()
            .map(|(key, value)| (key.clone(), value.element_type()))
            .collect()
    };
    assert_eq!(shape("2-b.js"), shape("1-a.js"));
}

#[test]
fn each_respects_the_others_lock() {
    let project = Project::new();
    project.script(
        "1-slow.js",
        "await db.collection('started').insertOne({ _id: 1 });\n    while (!(await db.collection('go').findOne())) await new Promise((resolve) => setTimeout(resolve, 20));",
        "",
    );
    let ours = project.command(&["up"]).spawn().expect("the binary starts");
    while project.documents("started").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let theirs = node_mmk(&project, &["up"]).exits(1);
    assert!(
        theirs.stderr.contains("LOCK_ALREADY_HELD"),
        "{}",
        theirs.stderr
    );
    crate::support::with_database(&project.database, async |database| {
        database
            .collection::<bson::Document>("go")
            .insert_one(bson::doc! {})
            .await
            .map(drop)
    });
    assert!(
        ours.wait_with_output()
            .expect("the run ends")
            .status
            .success()
    );
    agree(&project);
}
