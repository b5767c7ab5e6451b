//! Scripts of 2018 to 2021: migrate-mongo 8 brought npm `mongodb` 3 and its migrations got that driver's objects. We find it in the project and
//! answer as it did.

use crate::interop::node_tools;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::configure;
use crate::interop_migrate_mongo::run;
use crate::support::Project;

/// What scripts of that time did, and what they were answered; each writes down what it saw.
const SCRIPTS: [(&str, &str); 4] = [
    (
        "1-insert.js",
        "module.exports = {\n  async up(db) {\n    const users = db.collection('users');\n    const one = await users.insert({ _id: 1, n: 1 });\n    const many = await users.insertMany([{ _id: 2, n: 2 }, { _id: 3, n: 3 }]);\n    await db.collection('seen').insertOne({ _id: 1, one: [one.result.n, one.insertedCount, one.ops.length], many: [many.result.ok, many.insertedCount, many.ops[1]._id] });\n  },\n  async down(db) { await db.collection('users').remove({}); },\n};\n",
    ),
    (
        "2-update.js",
        "module.exports = {\n  async up(db) {\n    const users = db.collection('users');\n    const one = await users.update({ _id: 1 }, { $set: { x: 1 } });\n    const all = await users.updateMany({}, { $inc: { n: 1 } });\n    const found = await users.findOneAndUpdate({ _id: 2 }, { $set: { y: 1 } }, { returnOriginal: false });\n    const saved = await users.save({ _id: 4, n: 4 });\n    await db.collection('seen').insertOne({ _id: 2, one: [one.result.nModified, one.result.n], all: [all.modifiedCount, all.result.nModified], found: [found.value.y, found.ok], saved: saved.result.n, count: await users.count() });\n  },\n};\n",
    ),
    (
        "3-callbacks.js",
        "const { ObjectID } = require('mongodb');\nmodule.exports = {\n  up(db, client, next) {\n    db.collection('users').find({}).sort({ _id: 1 }).toArray((error, users) => {\n      if (error) return next(error);\n      db.collection('users').ensureIndex({ n: 1 }, (indexError, name) => {\n        db.collection('seen').insertOne({ _id: 3, ids: users.map((user) => user._id), name, id: new ObjectID('5f0000000000000000000001'), valid: ObjectID.isValid('x') }, next);\n      });\n    });\n  },\n};\n",
    ),
    (
        "4-cursor.js",
        "module.exports = {\n  async up(db) {\n    const ids = [];\n    await db.collection('users').find({ n: { $gt: 1 } }).sort({ _id: 1 }).forEach((user) => { ids.push(user._id); });\n    const removed = await db.collection('users').remove({ _id: 4 });\n    const bulk = db.collection('users').initializeOrderedBulkOp();\n    bulk.find({ _id: 1 }).updateOne({ $set: { bulk: true } });\n    const result = await bulk.execute();\n    await db.collection('seen').insertOne({ _id: 4, ids, removed: removed.result.n, bulk: [result.nModified, result.nMatched] });\n  },\n};\n",
    ),
];

fn project() -> Project {
    let project = Project::new();
    configure(&project, "");
    for (name, text) in SCRIPTS {
        project.migration(name, text);
    }
    let installed = node_tools().join("node_modules/migrate-mongo-8-on-driver-3");
    let packages = project.path().join("node_modules");
    std::fs::create_dir(&packages).expect("the folder is writable");
    // npm puts the driver beside the tool that needs it.
    for (name, place) in [
        ("migrate-mongo", installed.clone()),
        ("mongodb", installed.join("node_modules/mongodb")),
    ] {
        std::os::unix::fs::symlink(place, packages.join(name)).expect("a link");
    }
    project
}

#[test]
fn scripts_see_the_driver_that_migrate_mongo_8_brought() {
    let outcome = |who: Who| {
        let project = project();
        let up = run(&project, who, &["up"]).exits(0);
        let read = |collection: &str| -> Vec<String> {
            project
                .documents(collection)
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        let seen = (read("users"), read("seen"));
        let down = run(&project, who, &["down"]);
        (up.stdout, seen, down.code())
    };
    assert_eq!(outcome(Who::Ours), outcome(Who::NodeOnDriver3));
}

#[test]
fn its_records_are_continued_by_us_and_ours_by_it() {
    let project = project();
    run(&project, Who::NodeOnDriver3, &["up"]).exits(0);
    assert_eq!(run(&project, Who::Ours, &["up"]).exits(0).stdout, "");
    project.migration(
        "5-new.js",
        "module.exports = { async up() {}, async down() {} };\n",
    );
    assert_eq!(
        run(&project, Who::Ours, &["up"]).exits(0).stdout,
        "MIGRATED UP: 5-new.js\n"
    );
    assert_eq!(
        run(&project, Who::NodeOnDriver3, &["down"]).exits(0).stdout,
        "MIGRATED DOWN: 5-new.js\n"
    );
    assert_eq!(
        run(&project, Who::Ours, &["status"])
            .exits(0)
            .stdout
            .matches("PENDING")
            .count(),
        1
    );
}
