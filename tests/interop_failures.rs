//! Every way in which a command ends without having done its work, beside npm's migrate-mongo 14 and npm's mmk: stdout, the exit code and the
//! words that pipelines look for.

use bson::doc;

use crate::interop::node_mmk;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::run;
use crate::support::Project;
use crate::support::server_uri;
use crate::support::with_database;

const FINE: &str = "module.exports = { async up() {}, async down() {} };\n";

/// A migrate-mongo project with one migration; `config` in place of the usual one, `script` in place of a migration that works.
fn project(config: Option<&str>, script: &str) -> Project {
    let project = Project::new();
    let usual = "module.exports = { mongodb: { url: '$URI', databaseName: '$DB', options: { serverSelectionTimeoutMS: 500 } }, migrationsDir: 'migrations', changelogCollectionName: 'changelog', migrationFileExtension: '.js', moduleSystem: 'commonjs' };";
    let config = config.unwrap_or(usual);
    if !config.is_empty() {
        project.file(
            "migrate-mongo-config.js",
            &config
                .replace(
                    "$USUAL",
                    usual
                        .trim_start_matches("module.exports = ")
                        .trim_end_matches(';'),
                )
                .replace("$URI", server_uri())
                .replace("$DB", &project.database),
        );
    }
    project.migration("1-a.js", script);
    project
}

/// Both end alike, and both begin with this sentence; ours says more where more is known.
#[track_caller]
fn same(project: &Project, arguments: &[&str], sentence: &str) {
    let theirs = run(project, Who::Node(14), arguments);
    let ours = run(project, Who::Ours, arguments);
    assert_eq!(
        (&ours.stdout, ours.code()),
        (&theirs.stdout, theirs.code()),
        "{arguments:?}\n{}\n{}",
        ours.stderr,
        theirs.stderr
    );
    for (who, text) in [("theirs", &theirs.stderr), ("ours", &ours.stderr)] {
        assert!(text.starts_with(sentence), "{arguments:?}, {who}: {text}");
    }
}

#[test]
fn a_migration_that_fails_is_told_in_the_same_words() {
    for (script, reason) in [
        (
            "module.exports = { async up() { throw new Error('boom'); } };",
            "boom",
        ),
        (
            "module.exports = { up() { null.x; } };",
            "Cannot read properties of null (reading 'x')",
        ),
        (
            "module.exports = { async up(db) { await db.command({ nope: 1 }); } };",
            "no such command: 'nope'",
        ),
        ("module.exports = {", "Unexpected end of input"),
        (
            "require('not-installed');",
            "Cannot find module 'not-installed'",
        ),
        ("module.exports = {};", "migration.up is not a function"),
    ] {
        let project = project(None, script);
        same(
            &project,
            &["up"],
            &format!("ERROR: Could not migrate up 1-a.js: {reason}"),
        );
        assert_eq!(project.documents("changelog").len(), 0);
    }
}

#[test]
fn what_cannot_be_reverted_is_told_in_the_same_words() {
    for (script, reason) in [
        (
            "exports.up = async () => {};",
            "migration.down is not a function",
        ),
        (
            "exports.up = async () => {};\nexports.down = async () => { throw new Error('no way back'); };",
            "no way back",
        ),
    ] {
        let project = project(None, script);
        run(&project, Who::Ours, &["up"]).exits(0);
        same(
            &project,
            &["down"],
            &format!("ERROR: Could not migrate down 1-a.js: {reason}"),
        );
        assert_eq!(project.documents("changelog").len(), 1);
    }
}

#[test]
fn a_configuration_that_is_no_good_ends_with_1_and_says_what_is_wrong() {
    let said = |config: &str, arguments: &[&str], words: &str| {
        let project = project(Some(config), FINE);
        let theirs = run(&project, Who::Node(14), arguments).exits(1);
        let ours = run(&project, Who::Ours, arguments).exits(1);
        assert_eq!(ours.stdout, theirs.stdout);
        assert!(ours.stderr.starts_with("ERROR: "), "{}", ours.stderr);
        assert!(ours.stderr.contains(words), "{words}: {}", ours.stderr);
    };
    said("module.exports = {;", &["up"], "Unexpected token ';'");
    said("throw new Error('no secret');", &["status"], "no secret");
    said(
        "module.exports = Promise.reject(new Error('vault is down'));",
        &["up"],
        "vault is down",
    );
    said(
        "module.exports = null;",
        &["up"],
        "must hold an object of options, not null",
    );
    said(
        "module.exports = {};",
        &["up"],
        "No `url` defined in config file!",
    );
    said(
        "module.exports = { mongodb: {} };",
        &["down"],
        "`mongodb.url` in migrate-mongo-config.js",
    );
    said(
        "module.exports = { mongodb: { url: 'http://x' } };",
        &["up"],
        "mongodb.url must be a connection string",
    );
    said(
        "module.exports = { mongodb: { url: 'mongodb://127.0.0.1:1', options: { serverSelectionTimeoutMS: 500 } } };",
        &["up"],
        "`mongodb.url` is right",
    );
    said(
        "module.exports = { ...$USUAL, migrationFileExtension: 'js' };",
        &["up"],
        "must start with dot",
    );
    said(
        "module.exports = { ...$USUAL, mongodb: { url: '$URI', options: { nonsense: 1 } } };",
        &["up"],
        "nonsense",
    );
}

