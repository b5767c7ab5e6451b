//! A migration that left no trace in its isolate leaves it to the next one (docs/decisions/0014). What a script could notice of that is what
//! it notices under Node, where all migrations of a run share one process; what it must not notice is here.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bson::Document;

use crate::support::Project;

/// Enough migrations for isolates to be kept.
const FILES: [&str; 6] = ["1-a.js", "2-b.js", "3-c.js", "4-d.js", "5-e.js", "6-f.js"];

/// The part of an object id that one isolate, or one process of Node, gives to all of its ids.
fn world_of(document: &Document) -> String {
    let id = document.get_object_id("_id").expect("an id");
    id.to_hex()[8..18].to_owned()
}

/// In which world each file's document was made.
fn worlds(project: &Project) -> BTreeMap<String, String> {
    project
        .documents("made")
        .iter()
        .map(|document| {
            let file = document.get_str("file").expect("a name");
            (file.to_owned(), world_of(document))
        })
        .collect()
}

const MAKES: &str = "await db.collection('made').insertOne({ file: __filename.split('/').pop() });";

#[test]
fn plain_migrations_share_an_isolate_and_each_has_its_own_record() {
    for driver in ["3.7.4", "4.17.2", "5.9.2", "6.10.0", "7.0.0"] {
        let project = Project::new();
        let package = format!("{{ \"version\": \"{driver}\" }}");
        project.file("node_modules/mongodb/package.json", &package);
        for (index, file) in FILES.iter().enumerate() {
            // Whoever uses more of the driver leaves no trace either.
            let uses = "const { ObjectId, Long } = require('mongodb'); await db.collection('made').find({ _id: { $ne: new ObjectId() }, n: Long.fromNumber(1) }).toArray();";
            let body = if index % 2 == 0 {
                MAKES
            } else {
                &format!("{uses}\n{MAKES}")
            };
            project.script(file, body, "");
        }
        project.run(&["up"]).exits(0);
        share_a_world(&project, driver);
    }
}

fn share_a_world(project: &Project, driver: &str) {
    let worlds = worlds(project);
    assert_eq!(worlds.len(), FILES.len());
    let different: BTreeSet<&String> = worlds.values().collect();
    assert_eq!(different.len(), 1, "driver {driver}: {worlds:?}");
    for attempt in project.documents("_mmk_history") {
        let counts = attempt.get_array("counts").expect("counts");
        let [bson::Bson::Document(count)] = &counts[..] else {
            panic!("one collection: {attempt}");
        };
        assert_eq!(count.get_i32("inserted").ok(), Some(1), "{attempt}");
    }
}

/// What ends an isolate's service, as the body of `up` or as the file's own code.
const LEAVES_SOMETHING: [(&str, &str); 8] = [
    ("a global", "globalThis.left = 1;"),
    (
        "a global without its name",
        "(function () { this.process.env.LEFT = '1'; })();",
    ),
    ("a changed builtin", "Promise.race = () => 1;"),
    (
        "a changed function of the driver",
        "Object.getPrototypeOf(db).collections = () => [];",
    ),
    (
        "state of a module",
        "require('util').inspect.defaultOptions.depth = 9;",
    ),
    ("a listener", "process.on('exit', () => {});"),
    ("the environment", "process.env.LEFT = '1';"),
    ("a timer", "setTimeout(() => {}, 60_000);"),
];

#[test]
fn what_leaves_something_behind_leaves_its_isolate_to_nobody() {
    for (name, statement) in LEAVES_SOMETHING {
        let project = Project::new();
        for file in FILES {
            let before = if file == "3-c.js" { statement } else { "" };
            let left = "const left = { file: __filename.split('/').pop(), race: Promise.race.length, collections: (await db.collections()).length > 0 };";
            project.script(
                file,
                &format!("{before}\n{MAKES}\n{left}\nawait db.collection('left').insertOne(left);"),
                "",
            );
        }
        project.run(&["up"]).exits(0);
        let worlds = worlds(&project);
        let after = &worlds["4-d.js"];
        for file in &FILES[..3] {
            assert_ne!(&worlds[*file], after, "{name}: {worlds:?}");
        }
        // Before and after it, isolates are shared.
        assert_eq!(worlds["1-a.js"], worlds["2-b.js"], "{name}: {worlds:?}");
        assert_eq!(after, &worlds["6-f.js"], "{name}: {worlds:?}");
        let clean = bson::doc! { "race": 1, "collections": true };
        for mut found in project.documents("left") {
            found.remove("_id");
            let file = found.remove("file");
            let spoils = file == Some("3-c.js".into());
            assert!(spoils || found == clean, "{name}, {file:?}: {found}");
        }
    }
}

