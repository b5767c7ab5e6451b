//! `models` in a migration: built-in ones beside mongoose 8 under Node (the same scripts, the same database), mongoose on the run's
//! connection, names, schema files, sessions and dry runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use bson::doc;
use serde_json::Value;

use crate::interop::install_packages;
use crate::js_runtime::installed;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;
use crate::support::with_database;

/// Scripts whose outcome is an error of `save()`, which comes later when saves are collected.
const ERRORS_OF_SAVE: &str =
    r#"["a document that is gone", "an array that somebody else changed"]"#;

fn js_tests(name: &str) -> PathBuf {
    installed()
        .join("test/models")
        .join(name)
        .canonicalize()
        .expect("the file is there")
}

/// Puts a major of mongoose where the project's files find it.
pub(crate) fn install_mongoose(project: &Project, major: u32) {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| install_packages("mongoose"));
    let modules = project.path().join("node_modules");
    std::fs::create_dir_all(&modules).expect("the folder is writable");
    let package = folder.join(format!("node_modules/mongoose-{major}"));
    // npm puts the driver that mongoose needs beside it.
    let driver = [
        package.join("node_modules/mongodb"),
        folder.join("node_modules/mongodb"),
    ]
    .into_iter()
    .find(|driver| driver.is_dir())
    .expect("mongoose has a driver");
    for (target, name) in [(package, "mongoose"), (driver, "mongodb")] {
        std::os::unix::fs::symlink(target, modules.join(name)).expect("the folder is writable");
    }
}

/// Gives the project the schema files of the scripts.
fn write_schema_files(project: &Project) {
    let scripts = js_tests("scripts.mjs");
    for (at, name) in ["account", "note"].iter().enumerate() {
        project.file(
            &format!("schema/versions/v1/{name}.js"),
            &format!(
                "const {{ DEFINITIONS }} = require({scripts:?});\nmodule.exports = DEFINITIONS[{at}];\n"
            ),
        );
    }
}

/// Plays the scripts of a kind inside the host and returns what came of each.
fn played(project: &Project, kind: &str, settings: &[(&str, &str)]) -> BTreeMap<String, Value> {
    let migration = js_tests("migration.mjs");
    project.migration(
        "1-play.js",
        &format!("export {{ up }} from {migration:?};\n"),
    );
    let output = project.path().join("outcome.json");
    let mut command = project.command(&["up", "--allow-read"]);
    command
        .env("PLAY_KIND", kind)
        .env("PLAY_OUTPUT", &output)
        .envs(settings.iter().copied());
    finish(command).exits(0);
    let text = std::fs::read(output).expect("the migration wrote its outcome");
    serde_json::from_slice(&text).expect("the outcome is JSON")
}

/// What mongoose 8 makes of the scripts under Node.
fn expected() -> &'static BTreeMap<String, BTreeMap<String, Value>> {
    static OUTCOMES: OnceLock<BTreeMap<String, BTreeMap<String, Value>>> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let project = Project::new();
        install_mongoose(&project, 8);
        let output = project.path().join("outcome.json");
        let node = Command::new("node")
            .arg(js_tests("play-mongoose.mjs"))
            .args([server_uri(), &project.database])
            .arg(project.path().join("node_modules/mongoose"))
            .arg(&output)
            .output()
            .expect("node runs");
        assert!(
            node.status.success(),
            "{}",
            String::from_utf8_lossy(&node.stderr)
        );
        serde_json::from_slice(&std::fs::read(output).expect("an outcome")).expect("JSON")
    })
}

