//! Three tools on one database in one sequence: npm's mmk, npm's migrate-mongo and we take turns. The sequence is played by the Node tools alone,
//! then with us in every second place, then with us in the others. After each command stdout, the exit code, both changelogs and everything
//! that the scripts wrote must be the same.

use bson::Bson;
use bson::Document;

use crate::interop::node_mmk;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::configure;
use crate::interop_migrate_mongo::run;
use crate::support::Output;
use crate::support::Project;

/// Whose command it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tool {
    Mmk,
    MigrateMongo,
}

use Tool::MigrateMongo;
use Tool::Mmk;

/// Both tools run the same files; a command of the one knows nothing of the other's records.
const SEQUENCE: [(Tool, &[&str]); 30] = [
    (Mmk, &["up", "1-a.js"]),
    (MigrateMongo, &["up"]),
    (Mmk, &["status"]),
    (MigrateMongo, &["status"]),
    (Mmk, &["up"]),
    (MigrateMongo, &["down"]),
    (Mmk, &["down"]),
    (MigrateMongo, &["down", "-b"]),
    (MigrateMongo, &["up"]),
    (Mmk, &["redo", "1-a.js"]),
    (Mmk, &["down", "1-a.js"]),
    (Mmk, &["down"]),
    (MigrateMongo, &["status"]),
    (MigrateMongo, &["down", "--block"]),
    (MigrateMongo, &["down"]),
    (Mmk, &["up", "--step"]),
    (Mmk, &["list", "--applied", "--json"]),
    (Mmk, &["down", "--steps", "2"]),
    (MigrateMongo, &["up"]),
    (Mmk, &["dry-run", "up"]),
    (Mmk, &["dry-run", "down"]),
    (Mmk, &["up", "2-b.js"]),
    (Mmk, &["up", "9-none.js"]),
    (Mmk, &["down", "--batch", "99"]),
    (MigrateMongo, &["down", "-b"]),
    (MigrateMongo, &["up"]),
    (Mmk, &["status", "--check"]),
    (Mmk, &["up"]),
    (MigrateMongo, &["status"]),
    (Mmk, &["status"]),
];

fn project() -> Project {
    let project = Project::new();
    configure(
        &project,
        "lockCollectionName: 'changelog_lock', lockTtl: 30,",
    );
    for name in ["1-a", "2-b", "3-c", "4-d"] {
        // One file for both ways of being called; ids say in which order it happened.
        project.migration(
            &format!("{name}.js"),
            &format!(
                "const note = async (first, what) => {{\n  const db = first.db ?? first;\n  const log = db.collection('log');\n  await log.insertOne({{ _id: await log.countDocuments(), what }});\n}};\nmodule.exports = {{\n  description: 'about {name}',\n  up: (first, client) => note(first, 'up {name}'),\n  down: (first, client) => note(first, 'down {name}'),\n}};\n"
            ),
        );
    }
    project
}

fn play(project: &Project, tool: Tool, ours: bool, arguments: &[&str]) -> Output {
    match (tool, ours) {
        (Mmk, true) => project.run(&[&["--as", "mmk"], arguments].concat()),
        (Mmk, false) => node_mmk(project, arguments),
        (MigrateMongo, true) => run(project, Who::Ours, arguments),
        (MigrateMongo, false) => run(project, Who::Node(14), arguments),
    }
}

/// What a user and the next tool see after a command.
#[derive(Debug, PartialEq)]
struct Seen {
    stdout: String,
    code: i32,
    records: Vec<String>,
    changelog: Vec<String>,
    log: Vec<String>,
    locks: usize,
}

fn seen(project: &Project, output: &Output) -> Seen {
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a valid pattern");
    let stable = project.stable(&colour.replace_all(&output.stdout, ""));
    let block = regex::Regex::new(r"\b\d{13}\b").expect("a valid pattern");
    // The Node tool draws a line between any two rows.
    let lines: Vec<&str> = stable
        .lines()
        .filter(|line| !line.starts_with('├'))
        .collect();
    let texts = |collection: &str| -> Vec<String> {
        let mut documents = project.documents(collection);
        documents.sort_by_key(|one| {
            ["name", "fileName"]
                .iter()
                .find_map(|key| one.get_str(key).ok().map(str::to_owned))
        });
        let blocks: Vec<Option<Bson>> = documents
            .iter()
            .map(|one| one.get("migrationBlock").cloned())
            .collect();
        documents
            .iter()
            .map(|document| comparable(document, &blocks))
            .collect()
    };
    Seen {
        stdout: block.replace_all(&lines.join("\n"), "<block>").into_owned(),
        code: output.code(),
        records: texts("_mmk_migrations"),
        changelog: texts("changelog"),
        log: texts("log"),
        locks: project.documents("_mmk_locks").len() + project.documents("changelog_lock").len(),
    }
}

/// Fields with their types and, where two runs can agree on them, their values; blocks by the first record that has the same.
fn comparable(document: &Document, blocks: &[Option<Bson>]) -> String {
    let fields: Vec<String> = document
        .iter()
        .map(|(key, value)| {
            let shown = match (key.as_str(), value) {
                ("migrationBlock", _) => {
                    let first = blocks.iter().position(|one| one.as_ref() == Some(value));
                    format!("like {first:?}")
                }
                ("duration", _) | (_, Bson::ObjectId(_) | Bson::DateTime(_)) => "some".to_owned(),
                (_, value) => value.to_string(),
            };
            format!("{key}: {:?} {shown}", value.element_type())
        })
        .collect();
    fields.join(", ")
}

#[test]
fn whoever_does_a_step_everybody_sees_the_same_afterwards() {
    let reference: Vec<Seen> = {
        let project = project();
        SEQUENCE
            .iter()
            .map(|(tool, arguments)| seen(&project, &play(&project, *tool, false, arguments)))
            .collect()
    };
    for ours in [0, 1] {
        let project = project();
        for (index, (tool, arguments)) in SEQUENCE.iter().enumerate() {
            let output = play(&project, *tool, index % 2 == ours, arguments);
            assert_eq!(
                seen(&project, &output),
                reference[index],
                "step {index} {tool:?} {arguments:?}, our turns are those with remainder {ours}\n{}",
                output.stderr
            );
        }
    }
}

#[test]
fn a_failure_leaves_the_same_behind_whoever_met_it() {
    let failing = |ours: bool| {
        let project = project();
        let all = (Mmk, ["up"]);
        play(&project, all.0, !ours, &all.1).exits(0);
        play(&project, MigrateMongo, !ours, &["up"]).exits(0);
        project.migration(
            "5-e.js",
            "module.exports = {\n  async up(first) {\n    await (first.db ?? first).collection('log').insertOne({ _id: 'half' });\n    throw new Error('boom');\n  },\n  async down() {},\n};\n",
        );
        let steps: [(Tool, &[&str]); 6] = [
            (MigrateMongo, &["up"]),
            (MigrateMongo, &["status"]),
            (Mmk, &["down", "4-d.js"]),
            (Mmk, &["status"]),
            (MigrateMongo, &["down"]),
            (MigrateMongo, &["status"]),
        ];
        steps
            .iter()
            .map(|(tool, arguments)| {
                let output = play(&project, *tool, ours, arguments);
                seen(&project, &output)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(failing(true), failing(false));
}
