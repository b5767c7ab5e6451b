//! The guides for those who come from another tool: the lines that each begins with are typed here, and the way back is gone.

use crate::davepi;
use crate::interop::node_mmk;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::command;
use crate::interop_migrate_mongo::configure;
use crate::interop_migrate_mongo::run;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;

/// The commands of the first indented block of a guide.
fn first_lines(guide: &str) -> Vec<Vec<String>> {
    let path = format!("{}/../../docs/{guide}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the guide is there");
    let lines: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.starts_with("    "))
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect();
    assert_eq!(lines.len(), 3, "{guide} begins with three lines");
    lines
}

/// Types them; the last one applies what is pending.
fn type_them(guide: &str, typed: impl Fn(&[&str]) -> Output) -> Output {
    let mut last = None;
    for line in first_lines(guide) {
        assert_eq!(line[0], "mmk-js");
        let arguments: Vec<&str> = line[1..].iter().map(String::as_str).collect();
        last = Some(typed(&arguments).exits(0));
    }
    last.expect("there are lines")
}

fn project() -> Project {
    let project = Project::new();
    for name in ["1-a.js", "2-b.js"] {
        project.migration(
            name,
            &format!("const log = (first) => (first.db ?? first).collection('log');\nmodule.exports = {{\n  async up(first) {{ await log(first).insertOne({{ _id: '{name}' }}); }},\n  async down(first) {{ await log(first).deleteOne({{ _id: '{name}' }}); }},\n}};\n"),
        );
    }
    project
}

#[test]
fn from_migrate_mongo_and_back() {
    let project = project();
    configure(&project, "");
    run(&project, Who::Node(14), &["up"]).exits(0);
    project.migration(
        "3-c.js",
        "module.exports = { async up() {}, async down() {} };\n",
    );
    let up = type_them("migrating-from-migrate-mongo.md", |arguments| {
        finish(command(&project, Who::Ours, arguments))
    });
    assert_eq!(up.stdout, "MIGRATED UP: 3-c.js\n");
    // The way back.
    assert_eq!(run(&project, Who::Node(14), &["up"]).exits(0).stdout, "");
    assert_eq!(
        run(&project, Who::Node(14), &["down"]).exits(0).stdout,
        "MIGRATED DOWN: 3-c.js\n"
    );
}

#[test]
fn moving_over_to_mmks_changelog_and_back() {
    let project = project();
    configure(&project, "");
    run(&project, Who::Node(14), &["up"]).exits(0);
    project
        .run(&["--as", "mmk", "import", "--dry-run"])
        .exits(0);
    project.run(&["--as", "mmk", "import"]).exits(0);
    project.migration(
        "3-c.js",
        "module.exports = { async up() {}, async down() {} };\n",
    );
    project.run(&["--as", "mmk", "up"]).exits(0);
    assert_eq!(project.applied().len(), 3);
    // The way back: what was applied since has to be told.
    run(&project, Who::Ours, &["mark", "applied", "3-c.js"]).exits(0);
    assert_eq!(run(&project, Who::Node(14), &["up"]).exits(0).stdout, "");
}

#[test]
fn from_mongo_migrate_kit_and_back() {
    let project = project();
    node_mmk(&project, &["up"]).exits(0);
    project.script("3-c.js", "", "");
    let up = type_them("migrating-from-mongo-migrate-kit.md", |arguments| {
        project.run(arguments)
    });
    assert!(up.stdout.contains("✔ Applied  3-c.js"), "{}", up.stdout);
    node_mmk(&project, &["up"])
        .exits(0)
        .says("Nothing to migrate");
    node_mmk(&project, &["down"])
        .exits(0)
        .says("Reverted 3-c.js");
}

#[test]
fn from_davepi_and_back() {
    let project = project();
    project.file("schema/versions/v1/account.js", "module.exports = { path: 'account', collection: 'account', tenantScoped: false, fields: [] };\n");
    finish(davepi::node(&project, &["migrate"])).exits(0);
    project.migration(
        "3-c.js",
        "module.exports = { async up() {}, async down() {} };\n",
    );
    let up = type_them("migrating-from-davepi.md", |arguments| {
        finish(davepi::ours(&project, arguments))
    });
    assert!(up.stdout.contains("applied 3-c ("), "{}", up.stdout);
    finish(davepi::node(&project, &["migrate"]))
        .exits(0)
        .says("No pending migrations.");
    finish(davepi::node(&project, &["migrate:down"]))
        .exits(0)
        .says("reverted 3-c");
}