#[track_caller]
fn assert_alike(kind: &str, actual: &BTreeMap<String, Value>, skipped: usize) {
    let expected = &expected()[kind];
    assert_eq!(actual.len() + skipped, expected.len());
    let differing: Vec<String> = actual
        .iter()
        .filter(|(title, outcome)| expected.get(*title) != Some(*outcome))
        .map(|(title, outcome)| {
            format!(
                "{title}\n  expected {}\n  actual   {outcome}",
                expected[title]
            )
        })
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn built_in_models_do_what_mongoose_does() {
    let project = Project::new();
    assert_alike("open", &played(&project, "open", &[]), 0);
    let project = Project::new();
    write_schema_files(&project);
    assert_alike("strict", &played(&project, "strict", &[]), 0);
}

#[test]
fn collecting_saves_changes_no_outcome() {
    let collecting = [("MMK_BATCH_SAVES", "true"), ("PLAY_SKIP", ERRORS_OF_SAVE)];
    let project = Project::new();
    assert_alike("open", &played(&project, "open", &collecting), 0);
    let project = Project::new();
    write_schema_files(&project);
    assert_alike("strict", &played(&project, "strict", &collecting), 2);
    let project = Project::new();
    write_schema_files(&project);
    install_mongoose(&project, 8);
    assert_alike("strict", &played(&project, "strict", &collecting), 2);
}

#[test]
fn mongoose_of_the_project_is_used_where_it_is_installed() {
    let project = Project::new();
    write_schema_files(&project);
    install_mongoose(&project, 8);
    assert_alike("strict", &played(&project, "strict", &[]), 0);
}

/// `up` with these lines as its body, and `models`, `mongoose`, `db`, `session` and `log` at hand.
fn migration(project: &Project, body: &str) {
    project.migration(
        "1-m.js",
        &format!("module.exports = {{ async up({{ models, mongoose, db, session, log }}) {{\n{body}\n}} }};\n"),
    );
}

const ACCOUNT: &str = "module.exports = { path: 'customer', collection: 'account', tenantScoped: false, fields: [\n  { name: 'region', type: String },\n] };\n";

fn shop() -> Project {
    let project = Project::new();
    project.file("schema/versions/v1/account.js", ACCOUNT);
    project.file(
        "schema/versions/v2/account.js",
        &ACCOUNT.replace("String", "Number"),
    );
    project.file(
        "schema/versions/v1/agentMemory.js",
        &ACCOUNT.replace("account", "agentMemory"),
    );
    project
}

#[test]
fn names_are_taken_as_people_write_them() {
    for with_mongoose in [false, true] {
        let project = shop();
        if with_mongoose {
            install_mongoose(&project, 8);
        }
        migration(
            &project,
            "const { account } = models;
             for (const name of ['Account', 'accounts', 'ACCOUNT', 'v2/account', 'billing/Account']) {
               if (models[name] !== account) throw new Error(name);
             }
             if (models['v1/account'] === account || models.Agent_Memory !== models.agentmemories) throw new Error('versions');
             if (!('Account' in models) || 'Acount' in models) throw new Error('in');
             await models['v1/account'].create({ region: 5 });
             await models.account.create({ region: '6' });
             console.log(Object.keys(models).join(), account.collection.collectionName);
             models.Acount;",
        );
        project
            .run(&["up"])
            .exits(1)
            .says("account,agentMemory accounts")
            .says("no model `Acount`: there are `account`, `agentMemory`");
        let stored: Vec<_> = project
            .documents("accounts")
            .iter()
            .map(|account| account.get("region").cloned().expect("a region"))
            .collect();
        assert_eq!(stored, [bson::Bson::from("5"), bson::Bson::from(6)]);
    }
}

#[test]
fn a_schema_file_that_is_none_is_named() {
    let project = shop();
    project.file(
        "schema/versions/v1/odd.js",
        "module.exports = { path: 'odd' };\n",
    );
    migration(&project, "models.account;");
    project
        .run(&["up"])
        .exits(1)
        .says("odd.js` must export an object with `path` and an array `fields`");
    project.file("mmk.config.json", r#"{ "schemaDir": "elsewhere" }"#);
    project
        .run(&["up"])
        .exits(1)
        .says("elsewhere` doesn't exist");
    project.file("elsewhere/account.js", ACCOUNT);
    migration(&project, "await models.account.create({ region: 1 });");
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("accounts").len(), 1);
}

#[test]
fn modules_of_the_project_may_register_models() {
    for major in [7, 8, 9] {
        let project = Project::new();
        install_mongoose(&project, major);
        project.file(
            "app/models/user.js",
            "const { Schema, model } = require('mongoose');\nmodule.exports = model('User', new Schema({ name: { type: String, unique: true }, age: Number }));\n",
        );
        project.file(
            "app/models/post.js",
            "const { Schema, model } = require('mongoose');\nexports.Post = model('Post', new Schema({ title: String, author: { type: Schema.Types.ObjectId, ref: 'User' } }));\n",
        );
        project.file("mmk.config.json", r#"{ "models": "./app/models" }"#);
        migration(
            &project,
            "const author = await models.User.create({ name: 'Ann', age: '3' });
             await models.post.create({ title: 't', author });
             const [post] = await models.posts.find().populate('author');
             if (post.author.name !== 'Ann' || mongoose.connection.readyState !== 1) throw new Error('populate');
             if (models.User !== require('../app/models/user')) throw new Error('another model');
             await mongoose.disconnect();
             await db.collection('log').insertOne({ after: true });",
        );
        project.run(&["up"]).exits(0);
        let dump = project.dump();
        assert_eq!(dump["users"]["documents"][0]["age"], 3, "{major}");
        // Connecting makes no index: a migration does what it says.
        assert_eq!(dump["users"]["indexes"].as_array().map(Vec::len), Some(1));
        assert_eq!(project.documents("log").len(), 1);
    }
}

#[test]
fn modules_of_mongoose_models_need_mongoose() {
    let project = Project::new();
    project.file("models/index.js", "module.exports = {};\n");
    project.file("mmk.config.json", r#"{ "models": ["./models"] }"#);
    migration(&project, "models.User;");
    project
        .run(&["up"])
        .exits(1)
        .says("mongoose is not installed in this project");
    project.file("mmk.config.json", r#"{ "models": [7] }"#);
    project
        .run(&["up"])
        .exits(1)
        .says("must be the path of a module");
}

fn rolled_back(project: &Project) -> Output {
    migration(
        project,
        "await models.account.create({ region: 1 });
         for await (const each of models.account.find().cursor()) { each.region = 2; await each.save(); }
         const seen = await models.account.find();
         console.log('inside', seen.length, seen[0].region, await db.collection('accounts').countDocuments());
         if (process.env.BREAK) throw new Error('broken');",
    );
    let mut command = project.command(&["up"]);
    command
        .env("MMK_USE_TRANSACTION", "true")
        .env("MMK_BATCH_SAVES", "true")
        .env("BREAK", "1");
    finish(command)
}

#[test]
fn models_join_the_transaction_of_the_migration() {
    for with_mongoose in [false, true] {
        let project = shop();
        if with_mongoose {
            install_mongoose(&project, 8);
        }
        with_database(&project.database, async |database| {
            database.create_collection("accounts").await
        });
        rolled_back(&project)
            .exits(1)
            .says("inside 1 2 1")
            .says("broken");
        assert_eq!(project.documents("accounts"), []);
        let mut command = project.command(&["up"]);
        command
            .env("MMK_USE_TRANSACTION", "true")
            .env("MMK_BATCH_SAVES", "true");
        finish(command).exits(0);
        assert_eq!(project.documents("accounts").len(), 1);
    }
}

#[test]
fn a_dry_run_does_not_ask_for_models() {
    let project = shop();
    install_mongoose(&project, 8);
    migration(&project, "await models.account.create({ region: 1 });");
    project.run(&["dry-run", "up"]).exits(0);
    let names = with_database(&project.database, async |database| {
        database.list_collection_names().await
    });
    assert_eq!(names, [""; 0]);
}

#[test]
fn a_script_that_connects_mongoose_itself_gets_what_it_asks_for() {
    let project = Project::new();
    install_mongoose(&project, 8);
    migration(
        &project,
        "await mongoose.connect(process.env.MMK_URI, { dbName: process.env.MMK_DB + '_own' });
         const Own = mongoose.model('Own', new mongoose.Schema({ a: Number }));
         await Own.create({ a: 1 });
         await mongoose.connection.dropDatabase();
         await mongoose.disconnect();
         await db.collection('log').insertOne({ after: true });",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("log").len(), 1);
    assert_eq!(project.documents("owns"), []);
}

#[test]
fn what_only_mongoose_can_do_says_so() {
    let project = Project::new();
    migration(&project, "await models.User.find().populate('x');");
    project
        .run(&["up"])
        .exits(1)
        .says("`populate` is not part of the built-in models: install mongoose in this project");
    let with_fields =
        doc! { "id": "own", "save": true, "changes": 1, "isNew": "no", "collection": "c" };
    with_database(&project.database, async |database| {
        database.collection("users").insert_one(with_fields).await
    });
    migration(
        &project,
        "const [user] = await models.User.find();
         if (user.id !== 'own' || user.changes !== 1) throw new Error('fields');
         await models.User.updateMany({}, { $unset: { save: 1 } });
         for await (const each of models.User.find().cursor()) { each.changes += 1; each.id = 'new'; await each.save(); }",
    );
    project.run(&["up"]).exits(0);
    let user = &project.documents("users")[0];
    assert_eq!(user.get_i32("changes").ok(), Some(2));
    assert_eq!(user.get_str("id").ok(), Some("new"));
}
