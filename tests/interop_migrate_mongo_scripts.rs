//! Scripts as they were written for each major of migrate-mongo, run by that very version and by us on databases of their own: both must leave
//! the same documents.

use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::configure;
use crate::interop_migrate_mongo::run;
use crate::support::Project;

/// What a script wrote, in canonical form.
fn written(project: &Project) -> Vec<String> {
    project
        .documents("log")
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[track_caller]
fn same_as_node(major: u8, scripts: &[(&str, &str)]) {
    let outcome = |who: Who| {
        let project = Project::new();
        configure(&project, "");
        for (name, text) in scripts {
            project.migration(name, text);
        }
        let up = run(&project, who, &["up"]).exits(0);
        let after_up = written(&project);
        let down = run(&project, who, &["down"]).exits(0);
        (up.stdout, after_up, down.stdout, written(&project))
    };
    assert_eq!(outcome(Who::Ours), outcome(Who::Node(major)));
}

#[test]
fn callbacks_are_called_by_the_name_of_the_last_parameter() {
    for major in [8, 12] {
        same_as_node(
            major,
            &[
                (
                    "1-next.js",
                    "module.exports = { up(db, client, next) { db.collection('log').insertOne({ _id: 1, client: typeof client.db }).then(() => setTimeout(next, 20), next); } };",
                ),
                (
                    "2-done.js",
                    "module.exports = { up: function (db, done) { setTimeout(() => db.collection('log').insertOne({ _id: 2 }).then(() => done(), done), 20); } };",
                ),
                (
                    "3-cb.js",
                    "exports.up = (db, client, cb) => { db.collection('log').insertOne({ _id: 3 }).then(() => cb(), cb); };\nexports.down = (db, cb_) => { db.collection('log').deleteOne({ _id: 3 }).then(() => cb_(), cb_); };",
                ),
            ],
        );
    }
}

#[test]
fn callbacks_end_a_migration_once_and_errors_fail_it() {
    let failing = [
        "module.exports = { up(db, client, next) { db.collection('log').insertOne({ _id: 1 }).then(() => next(new TypeError('told to the callback')), next); } };",
        "module.exports = { up(db, client, next) { throw new TypeError('thrown before the callback'); } };",
        "module.exports = { async up(db, client, next) { await db.collection('log').insertOne({ _id: 2 }); throw new TypeError('rejected, and no callback'); } };",
        "module.exports = { async up(db, client, next) { next(); throw new TypeError('rejected after the callback'); } };",
    ];
    for source in failing {
        let project = Project::new();
        project.migration("1-fails.js", source);
        let message = source.split('\'').rev().nth(1).expect("it is quoted");
        project.run(&["up"]).exits(1).says(message);
        assert_eq!(project.applied(), [""; 0], "{source}");
    }
    let project = Project::new();
    project.migration(
        "1-twice.js",
        "module.exports = { up(db, client, next) { db.collection('log').insertOne({ _id: 1 }).then(() => { next(); next(new Error('too late')); next(); }); } };",
    );
    project.migration(
        "2-both.js",
        "module.exports = { async up(db, client, next) { await db.collection('log').insertOne({ _id: 2 }); next(); return 'a promise as well'; } };",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(project.applied(), ["1-twice.js", "2-both.js"]);
    assert_eq!(project.documents("log").len(), 2);
}

#[test]
fn this_is_the_exported_object_as_in_14() {
    same_as_node(
        14,
        &[(
            "1-this.js",
            "module.exports = {\n  rows: [{ _id: 1 }, { _id: 2 }],\n  async up(db) { await db.collection('log').insertMany(this.rows); },\n  async down(db) { await db.collection('log').deleteMany({ _id: this.rows[0]._id }); },\n};\n",
        )],
    );
}

#[test]
fn modules_of_both_kinds_run() {
    same_as_node(
        14,
        &[
            (
                "1-default.js",
                "exports.__esModule = true;\nexports.default = { async up(db) { await db.collection('log').insertOne({ _id: 1 }); } };\n",
            ),
            (
                "2-transaction.js",
                "module.exports = {\n  async up(db, client) {\n    const session = client.startSession();\n    try {\n      await session.withTransaction(async () => {\n        await db.collection('log').insertOne({ _id: 2, at: 'in a transaction' }, { session });\n      });\n    } finally {\n      await session.endSession();\n    }\n  },\n  async down(db) { await db.collection('log').deleteOne({ _id: 2 }); },\n};\n",
            ),
        ],
    );
}

#[test]
fn a_config_without_a_url_says_so() {
    let project = Project::new();
    project.file(
        "migrate-mongo-config.js",
        "module.exports = { mongodb: {} };",
    );
    for who in [Who::Ours, Who::Node(14)] {
        run(&project, who, &["up"])
            .exits(1)
            .says("ERROR: No `url` defined in config file!");
    }
}

#[test]
fn a_config_may_require_what_the_project_has() {
    let project = Project::new();
    configure(&project, "...require('shared-settings'),");
    project.file(
        "node_modules/shared-settings/index.js",
        "module.exports = { changelogCollectionName: process.env.CHANGELOG || 'from_the_package' };",
    );
    project.migration("1-a.js", "module.exports = { async up() {} };");
    for who in [Who::Node(14), Who::Ours] {
        run(&project, who, &["up"]).exits(0);
        assert_eq!(project.documents("from_the_package").len(), 1, "{who:?}");
    }
}