#[test]
fn a_file_that_runs_again_is_evaluated_again() {
    let project = Project::new();
    for file in FILES {
        let text = "let calls = 0;
            const call = async (db) => { calls += 1; await db.collection('calls').insertOne({ calls, file: __filename.split('/').pop() }); };
            module.exports = { up: call, down: call };";
        project.migration(file, text);
    }
    project.run(&["up"]).exits(0);
    project.run(&["redo"]).exits(0);
    let calls = project.documents("calls");
    assert_eq!(calls.len(), FILES.len() + 2);
    for call in calls {
        assert_eq!(call.get("calls"), Some(&bson::Bson::Int32(1)), "{call}");
    }
}

#[test]
fn a_failure_among_them_is_told_of_the_right_one() {
    let project = Project::new();
    for file in FILES {
        let fails = if file == "4-d.js" {
            "throw new Error('here it ends');"
        } else {
            ""
        };
        project.script(file, &format!("{MAKES}\n{fails}"), "");
    }
    let output = project.run(&["up"]).exits(1);
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(
        said.contains("here it ends") && said.contains("4-d.js"),
        "{said}"
    );
    assert_eq!(project.applied(), FILES[..3]);
    assert_eq!(project.documents("made").len(), 4);
}

/// The lines that begin like this, with what follows them.
fn told<'a>(output: &'a str, beginnings: &[&str]) -> Vec<&'a str> {
    output
        .lines()
        .filter(|line| {
            beginnings
                .iter()
                .any(|beginning| line.starts_with(beginning))
        })
        .map(|line| line.split("  [").next().expect("a first part").trim_end())
        .collect()
}

/// The next file may be loaded while the end of the one before is recorded, but nobody can tell.
#[test]
fn what_a_file_says_when_it_is_loaded_comes_in_its_turn() {
    let project = Project::new();
    for file in FILES {
        let text = format!(
            "console.log('loading {file}');\nexports.up = async (db) => {{ console.log('running {file}'); {MAKES} }};"
        );
        project.migration(file, &text);
    }
    let output = project.run(&["up"]).exits(0);
    let expected: Vec<String> = FILES
        .iter()
        .flat_map(|file| {
            [
                format!("loading {file}"),
                format!("running {file}"),
                format!("✔ Applied  {file}"),
            ]
        })
        .collect();
    assert_eq!(told(&output.stdout, &["loading", "running", "✔"]), expected);
    share_a_world(&project, "7");
}

#[test]
fn es_modules_and_typescript_are_loaded_ahead_as_well() {
    let project = Project::new();
    let names = ["1-a.js", "2-b.js", "3-c.ts", "4-d.js", "5-e.ts", "6-f.js"];
    for (index, file) in names.iter().enumerate() {
        let made = format!("await db.collection('made').insertOne({{ file: '{file}' }});");
        let text = match (file.ends_with(".ts"), index) {
            (true, _) => format!(
                "import type {{ Db }} from 'mongodb';\nexport const up = async (db: Db): Promise<void> => {{ {made} }};"
            ),
            (false, 1 | 3) => format!("export async function up(db) {{ {made} }}"),
            (false, _) => format!("exports.up = async (db) => {{ {made} }};"),
        };
        project.migration(file, &text);
    }
    project.run(&["up"]).exits(0);
    assert_eq!(project.applied(), names);
    share_a_world(&project, "7");
}

#[test]
fn each_step_begins_only_when_the_one_before_has_ended() {
    let project = Project::new();
    for file in FILES {
        // What each script finds recorded while it runs.
        let body = format!(
            "const running = await db.collection('_mmk_history').find({{ state: 'running' }}).toArray();
            const applied = await db.collection('_mmk_migrations').countDocuments();
            await db.collection('seen').insertOne({{ file: '{file}', running: running.map((one) => one.name), applied }});"
        );
        project.script(file, &body, "");
    }
    project.run(&["up"]).exits(0);
    let mut seen = project.documents("seen");
    seen.sort_by_key(|one| one.get_str("file").expect("a name").to_owned());
    for (index, (one, file)) in seen.iter().zip(FILES).enumerate() {
        assert_eq!(one.get_array("running").expect("a list"), &[file.into()]);
        assert_eq!(one.get_i32("applied").ok(), i32::try_from(index).ok());
    }
    assert_eq!(seen.len(), FILES.len());
}
