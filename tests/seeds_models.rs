//! Scripts of articles and manuals that use models or mongoose, played as they are printed: with built-in models, and with mongoose where it
//! makes sense. The texts are no part of this project: `MMK_SEEDS_DIR`, or a folder `shared/seeds` beside the checkout; without them the
//! tests say so and pass. What the texts leave undefined (`transformUser`, `inferRegion`) is put before them.

use std::path::PathBuf;

use bson::Document;
use bson::doc;
use serde_json::Value;

use crate::models::install_mongoose;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;
use crate::support::skip;
use crate::support::with_database;

/// The text whose name begins so.
fn text(number: &str) -> Option<String> {
    let named = std::env::var_os("MMK_SEEDS_DIR").map(PathBuf::from);
    let beside = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/seeds"
    ));
    let folder = named.unwrap_or(beside);
    let found = std::fs::read_dir(folder).ok().and_then(|entries| {
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(number))
            })
    });
    let text = found.and_then(|path| std::fs::read_to_string(path).ok());
    if text.is_none() {
        skip("MMK_SEEDS_DIR names no folder with the texts that the scripts are printed in");
    }
    text
}

/// From the first `begin` to the `end` after it, both included.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let start = text
        .find(begin)
        .unwrap_or_else(|| panic!("`{begin}` is not in the text"));
    let length = text[start..]
        .find(end)
        .unwrap_or_else(|| panic!("no `{end}` after `{begin}`"));
    &text[start..start + length + end.len()]
}

/// The JavaScript block that has this in it.
fn block<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split("```javascript\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .find(|block| block.contains(mark))
        .unwrap_or_else(|| panic!("no block has `{mark}`"))
}

const MODELS: &str = "const { Schema, model } = require('mongoose');
const open = { strict: false };
exports.User = model('User', new Schema({ name: String, type: String, status: String, emailVerified: Boolean, migrated: Boolean, locked: Boolean, lockedBy: String, n: Number, score: Number, orders: [Number], reviews: [Number], worked: String }, open));
exports.MigrationLog = model('MigrationLog', new Schema({ migrationId: String, completedAt: Date, documentsAffected: Number }));
exports.MigrationCheckpoint = model('MigrationCheckpoint', new Schema({ migrationId: String, processedCount: Number, lastUpdated: Date }));
exports.AuditLog = model('AuditLog', new Schema({ action: String, timestamp: Date, affectedCount: Number }));
";

/// Whose models a script gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Models {
    BuiltIn,
    Collecting,
    Mongoose,
}

const ALL: [Models; 3] = [Models::BuiltIn, Models::Collecting, Models::Mongoose];

