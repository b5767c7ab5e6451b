//! npm's migrate-mongo 8, 12 and 14 and we on the same folders and databases: alone, in turns, and after each other. Compared are stdout, exit
//! codes, what the scripts wrote, and the changelog down to the types.

use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use bson::Bson;
use bson::Document;
use bson::doc;
use bson::spec::ElementType;

use crate::interop::node_tools;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;
use crate::support::with_database;

/// Who runs a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    /// npm's migrate-mongo of this major.
    Node(u8),
    /// The last of major 8 that brings npm `mongodb` 3.
    NodeOnDriver3,
    Ours,
}

fn project(options: &str) -> Project {
    let project = Project::new();
    configure(&project, options);
    for name in ["1-a.js", "2-b.js", "3-c.js", "4-d.js"] {
        migration(&project, name);
    }
    project
}

/// Later options win over the first ones.
pub(crate) fn configure(project: &Project, options: &str) {
    project.file(
        "migrate-mongo-config.js",
        &format!(
            "module.exports = {{\n  mongodb: {{ url: '{}', databaseName: '{}', options: {{}} }},\n  migrationsDir: 'migrations',\n  changelogCollectionName: 'changelog',\n  migrationFileExtension: '.js',\n  moduleSystem: 'commonjs',\n  {options}\n}};\n",
            server_uri(),
            project.database
        ),
    );
}

fn migration(project: &Project, name: &str) {
    project.migration(
        name,
        &format!(
            "module.exports = {{\n  async up(db, client) {{ await db.collection('log').insertOne({{ _id: 'up {name}', client: typeof client.db }}); }},\n  async down(db) {{ await db.collection('log').deleteOne({{ _id: 'up {name}' }}); }},\n}};\n"
        ),
    );
}

pub(crate) fn command(project: &Project, who: Who, arguments: &[&str]) -> Command {
    let mut command = match who {
        Who::Ours => project.command(arguments),
        Who::Node(major) => node(project, &format!("migrate-mongo-{major}"), arguments),
        Who::NodeOnDriver3 => node(project, "migrate-mongo-8-on-driver-3", arguments),
    };
    command
        .env_remove("MMK_URI")
        .env_remove("MMK_DB")
        .env("NO_COLOR", "1");
    command
}

