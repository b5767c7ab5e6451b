//! Failures that a script causes, and what the next run makes of them.

use crate::support::Project;

#[test]
fn the_first_failure_stops_and_the_next_up_goes_on() {
    let project = Project::new();
    project.script(
        "1-first.js",
        "await db.collection('a').insertOne({ _id: 1 });",
        "",
    );
    let broken = project.script(
        "2-second.js",
        "await db.collection('a').insertOne({ _id: 2 });\n    throw new TypeError('half-way');",
        "",
    );
    project.script(
        "3-third.js",
        "await db.collection('a').insertOne({ _id: 3 });",
        "",
    );

    let failed = project.run(&["up", "--json"]).exits(1);
    let json = failed.json();
    assert_eq!(
        json["error"]["code"], "MIGRATION_EXECUTION_FAILED",
        "{json:#}"
    );
    assert_eq!(json["results"][0]["file"], "1-first.js", "{json:#}");
    assert_eq!(json["results"][0]["status"], "applied", "{json:#}");
    assert_eq!(project.applied(), ["1-first.js"]);
    let attempt = project
        .documents("_mmk_history")
        .into_iter()
        .find(|attempt| {
            attempt
                .get_str("name")
                .is_ok_and(|name| name == "2-second.js")
        })
        .expect("the failed attempt is on record");
    assert_eq!(attempt.get_str("state").expect("a state"), "failed");
    let error = attempt
        .get_document("error")
        .expect("the error is on record");
    assert_eq!(error.get_str("message").expect("a message"), "half-way");
    assert!(
        error
            .get_str("stack")
            .expect("a stack")
            .contains("2-second.js:4")
    );

    std::fs::write(
        broken,
        "module.exports = { up: (db) => db.collection('a').updateOne({ _id: 2 }, { $set: { ok: true } }, { upsert: true }), down() {} };",
    )
    .expect("the file is writable");
    let again = project.run(&["up"]).exits(0);
    assert!(again.stderr.contains("2-second.js") || again.stdout.contains("2-second.js"));
    assert_eq!(
        project.applied(),
        ["1-first.js", "2-second.js", "3-third.js"]
    );
}

#[test]
fn everything_that_can_be_refused_is_refused_before_the_first_write() {
    let project = Project::new();
    project.script(
        "1-good.js",
        "await db.collection('a').insertOne({ _id: 1 });",
        "",
    );
    project.migration(
        "2-broken.js",
        "module.exports = {\n  async up(db) {\n    await db.collection('a'\n  },\n};\n",
    );
    project.migration("3-no-up.js", "module.exports = { down() {} };\n");
    project.migration(
        "4-missing.js",
        "require('./nowhere');\nmodule.exports = { up() {}, down() {} };\n",
    );
    let refused = project.run(&["up"]).exits(1);
    for part in ["2-broken.js", "3-no-up.js", "4-missing.js", "nowhere"] {
        assert!(
            refused.stderr.contains(part),
            "{part} is missing in\n{}",
            refused.stderr
        );
    }
    assert!(
        refused.stderr.contains("2-broken.js:3"),
        "{}",
        refused.stderr
    );
    assert_eq!(project.dump(), serde_json::json!({}));
    assert!(project.applied().is_empty());
}

#[test]
fn an_error_shows_the_users_line_and_none_of_ours() {
    let project = Project::new();
    project.migration(
        "1-duplicate.js",
        "const insert = (db) => db.collection('a').insertOne({ _id: 1 });\n\nmodule.exports = {\n  async up(db) {\n    await insert(db);\n    await insert(db);\n  },\n  async down() {},\n};\n",
    );
    let failed = project.run(&["up"]).exits(1);
    assert!(failed.stderr.contains("E11000"), "{}", failed.stderr);
    assert!(
        failed.stderr.contains("1-duplicate.js:6"),
        "{}",
        failed.stderr
    );
    assert!(!failed.stderr.contains("ext:"), "{}", failed.stderr);
}

#[test]
fn a_transaction_is_all_or_nothing_its_record_included() {
    let project = Project::new();
    project.migration(
        "1-all.js",
        "module.exports = { useTransaction: true, up: async (db) => { await db.collection('a').insertOne({ _id: 1 }); await db.collection('b').insertOne({ _id: 1 }); }, down() {} };",
    );
    project.migration(
        "2-nothing.js",
        "module.exports = { useTransaction: true, up: async (db) => { await db.collection('a').insertOne({ _id: 2 }); throw new Error('no'); }, down() {} };",
    );
    project.run(&["up"]).exits(1);
    assert_eq!(project.applied(), ["1-all.js"]);
    assert_eq!(project.documents("a").len(), 1);
}

#[test]
fn a_forgotten_await_is_finished_and_told() {
    let project = Project::new();
    project.migration(
        "1-forgetful.js",
        "module.exports = { async up(db) { for (let n = 0; n < 50; n++) db.collection('a').insertOne({ n }); }, down() {} };",
    );
    project.run(&["up"]).exits(0).says("await");
    assert_eq!(project.documents("a").len(), 50);
}

#[test]
fn a_promise_that_never_settles_is_told_apart() {
    let project = Project::new();
    project.migration(
        "1-never.js",
        "module.exports = { up: () => new Promise(() => {}), down() {} };",
    );
    project.run(&["up"]).exits(1).says("settle");
}

#[test]
fn an_unhandled_rejection_fails_the_migration() {
    let project = Project::new();
    project.migration(
        "1-reject.js",
        "module.exports = { async up() { Promise.reject(new Error('nobody caught me')); await new Promise((resolve) => setTimeout(resolve, 20)); }, down() {} };",
    );
    project.run(&["up"]).exits(1).says("nobody caught me");
}