/// A project with `count` users and a migration that has `block` in it and calls `call`.
fn project(models: Models, count: i32, stubs: &str, block: &str, call: &str) -> Project {
    let project = Project::new();
    if models == Models::Mongoose {
        install_mongoose(&project, 8);
        project.file("models/index.js", MODELS);
        project.file("mmk.config.json", r#"{ "models": "./models" }"#);
    }
    if models == Models::Collecting {
        project.file("mmk.config.json", r#"{ "batchSaves": true }"#);
    }
    project.migration(
        "1-seed.js",
        &format!(
            "const fs = require('fs');\nmodule.exports = {{ async up({{ models, mongoose }}) {{\nconst {{ User, MigrationLog, MigrationCheckpoint, AuditLog }} = models;\n{stubs}\n{block}\n{call}\n}} }};\n"
        ),
    );
    users(&project, count);
    project
}

fn users(project: &Project, count: i32) {
    with_database(&project.database, async |database| {
        database
            .collection::<Document>("users")
            .insert_many((1..=count).map(|n| {
                doc! { "name": format!("u{n}"), "n": n, "type": if n % 2 == 0 { "A" } else { "B" }, "status": "pending", "orders": [n, 1], "reviews": [n] }
            }))
            .await
    });
}

#[track_caller]
fn assert_users(project: &Project, count: usize, holds: impl Fn(&Document) -> bool) {
    let users = project.documents("users");
    assert_eq!(users.len(), count);
    let wrong: Vec<_> = users.iter().filter(|user| !holds(user)).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong, such as {:?}",
        wrong.len(),
        wrong[0]
    );
}

fn is(user: &Document, field: &str) -> bool {
    user.get_bool(field).unwrap_or(false)
}

/// Calls `doc.migrated = ...; await doc.save()` under the name that a text uses.
fn saving(name: &str) -> String {
    format!("const {name} = async (user) => {{ user.migrated = true; await user.save(); }};")
}

#[test]
fn the_anatomy_of_a_davepi_migration() {
    let Some(text) = text("001") else { return };
    let whole = between(&text, "module.exports = {", "},};");
    let fragment = between(&text, "async up({ models }) { const cursor", ".cursor();");
    let resumed = format!(
        "module.exports = {{ {fragment} for await (const doc of cursor) {{ doc.region = inferRegion(doc.countryCode); await doc.save(); }} }} }};"
    );
    for script in [whole, resumed.as_str()] {
        for models in ALL {
            let project = Project::new();
            if models == Models::Mongoose {
                install_mongoose(&project, 8);
            }
            project.file("schema/versions/v1/account.js", "module.exports = { path: 'account', collection: 'account', tenantScoped: false, fields: [{ name: 'countryCode', type: String }, { name: 'region', type: String }] };\n");
            project.migration(
                "2026-05-01-add-account-region.js",
                &format!("const inferRegion = (code) => (code === 'US' ? 'americas' : 'emea');\n{script}\n"),
            );
            with_database(&project.database, async |database| {
                database
                    .collection("accounts")
                    .insert_many([
                        doc! { "_id": 1, "countryCode": "US" },
                        doc! { "_id": 2, "countryCode": "DE" },
                        doc! { "_id": 3, "countryCode": "US", "region": "kept" },
                    ])
                    .await
            });
            let run = |words: &[&str]| -> Output {
                let mut command = project.command(words);
                command
                    .env_remove("MMK_URI")
                    .env_remove("MMK_DB")
                    .env("MONGO_URI", address(&project));
                if models == Models::Collecting {
                    command.env("MMK_BATCH_SAVES", "true");
                }
                finish(command)
            };
            let output = run(&["migrate", "up"]).exits(0);
            let accounts = project.documents("accounts");
            let regions: Vec<_> = accounts
                .iter()
                .map(|one| one.get_str("region").unwrap_or(""))
                .collect();
            assert_eq!(regions, ["americas", "emea", "kept"], "{models:?}");
            assert!(accounts[0].get_datetime("createdAt").is_ok());
            assert!(!accounts[2].contains_key("createdAt"));
            if script == whole {
                assert!(
                    output.stdout.contains("backfill complete { updated: 2 }"),
                    "{}",
                    output.stdout
                );
                run(&["migrate", "down"]).exits(0);
                assert!(
                    project
                        .documents("accounts")
                        .iter()
                        .all(|one| !one.contains_key("region"))
                );
            }
        }
    }
}

/// The server's address with the project's database in it.
fn address(project: &Project) -> String {
    match server_uri().split_once("/?") {
        Some((address, query)) => format!("{address}/{}?{query}", project.database),
        None => format!(
            "{}/{}",
            server_uri().trim_end_matches('/'),
            project.database
        ),
    }
}

#[test]
fn a_script_that_is_not_idempotent_and_one_that_is() {
    let Some(text) = text("004") else { return };
    for models in ALL {
        let bad = project(
            models,
            5,
            "",
            block(&text, "This will fail on second run"),
            "await migrate();",
        );
        bad.run(&["up"]).exits(0).says("Migration complete");
        assert_users(&bad, 5, |user| {
            user.get_bool("emailVerified").ok() == Some(false)
        });

        let good = project(
            models,
            5,
            "await User.updateOne({ n: 2 }, { $set: { emailVerified: true } });",
            block(&text, "add_email_verified_field_2025_12"),
            "await migrate(); await migrate();",
        );
        good.run(&["up"])
            .exits(0)
            .says("Updated 4 users")
            .says("add_email_verified_field_2025_12 already completed at");
        let logs = good.documents("migrationlogs");
        assert_eq!(logs.len(), 1);
        assert_eq!(logs[0].get_i32("documentsAffected").ok(), Some(4));
        assert_eq!(logs[0].get_i32("__v").ok(), Some(0));
    }
}

#[test]
fn a_script_with_checkpoints() {
    let Some(text) = text("004") else { return };
    let transform =
        "const transformUser = async (user) => { user.name = user.name.toUpperCase(); };";
    for models in ALL {
        // Its `skip` goes over a filter that shrinks, so that what a second call sees begins behind what is left.
        let project = project(
            models,
            1200,
            transform,
            block(&text, "migrateWithCheckpoints"),
            "await migrateWithCheckpoints();",
        );
        project
            .run(&["up"])
            .exits(0)
            .says("Processed: 1000")
            .says("Migration complete");
        let users = project.documents("users");
        assert_eq!(
            users.iter().filter(|user| is(user, "migrated")).count(),
            1000,
            "{models:?}"
        );
        assert!(users.iter().all(
            |user| is(user, "migrated") == user.get_str("name").unwrap_or("").starts_with('U')
        ));
        let checkpoints = project.documents("migrationcheckpoints");
        assert_eq!(checkpoints.len(), 1);
        assert_eq!(checkpoints[0].get_i32("processedCount").ok(), Some(1000));
    }
}

#[test]
fn scripts_that_try_on_few_documents_first() {
    let Some(text) = text("004") else { return };
    for models in ALL {
        let dev = project(
            models,
            12,
            &saving("migrateDocument"),
            block(&text, "DEVELOPMENT TEST"),
            "await testMigration();",
        );
        let output = dev.run(&["up"]).exits(0).says("Testing with 10 documents");
        assert!(
            output.stdout.contains("_id: new ObjectId('")
                && output.stdout.contains("migrated: true"),
            "{}",
            output.stdout
        );
        assert_eq!(
            dev.documents("users")
                .iter()
                .filter(|user| is(user, "migrated"))
                .count(),
            10
        );

        let stubs = "const migrateUser = async (user) => { if (user.n % 100 === 0) throw new Error(`no luck with ${user.n}`); user.migrated = true; await user.save(); };";
        let qa = project(
            models,
            300,
            stubs,
            block(&text, "QA BATCH TEST"),
            "await qaBatchTest();",
        );
        qa.run(&["up"])
            .exits(0)
            .says("- Success: 297")
            .says("- Errors: 3")
            .says("no luck with 100");
        assert_eq!(
            qa.documents("users")
                .iter()
                .filter(|user| is(user, "migrated"))
                .count(),
            297
        );

        let production = project(
            models,
            600,
            &format!("fs.mkdirSync('./logs');\n{}", saving("migrateUser")),
            block(&text, "PRODUCTION MIGRATION"),
            "await productionMigration();",
        );
        production
            .run(&["up"])
            .exits(0)
            .says("- Total processed: 600")
            .says("- Errors: 0");
        assert_users(&production, 600, |user| is(user, "migrated"));
        assert_eq!(
            std::fs::read_dir(production.path().join("logs"))
                .map(Iterator::count)
                .ok(),
            Some(1)
        );
    }
}

#[test]
fn scripts_with_workers_side_by_side() {
    let Some(text) = text("004") else { return };
    for models in ALL {
        let sharded = project(
            models,
            900,
            &saving("migrateUser"),
            block(&text, "async function shardedMigration"),
            "await shardedMigration();",
        );
        sharded
            .run(&["up"])
            .exits(0)
            .says("Splitting 900 documents across 4 workers")
            .says("All workers complete");
        assert_users(&sharded, 900, |user| is(user, "migrated"));

        let stubs =
            "const migrateUser = async (user) => { user.worked = 'yes'; await user.save(); };";
        let locked = project(
            models,
            60,
            stubs,
            block(&text, "async function lockedParallelMigration"),
            "await lockedParallelMigration();",
        );
        locked.run(&["up"]).exits(0).says("Worker-3 finished");
        assert_users(&locked, 60, |user| {
            is(user, "migrated")
                && !user.contains_key("locked")
                && !user.contains_key("lockedBy")
                && user.get_str("worked").ok() == Some("yes")
        });
    }
}

#[test]
fn a_script_that_writes_in_bulk() {
    let Some(text) = text("004") else { return };
    for models in ALL {
        let stubs = "const transformData = (user) => user.n * 2;";
        let project = project(
            models,
            10_500,
            stubs,
            block(&text, "async function optimizedMigration"),
            "await optimizedMigration();",
        );
        project.run(&["up"]).exits(0).says("Processed: 20000");
        assert_users(&project, 10_500, |user| {
            user.get_i32("newField").ok() == user.get_i32("n").ok().map(|n| n * 2)
                && user.get_datetime("migratedAt").is_ok()
        });
    }
}

#[test]
fn a_program_with_models_and_services_of_the_application() {
    let Some(text) = text("004") else { return };
    let project = Project::new();
    install_mongoose(&project, 8);
    project.file(
        "models/User.js",
        &format!("{MODELS}module.exports = exports.User;\n"),
    );
    project.file(
        "services/scoreService.js",
        "exports.calculateScore = (orders, reviews) => orders[0] * 10 + reviews.length;\n",
    );
    project.file(
        "migrations/add-user-scores.js",
        block(&text, "// migrations/add-user-scores.js"),
    );
    users(&project, 250);
    let mut command = project.command(&["run", "migrations/add-user-scores.js"]);
    command.env("MONGO_URI", address(&project));
    finish(command)
        .exits(0)
        .says("Migrating 250 users...")
        .says("Progress: 200/250")
        .says("Migration complete");
    assert_users(&project, 250, |user| {
        user.get_i32("score").ok() == user.get_i32("n").ok().map(|n| n * 10 + 1)
    });
}

#[test]
fn a_script_with_a_transaction_of_its_own() {
    let Some(text) = text("004") else { return };
    let body = block(&text, "async function transactionalMigration");
    for (damage, is_committed) in [
        ("", true),
        (
            "AuditLog.create = async () => { throw new Error('no audit'); };",
            false,
        ),
    ] {
        let project = project(
            Models::Mongoose,
            7,
            damage,
            body,
            "await transactionalMigration();",
        );
        let output = project.run(&["up"]);
        if is_committed {
            output.exits(0).says("Transaction committed");
        } else {
            output
                .exits(1)
                .says("Transaction rolled back")
                .says("no audit");
        }
        assert_users(&project, 7, |user| {
            (user.get_str("status").ok() == Some("active")) == is_committed
        });
        assert_eq!(
            project.documents("auditlogs").len(),
            usize::from(is_committed)
        );
    }
}

#[test]
fn a_script_that_watches_the_server() {
    let Some(text) = text("004") else { return };
    // Every few milliseconds instead of every five seconds; the migration goes on until something was shown.
    let body = block(&text, "async function monitoredMigration").replace("}, 5000);", "}, 20);");
    let stubs = "let shown = 0;
        const console = { log: (...what) => { shown += 1; globalThis.console.log(...what); } };
        const runMigration = async () => { while (shown === 0) await new Promise((resolve) => setTimeout(resolve, 5)); };";
    let project = project(
        Models::Mongoose,
        3,
        stubs,
        &body,
        "await monitoredMigration();",
    );
    project
        .run(&["up"])
        .exits(0)
        .says("connections: ")
        .says("insert: ")
        .says(" MB'")
        .says("Migration completed in ");
}

#[test]
fn the_complete_example_as_a_program_and_as_a_migration() {
    let Some(text) = text("004") else { return };
    let example = block(
        &text,
        "2025-12-26-migrate-user-preferences.js\nconst mongoose",
    );
    for arguments in [
        vec!["run", "migrations/2025-12-26-migrate-user-preferences.js"],
        vec!["up"],
    ] {
        let project = Project::new();
        install_mongoose(&project, 8);
        project.migration("2025-12-26-migrate-user-preferences.js", example);
        with_database(&project.database, async |database| {
            database
                .collection("users")
                .insert_many((0..5500).map(|n| doc! { "_id": n, "oldTheme": if n % 2 == 0 { "dark" } else { "" }, "pushNotifications": false, "showEmail": n == 3 }))
                .await
        });
        let mut command = project.command(&arguments);
        command.env("MONGO_URI", address(&project));
        let output = finish(command)
            .exits(0)
            .says("Found 5500 users to migrate")
            .says("- Total processed: 5500");
        assert_eq!(
            output.stdout.contains("Migration script completed"),
            arguments[0] == "run"
        );
        assert_users(&project, 5500, |user| {
            let preferences: Value = user
                .get_document("preferences")
                .map(|it| bson::Bson::from(it.clone()).into())
                .unwrap_or_default();
            let is_even = user.get_i32("_id").is_ok_and(|id| id % 2 == 0);
            preferences["theme"] == if is_even { "dark" } else { "light" }
                && preferences["notifications"]
                    == serde_json::json!({ "email": true, "push": false, "sms": false })
                && is(user, "migrated")
                && !user.contains_key("oldTheme")
        });
        let logs = project.documents("migration_logs");
        assert_eq!(logs.len(), 1);
        assert_eq!(logs[0].get_i32("documentsProcessed").ok(), Some(5500));
        let written = std::fs::read_to_string(
            project
                .path()
                .join("logs/migrate_user_preferences_v2_2025_12_26.log"),
        )
        .expect("a log file");
        assert!(
            written.contains("Disconnected from database") || arguments[0] == "up",
            "{written}"
        );
        assert!(written.contains("Starting migration: migrate_user_preferences_v2_2025_12_26"));
    }
}