fn node(project: &Project, package: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command
        .arg(node_tools().join(format!("node_modules/{package}/bin/migrate-mongo.js")))
        .args(arguments)
        .current_dir(project.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn run(project: &Project, who: Who, arguments: &[&str]) -> Output {
    finish(command(project, who, arguments))
}

/// Key, type and (but for ids and times) value of each field, in the order they are stored.
fn shape(record: &Document) -> Vec<(String, ElementType, String)> {
    record
        .iter()
        .map(|(key, value)| {
            let shown = match value {
                Bson::String(text) => text.clone(),
                _ => String::new(),
            };
            (key.clone(), value.element_type(), shown)
        })
        .collect()
}

/// A changelog made comparable: fields with types and values per record, the sizes of blocks, the applied names.
type Changelog = (
    Vec<Vec<(String, ElementType, String)>>,
    Vec<usize>,
    Vec<String>,
);

/// The changelog, which of its records share a block, and what the scripts wrote.
fn state(project: &Project) -> Changelog {
    let mut records = project.documents("changelog");
    records.sort_by_key(|record| {
        let text = |field| record.get_str(field).map(str::to_owned).ok();
        (text("fileName"), text("fileHash"))
    });
    let blocks: Vec<String> = records
        .iter()
        .map(|record| format!("{:?}", record.get("migrationBlock")))
        .collect();
    let groups = blocks
        .iter()
        .map(|block| blocks.iter().position(|one| one == block).unwrap_or(0))
        .collect();
    let written = project
        .documents("log")
        .iter()
        .map(ToString::to_string)
        .collect();
    (records.iter().map(shape).collect(), groups, written)
}

#[track_caller]
pub(crate) fn agree_on_status(project: &Project, major: u8) {
    let theirs = run(project, Who::Node(major), &["status"]).exits(0);
    let ours = run(project, Who::Ours, &["status"]).exits(0);
    assert_eq!(ours.stdout, theirs.stdout);
}

#[test]
fn alone_each_does_the_same() {
    let scenario: [&[&str]; 9] = [
        &["up"],
        &["up"],
        &["down"],
        &["up"],
        &["down", "-b"],
        &["down", "--block"],
        &["down"],
        &["down"],
        &["up", "-f", "migrate-mongo-config.js"],
    ];
    for major in [12, 14] {
        let theirs = project("");
        let ours = project("");
        for arguments in scenario {
            let expected = run(&theirs, Who::Node(major), arguments);
            let found = run(&ours, Who::Ours, arguments);
            assert_eq!(found.stdout, expected.stdout, "{major} {arguments:?}");
            assert_eq!(
                found.code(),
                expected.code(),
                "{major} {arguments:?}\n{}",
                found.stderr
            );
            assert_eq!(state(&ours), state(&theirs), "{major} {arguments:?}");
        }
    }
}

#[test]
fn in_turns_each_goes_on_where_the_other_stopped() {
    for major in [12, 14] {
        for first in [Who::Ours, Who::Node(major)] {
            let second = if first == Who::Ours {
                Who::Node(major)
            } else {
                Who::Ours
            };
            let project = project("lockCollectionName: 'changelog_lock', lockTtl: 30,");
            project.file("later/5-e.js", "");
            assert_eq!(
                run(&project, first, &["up"]).exits(0).stdout,
                "MIGRATED UP: 1-a.js\nMIGRATED UP: 2-b.js\nMIGRATED UP: 3-c.js\nMIGRATED UP: 4-d.js\n"
            );
            agree_on_status(&project, major);
            assert_eq!(run(&project, second, &["up"]).exits(0).stdout, "");
            assert_eq!(
                run(&project, second, &["down"]).exits(0).stdout,
                "MIGRATED DOWN: 4-d.js\n"
            );
            agree_on_status(&project, major);
            migration(&project, "5-e.js");
            assert_eq!(
                run(&project, second, &["up"]).exits(0).stdout,
                "MIGRATED UP: 4-d.js\nMIGRATED UP: 5-e.js\n"
            );
            agree_on_status(&project, major);
            assert_eq!(
                run(&project, first, &["down", "-b"]).exits(0).stdout,
                "MIGRATED DOWN: 5-e.js\nMIGRATED DOWN: 4-d.js\n"
            );
            assert_eq!(
                run(&project, second, &["down", "-b"]).exits(0).stdout,
                "MIGRATED DOWN: 3-c.js\nMIGRATED DOWN: 2-b.js\nMIGRATED DOWN: 1-a.js\n"
            );
            agree_on_status(&project, major);
            assert_eq!(project.documents("changelog"), Vec::<Document>::new());
            assert_eq!(project.documents("changelog_lock"), Vec::<Document>::new());
        }
    }
}

#[test]
fn records_of_version_8_without_block_or_hash_are_continued() {
    let project = project("");
    run(&project, Who::Node(8), &["up"]).exits(0);
    migration(&project, "5-e.js");
    agree_on_status(&project, 14);
    assert_eq!(
        run(&project, Who::Ours, &["up"]).exits(0).stdout,
        "MIGRATED UP: 5-e.js\n"
    );
    assert_eq!(run(&project, Who::Node(8), &["up"]).exits(0).stdout, "");
    assert_eq!(
        run(&project, Who::Ours, &["down", "-b"]).exits(0).stdout,
        "MIGRATED DOWN: 5-e.js\n"
    );
    assert_eq!(
        run(&project, Who::Ours, &["down", "-b"]).exits(0).stdout,
        "MIGRATED DOWN: 4-d.js\n"
    );
    assert_eq!(
        run(&project, Who::Node(8), &["down"]).exits(0).stdout,
        "MIGRATED DOWN: 3-c.js\n"
    );
    agree_on_status(&project, 12);
}

#[test]
fn with_hashes_an_edited_file_is_pending_again_for_both() {
    let theirs = project("useFileHash: true,");
    let ours = project("useFileHash: true,");
    let both = |arguments: &[&str]| {
        let expected = run(&theirs, Who::Node(14), arguments);
        let found = run(&ours, Who::Ours, arguments);
        assert_eq!(
            (found.stdout, found.status.code()),
            (expected.stdout, expected.status.code())
        );
        assert_eq!(state(&ours), state(&theirs), "{arguments:?}");
    };
    both(&["up"]);
    for project in [&theirs, &ours] {
        project.migration(
            "2-b.js",
            "// edited\nmodule.exports = { async up(db) {}, async down(db) {} };\n",
        );
    }
    both(&["up"]);
    both(&["down"]);
    agree_on_status(&ours, 14);
}

#[test]
fn anything_but_true_leaves_hashes_off() {
    let project = project("useFileHash: 'true',");
    run(&project, Who::Ours, &["up"]).exits(0);
    project.migration("2-b.js", "// edited\n");
    assert_eq!(run(&project, Who::Ours, &["up"]).exits(0).stdout, "");
    assert_eq!(run(&project, Who::Node(14), &["up"]).exits(0).stdout, "");
    let records = project.documents("changelog");
    assert!(
        records
            .iter()
            .all(|record| !record.contains_key("fileHash"))
    );
}

#[test]
fn a_name_recorded_twice_loses_one_record_with_each_down() {
    let project = project("");
    with_database(&project.database, async |database| {
        let twice = doc! { "fileName": "1-a.js", "appliedAt": bson::DateTime::from_millis(1) };
        let changelog = database.collection::<Document>("changelog");
        changelog.insert_one(twice.clone()).await?;
        changelog.insert_one(twice).await.map(drop)
    });
    run(&project, Who::Ours, &["down"])
        .exits(0)
        .says("Recorded twice: 1-a.js");
    assert_eq!(project.documents("changelog").len(), 1);
    agree_on_status(&project, 14);
}

#[test]
fn their_lock_stops_us_and_ours_stops_them() {
    let project = project("lockCollectionName: 'changelog_lock', lockTtl: 60,");
    let hold = |held: bool| {
        with_database(&project.database, async move |database| {
            let locks = database.collection::<Document>("changelog_lock");
            if held {
                locks
                    .insert_one(doc! { "createdAt": bson::DateTime::now() })
                    .await
                    .map(drop)
            } else {
                locks.delete_many(doc! {}).await.map(drop)
            }
        });
    };
    hold(true);
    let refused = run(&project, Who::Ours, &["up"]).exits(1);
    assert!(refused.stderr.starts_with("ERROR: "), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("a lock is in place"),
        "{}",
        refused.stderr
    );
    assert_eq!(
        project.documents("changelog_lock").len(),
        1,
        "the lock was not ours to delete"
    );
    hold(false);
    project.migration(
        "0-slow.js",
        "module.exports = { async up(db) {\n  await db.collection('started').insertOne({});\n  while (!(await db.collection('go').findOne())) await new Promise((resolve) => setTimeout(resolve, 20));\n} };\n",
    );
    let ours = command(&project, Who::Ours, &["up"])
        .spawn()
        .expect("the binary starts");
    while project.documents("started").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    run(&project, Who::Node(14), &["up"])
        .exits(1)
        .says("a lock is in place");
    with_database(&project.database, async |database| {
        database
            .collection::<Document>("go")
            .insert_one(doc! {})
            .await
            .map(drop)
    });
    assert!(
        ours.wait_with_output()
            .expect("the run ends")
            .status
            .success()
    );
    assert_eq!(project.documents("changelog").len(), 5);
    assert_eq!(project.documents("changelog_lock").len(), 0);
}

#[test]
fn a_failure_is_told_in_their_words_and_ends_with_1() {
    let project = project("");
    project.migration(
        "3-c.js",
        "module.exports = { async up() { throw new Error('boom'); } };\n",
    );
    for who in [Who::Ours, Who::Node(14)] {
        let failed = run(&project, who, &["up"]).exits(1);
        assert!(
            failed
                .stderr
                .starts_with("ERROR: Could not migrate up 3-c.js: boom"),
            "{who:?}: {}",
            failed.stderr
        );
    }
    let names: Vec<String> = project
        .documents("changelog")
        .iter()
        .map(|record| record.get_str("fileName").expect("a name").to_owned())
        .collect();
    assert_eq!(names, ["1-a.js", "2-b.js"]);
}

#[test]
fn configuration_may_be_code_of_any_kind() {
    let connection = |project: &Project| {
        format!(
            "{{ mongodb: {{ url: '{}' + process.env.NOTHING_OR, databaseName: '{}' }} }}",
            server_uri(),
            project.database
        )
        .replace(" + process.env.NOTHING_OR", "")
    };
    let forms: [fn(String) -> String; 4] = [
        |object| format!("module.exports = Promise.resolve({object});"),
        |object| format!("module.exports = {{ default: {object} }};"),
        |object| {
            format!("const path = require('path');\nmodule.exports = (async () => ({object}))();")
        },
        |object| format!("exports.__esModule = true;\nexports.default = {object};"),
    ];
    for form in forms {
        let project = Project::new();
        migration(&project, "1-a.js");
        project.file("migrate-mongo-config.js", &form(connection(&project)));
        assert_eq!(
            run(&project, Who::Ours, &["up"]).exits(0).stdout,
            "MIGRATED UP: 1-a.js\n"
        );
    }
    let project = Project::new();
    migration(&project, "1-a.js");
    project.file(
        "conf/mm.mjs",
        &format!("export default {};", connection(&project)),
    );
    run(&project, Who::Ours, &["status", "--file", "conf/mm.mjs"])
        .exits(0)
        .says("PENDING");
}

#[test]
fn legacy_options_are_passed_over_with_one_warning() {
    let project = Project::new();
    migration(&project, "1-a.js");
    project.file(
        "migrate-mongo-config.js",
        &format!(
            "module.exports = {{ mongodb: {{ url: '{}', databaseName: '{}', options: {{ useNewUrlParser: true, useUnifiedTopology: true, poolSize: 3 }} }} }};",
            server_uri(),
            project.database
        ),
    );
    let ran = run(&project, Who::Ours, &["up"]).exits(0);
    assert_eq!(ran.stdout, "MIGRATED UP: 1-a.js\n");
    let told: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.contains("useNewUrlParser"))
        .collect();
    assert_eq!(told.len(), 1, "{}", ran.stderr);
    assert!(told[0].contains("useUnifiedTopology"), "{}", ran.stderr);
}

#[test]
fn new_files_are_named_and_filled_as_there() {
    let stamp = |name: &str| -> (String, String) {
        let (stamp, rest) = name.split_once('-').expect("a stamp");
        (stamp.to_owned(), rest.to_owned())
    };
    for sample in [None, Some("// our own template\n")] {
        let project = project("");
        if let Some(text) = sample {
            project.migration("sample-migration.js", text);
        }
        let mut names = Vec::new();
        for who in [Who::Node(14), Who::Ours] {
            let said = run(&project, who, &["create", "Add Some_Index-now"])
                .exits(0)
                .stdout;
            let name = said
                .trim_end()
                .strip_prefix("Created: migrations/")
                .expect("the line of `create`")
                .to_owned();
            let (digits, rest) = stamp(&name);
            assert_eq!((digits.len(), rest.as_str()), (14, "Add_Some_Index-now.js"));
            let path = project.path().join("migrations").join(&name);
            if let Some(text) = sample {
                assert_eq!(std::fs::read_to_string(&path).expect("the file"), text);
            }
            std::fs::remove_file(&path).expect("the file is there");
            names.push(digits);
        }
        assert!(names[0] <= names[1], "both stamps are UTC: {names:?}");
    }
}

#[test]
fn a_new_project_works_at_once_and_init_keeps_what_is_there() {
    for module in ["commonjs", "esm"] {
        let project = Project::new();
        std::fs::remove_dir(project.path().join("migrations")).expect("the empty folder");
        let said = run(&project, Who::Ours, &["init", "-m", module])
            .exits(0)
            .stdout;
        assert_eq!(
            said,
            "Initialization successful. Please edit the generated `migrate-mongo-config.js` file\n"
        );
        assert!(project.path().join("migrations").is_dir());
        let path = project.path().join("migrate-mongo-config.js");
        let text = std::fs::read_to_string(&path).expect("the config");
        std::fs::write(
            &path,
            text.replace("mongodb://localhost:27017", server_uri())
                .replace("YOURDATABASENAME", &project.database),
        )
        .expect("the config");
        run(&project, Who::Ours, &["create", "first"]).exits(0);
        assert!(
            run(&project, Who::Ours, &["up"])
                .exits(0)
                .stdout
                .starts_with("MIGRATED UP: ")
        );
        run(&project, Who::Ours, &["init", "-m", module]).exits(1);
    }
}

#[test]
fn the_folder_is_read_as_there() {
    let project = project("");
    project.migration(
        "sample-migration.js",
        "throw new Error('a template is no migration');\n",
    );
    project.migration("types.d.ts", "export {};\n");
    project.migration("notes.md", "");
    agree_on_status(&project, 14);
    for name in ["1-a.js", "2-b.js", "3-c.js", "4-d.js"] {
        std::fs::remove_file(project.path().join("migrations").join(name)).expect("the file");
    }
    agree_on_status(&project, 14);
    assert_eq!(run(&project, Who::Ours, &["up"]).exits(0).stdout, "");
    std::fs::remove_dir_all(project.path().join("migrations")).expect("the folder");
    for who in [Who::Ours, Who::Node(14)] {
        run(&project, who, &["status"])
            .exits(1)
            .says("ERROR: migrations directory does not exist: ");
    }
}

#[test]
fn the_migrations_folder_may_be_another_one() {
    let project = project("");
    project.file("elsewhere/9-z.js", "module.exports = { async up() {} };\n");
    assert_eq!(
        run(
            &project,
            Who::Ours,
            &["up", "--migrations-dir", "elsewhere"]
        )
        .exits(0)
        .stdout,
        "MIGRATED UP: 9-z.js\n"
    );
}

#[test]
fn a_link_by_their_name_is_enough() {
    let project = project("");
    let link = project.path().join("migrate-mongo");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mmk-js"), &link).expect("a link");
    project.file("mmk.config.json", "{}");
    let mut command = Command::new(Path::new("./migrate-mongo"));
    command
        .arg("up")
        .current_dir(project.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    assert!(
        finish(command)
            .exits(0)
            .stdout
            .starts_with("MIGRATED UP: 1-a.js\n")
    );
}

#[test]
fn our_own_features_work_on_their_changelog() {
    let project = project("");
    assert_eq!(
        run(&project, Who::Ours, &["up", "3-c.js"]).exits(0).stdout,
        "MIGRATED UP: 3-c.js\n"
    );
    assert_eq!(
        run(
            &project,
            Who::Ours,
            &["up", "--to", "2-b", "--order", "allow"]
        )
        .exits(0)
        .stdout,
        "MIGRATED UP: 1-a.js\nMIGRATED UP: 2-b.js\n"
    );
    run(
        &project,
        Who::Ours,
        &["up", "--json", "--wait", "5s", "--timeout", "1m"],
    )
    .exits(0)
    .json();
    run(&project, Who::Ours, &["redo", "4-d.js"]).exits(0);
    agree_on_status(&project, 14);
    assert_eq!(
        run(&project, Who::Ours, &["down", "--to", "3-c.js"])
            .exits(0)
            .stdout
            .lines()
            .count(),
        3
    );
    run(
        &project,
        Who::Ours,
        &["mark", "applied", "4-d.js", "--reason", "done by hand"],
    )
    .exits(0);
    agree_on_status(&project, 14);
    run(&project, Who::Ours, &["down", "--all"]).exits(0);
    agree_on_status(&project, 14);
    let reasons: Vec<Document> = project
        .documents("_mmk_history")
        .into_iter()
        .filter(|attempt| {
            attempt
                .get_str("reason")
                .is_ok_and(|reason| reason == "done by hand")
        })
        .collect();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].get_str("user").is_ok());
}

#[test]
fn reading_commands_write_nothing() {
    let project = project("lockCollectionName: 'changelog_lock', lockTtl: 30,");
    for arguments in [["status", "--json"], ["list", "--json"], ["dry-run", "up"]] {
        run(&project, Who::Ours, &arguments).exits(0);
    }
    let collections = with_database(&project.database, async |database| {
        database.list_collection_names().await
    });
    assert_eq!(collections, Vec::<String>::new());
}
