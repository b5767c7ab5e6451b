//! Targets, and the commands that correct records without running anything: `mark`, `baseline`, `accept`.

use crate::support::Project;

fn project() -> Project {
    let project = Project::new();
    for name in ["1-a.js", "2-b.js", "3-c.js", "4-d.js"] {
        project.script(
            name,
            &format!("await db.collection('log').insertOne({{ _id: '{name}' }});"),
            &format!("await db.collection('log').deleteOne({{ _id: '{name}' }});"),
        );
    }
    project
}

#[test]
fn targets_say_how_far_to_go() {
    let project = project();
    project.run(&["up", "--to", "2-b.js"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js", "2-b.js"]);
    project.run(&["up", "--steps", "1"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js", "2-b.js", "3-c.js"]);
    project.run(&["down", "--to", "1-a"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js"]);
    project.run(&["up"]).exits(0);
    project
        .run(&["dry-run", "down", "--all"])
        .exits(0)
        .says("Would revert: 4");
    project.run(&["down", "--all"]).exits(0);
    assert_eq!(project.applied(), [""; 0]);
    assert_eq!(project.documents("log").len(), 0);
    project
        .run(&["up", "--to", "2-b.js", "--steps", "1"])
        .exits(1);
    project
        .run(&["up", "--to", "9-z.js"])
        .exits(1)
        .says("MIGRATION_FILE_NOT_FOUND");
}

#[test]
fn a_baseline_runs_nothing_and_is_where_up_goes_on() {
    let project = project();
    let recorded = project
        .run(&["baseline", "--to", "3-c.js", "--json"])
        .exits(0)
        .json();
    assert_eq!(recorded.as_array().map(Vec::len), Some(3));
    assert_eq!(project.documents("log").len(), 0);
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("log").len(), 1);
    assert_eq!(project.applied().len(), 4);
}

#[test]
fn marks_are_kept_with_who_and_why() {
    let project = project();
    project
        .run(&[
            "mark", "applied", "1-a.js", "2-b.js", "--reason", "ticket 7",
        ])
        .exits(0);
    assert_eq!(project.applied(), ["1-a.js", "2-b.js"]);
    project.run(&["mark", "pending", "2-b.js"]).exits(0);
    assert_eq!(project.applied(), ["1-a.js"]);
    project
        .run(&["mark", "pending", "2-b.js"])
        .exits(0)
        .says("Nothing to record");
    project
        .run(&["mark", "done", "2-b.js"])
        .exits(1)
        .says("INVALID_ARGUMENT");
    project
        .run(&["mark", "applied", "9-z.js"])
        .exits(1)
        .says("MIGRATION_FILE_NOT_FOUND");
    let history = project.documents("_mmk_history");
    let with_reason = history.iter().filter(|entry| {
        entry
            .get_str("reason")
            .is_ok_and(|reason| reason == "ticket 7")
    });
    assert_eq!((history.len(), with_reason.count()), (3, 2));
    for entry in history {
        assert_eq!(entry.get_str("by").ok(), Some("mark"));
        assert!(entry.get_str("user").is_ok_and(|user| !user.is_empty()));
    }
}

#[test]
fn an_accepted_text_is_the_right_one_from_then_on() {
    let project = project();
    project.run(&["up"]).exits(0);
    project.script(
        "2-b.js",
        "/* a comment */",
        "await db.collection('log').deleteOne({ _id: '2-b.js' });",
    );
    project
        .run(&["up", "--strict"])
        .exits(1)
        .says("CHECKSUM_MISMATCH");
    project
        .run(&["down", "2-b.js"])
        .exits(1)
        .says("CHECKSUM_MISMATCH");
    project
        .run(&["accept", "2-b.js", "--reason", "comment only"])
        .exits(0);
    project.run(&["up", "--strict"]).exits(0);
    project
        .run(&["accept", "2-b.js"])
        .exits(0)
        .says("Nothing to record");
    project.run(&["down", "2-b.js"]).exits(0);
}

#[test]
fn line_endings_are_told_from_edits() {
    let project = project();
    project.run(&["up"]).exits(0);
    let path = project.path().join("migrations/2-b.js");
    let text = std::fs::read_to_string(&path).expect("the file");
    std::fs::write(&path, text.replace('\n', "\r\n")).expect("the file");
    project
        .run(&["up"])
        .exits(0)
        .says("only line endings or blanks differ");
}

#[test]
fn late_files_are_told_refused_or_let_pass() {
    let project = project();
    project.run(&["up"]).exits(0);
    project.script("0-late.js", "", "");
    project
        .run(&["up", "--order", "error"])
        .exits(1)
        .says("OUT_OF_ORDER");
    assert_eq!(project.applied().len(), 4);
    let quiet = project
        .run(&["dry-run", "up"])
        .exits(0)
        .says("Out of order: 0-late.js");
    assert!(quiet.stdout.contains("0-late.js"));
    let silent = project.run(&["up", "--order", "allow"]).exits(0);
    assert!(!silent.stderr.contains("Out of order"), "{}", silent.stderr);
    project
        .run(&["up", "--order", "sometimes"])
        .exits(1)
        .says("CONFIG_INVALID");
}

#[test]
fn a_missing_or_renamed_file_is_told() {
    let project = project();
    project.run(&["up"]).exits(0);
    let folder = project.path().join("migrations");
    std::fs::rename(folder.join("2-b.js"), folder.join("2-better.js")).expect("the file");
    std::fs::remove_file(folder.join("3-c.js")).expect("the file");
    project
        .run(&["dry-run", "up"])
        .exits(0)
        .says("Renamed? 2-better.js has the text of 2-b.js")
        .says("File missing: 3-c.js");
    project.run(&["mark", "applied", "2-better.js"]).exits(0);
    project.run(&["mark", "pending", "2-b.js"]).exits(0);
    project.run(&["up"]).exits(0).says("Nothing to migrate");
}

#[test]
fn a_rename_is_recorded_by_one_command_in_every_changelog() {
    use crate::interop_migrate_mongo::configure;
    for tool in ["mmk", "migrate-mongo", "davepi"] {
        let project = project();
        configure(&project, "");
        let run = |arguments: &[&str]| {
            let mut command = project.command(&[&["--as", tool], arguments].concat());
            command.env("MONGO_URI", crate::interop_traps::project_uri(&project));
            crate::support::finish(command)
        };
        run(&["up"]).exits(0);
        let folder = project.path().join("migrations");
        std::fs::rename(folder.join("2-b.js"), folder.join("2-better.js")).expect("the file");
        run(&["dry-run", "up"])
            .exits(0)
            .says("`mmk-js rename 2-b.js 2-better.js`");
        run(&["rename", "2-b.js", "1-a.js"])
            .exits(1)
            .says("has a record of its own");
        run(&["rename", "2-b.js", "2-better.js", "--reason", "typo"])
            .exits(0)
            .says("Renamed 2-b.js to 2-better.js");
        run(&["rename", "2-b.js", "2-better.js"])
            .exits(0)
            .says("Nothing to record");
        let before = project.documents("log").len();
        run(&["up"]).exits(0);
        assert_eq!(
            project.documents("log").len(),
            before,
            "{tool}: nothing ran"
        );
        run(&["down", "2-better.js"]).exits(0);
        assert_eq!(project.documents("log").len(), before - 1, "{tool}");
        let history = project.documents("_mmk_history");
        let kept = history
            .iter()
            .filter(|entry| entry.get_str("renamedFrom").ok() == Some("2-b.js"));
        assert_eq!(kept.count(), 1, "{tool}");
    }
}