#[test]
fn the_list_of_problems_is_told_once() {
    let project = project(
        Some("module.exports = { ...$USUAL, migrationFileExtension: 'js' };"),
        FINE,
    );
    let said = run(&project, Who::Ours, &["up"]).exits(1).stderr;
    assert_eq!(said.matches("must start with dot").count(), 1, "{said}");
    let missing = self::project(None, "require('not-installed');");
    let said = run(&missing, Who::Ours, &["up"]).exits(1).stderr;
    assert_eq!(said.matches("Require stack").count(), 1, "{said}");
}

#[test]
fn a_missing_config_is_named() {
    let project = project(Some(""), FINE);
    for arguments in [
        ["up"].as_slice(),
        &["status"],
        &["down"],
        &["create", "x"],
        &["up", "-f", "other.js"],
    ] {
        let theirs = run(&project, Who::Node(14), arguments).exits(1);
        let asked = [&["--as", "migrate-mongo"], arguments].concat();
        let ours = run(&project, Who::Ours, &asked).exits(1);
        let name = if arguments.contains(&"-f") {
            "other.js"
        } else {
            "migrate-mongo-config.js"
        };
        assert_eq!(ours.stdout, theirs.stdout);
        assert!(
            ours.stderr.starts_with("ERROR: ") && ours.stderr.contains(name),
            "{}",
            ours.stderr
        );
    }
    run(&project, Who::Ours, &["status"])
        .exits(1)
        .says("no config file of mmk, migrate-mongo or dAvePi is in");
}

#[test]
fn folders_and_files_in_the_way_are_named_alike() {
    let project = project(None, FINE);
    for arguments in [
        ["up", "--migrations-dir", "nowhere"],
        ["down", "--migrations-dir", "nowhere"],
        ["status", "--migrations-dir", "nowhere"],
    ] {
        same(
            &project,
            &arguments,
            "ERROR: migrations directory does not exist: ",
        );
    }
    same(
        &project,
        &["create", "x", "--migrations-dir", "nowhere"],
        "ERROR: migrations directory does not exist: ",
    );
    same(
        &project,
        &["init"],
        "ERROR: migrations directory already exists: ",
    );
    std::fs::rename(
        project.path().join("migrations"),
        project.path().join("moved"),
    )
    .expect("the folder");
    same(&project, &["init"], "ERROR: config file already exists: ");
}

#[test]
fn a_lock_that_somebody_holds_is_told_in_the_same_words() {
    let project = project(
        Some("module.exports = { ...$USUAL, lockCollectionName: 'changelog_lock', lockTtl: 60 };"),
        FINE,
    );
    with_database(&project.database, async |database| {
        database
            .collection::<bson::Document>("changelog_lock")
            .insert_one(doc! { "createdAt": bson::DateTime::now() })
            .await
            .map(drop)
    });
    same(
        &project,
        &["up"],
        "ERROR: Could not migrate up, a lock is in place.",
    );
    same(
        &project,
        &["down"],
        "ERROR: Could not migrate down, a lock is in place.",
    );
    run(&project, Who::Ours, &["up"])
        .exits(1)
        .says("a process that left no name in `changelog_lock`");
}

#[test]
fn what_was_mistyped_is_told_alike() {
    let project = project(None, FINE);
    for (arguments, sentence) in [
        (
            ["frobnicate"].as_slice(),
            "error: unknown command 'frobnicate'",
        ),
        (
            &["stats"],
            "error: unknown command 'stats'\n(Did you mean status?)",
        ),
        (&["down", "-x"], "error: unknown option '-x'"),
        (&["up", "-b"], "error: unknown option '-b'"),
        (&["create"], "ERROR: Missing parameter: description"),
        (&["create", ""], "ERROR: Missing parameter: description"),
        (&["create", "a", "b"], "error: "),
        (&["up", "-f"], "error: "),
        (&["init", "-m"], "error: "),
        (&["status", "extra"], "error: "),
        (&[], ""),
    ] {
        same(&project, arguments, sentence);
    }
}

#[test]
fn nothing_to_do_says_nothing() {
    let project = project(None, FINE);
    same(&project, &["down"], "");
    run(&project, Who::Node(14), &["up"]).exits(0);
    same(&project, &["up"], "");
}

/// npm's mmk and we, on one project: exit code, stdout (of JSON, the code of the error), and the code on stderr.
#[track_caller]
fn same_as_mmk(project: &Project, arguments: &[&str], code: &str) {
    let theirs = node_mmk(project, arguments);
    let ours = project.run(&[&["--as", "mmk"], arguments].concat());
    assert_eq!(
        ours.code(),
        theirs.code(),
        "{arguments:?}\n{}\n{}",
        ours.stderr,
        theirs.stderr
    );
    if arguments.contains(&"--json") && theirs.code() != 0 {
        assert_eq!(
            ours.json()["error"]["code"],
            theirs.json()["error"]["code"],
            "{arguments:?}"
        );
    } else {
        assert_eq!(ours.stdout, theirs.stdout, "{arguments:?}");
        for (who, text) in [("theirs", &theirs.stderr), ("ours", &ours.stderr)] {
            assert!(text.contains(code), "{arguments:?}, {who}: {text}");
        }
    }
}

#[test]
fn mmk_and_we_refuse_alike() {
    let project = Project::new();
    for (arguments, code) in [
        (
            ["stauts"].as_slice(),
            "error: unknown command 'stauts'\n(Did you mean status?)",
        ),
        (
            &["up", "--forc"],
            "error: unknown option '--forc'\n(Did you mean --force?)",
        ),
        (&["create"], "error: missing required argument 'name'"),
        (&["create", "!!!"], "INVALID_ARGUMENT"),
        (&["create", "--js", "--ts", "a"], "INVALID_ARGUMENT"),
        (&["dry-run", "sideways"], "INVALID_ARGUMENT"),
        (&["up", "--force"], "INVALID_ARGUMENT"),
        (&["up", "1.js", "--force", "--json"], ""),
        (&["up", "../x.js"], "MIGRATION_INVALID_NAME"),
        (&["up", "nope.js"], "MIGRATION_FILE_NOT_FOUND"),
        (&["down", "nope.js"], "NOT_APPLIED"),
        (&["redo", "nope.js"], "NOT_APPLIED"),
        (&["down", "--steps", "0"], "INVALID_ARGUMENT"),
        (&["down", "--batch", "x"], "INVALID_ARGUMENT"),
        (&["down", "--batch", "9", "--json"], ""),
        (&["down", "a.js", "--batch", "1"], "INVALID_ARGUMENT"),
        (&["import", "--from", "_mmk_migrations"], "INVALID_ARGUMENT"),
        (
            &[
                "up",
                "--uri",
                "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
            ],
            "CONNECTION_FAILED",
        ),
        (&["up", "--uri", "nonsense", "--json"], ""),
        (&["up", "--config", "nowhere.json"], "CONFIG_INVALID"),
        (&[], ""),
    ] {
        same_as_mmk(&project, arguments, code);
    }
}

#[test]
fn mmk_and_we_have_nothing_to_do_alike() {
    let project = Project::new();
    for arguments in [
        ["up"].as_slice(),
        &["up", "--json"],
        &["down"],
        &["down", "--json"],
        &["redo"],
        &["status"],
        &["status", "--json"],
        &["status", "--check"],
        &["list", "--pending", "--json"],
        &["dry-run", "up"],
        &["dry-run", "down", "--json"],
        &["unlock", "--yes"],
        &["unlock", "--json"],
        &["import"],
        &["import", "--json"],
    ] {
        same_as_mmk(&project, arguments, "");
    }
}

#[test]
fn mmk_and_we_fail_alike() {
    let project = Project::new();
    project.script("1-a.js", "throw new Error('boom');", "");
    same_as_mmk(&project, &["up", "--json"], "");
    same_as_mmk(&project, &["up"], "MIGRATION_EXECUTION_FAILED");
    project.migration("1-a.js", "module.exports = {");
    same_as_mmk(&project, &["up", "--json", "nope.js"], "");
    let ours = project.run(&["up"]).exits(1);
    let theirs = node_mmk(&project, &["up"]).exits(1);
    assert_eq!(ours.stdout, theirs.stdout);
    project.migration("1-a.js", "module.exports = {};");
    same_as_mmk(&project, &["up"], "MIGRATION_INVALID_EXPORT");
}
