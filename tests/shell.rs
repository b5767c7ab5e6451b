//! Scripts for MongoDB's shell through `run`: what they find, that their calls give values, how they fail, and that programs for Node are not
//! taken for them.

use bson::doc;

use crate::support::Project;

#[test]
fn calls_give_values_wherever_they_stand() {
    let project = Project::new();
    let output = {
        project.file(
            "script.js",
            "db.a.insertMany([{ _id: 1, n: 3 }, { _id: 2, n: NumberLong('9007199254740993') }]);
             const doubled = [1, 2].map(function (id) { return db.a.findOne({ _id: id }).n; });
             function* each() { for (const id of [1, 2]) yield db.a.countDocuments({ _id: id }); }
             class Reader { constructor() { this.first = db.a.find().sort({ _id: 1 }).next(); } get all() { return db.a.find().toArray().length; } }
             print(doubled, [...each()], new Reader().first, new Reader().all);
             [2, 1].sort((left, right) => left - right - 0 * db.a.count()).forEach((id) => print(id));
             const copy = db.a.findOne({ _id: 2 }); db.a.save(copy);
             for (const document of db.a.find()) { print(document._id); }
             const cursor = db.getCollection('a').find({}, { n: 0 }).limit(1); while (cursor.hasNext()) { printjson(cursor.next()); }
             print(db.a.update({ n: 3 }, { $set: { n: 4 } }).nModified, db.a.remove({ _id: 1 }, true).deletedCount, tojson({ a: ISODate('2020-02-03') }));",
        );
        project.run(&["run", "script.js"]).exits(0)
    };
    assert_eq!(
        output.stdout,
        "[ 3, Long('9007199254740993') ] [ 1, 1 ] { _id: 1, n: 3 } 2\n1\n2\n1\n2\n{ _id: 1 }\n1 1 { a: ISODate('2020-02-03T00:00:00.000Z') }\n"
    );
    // What was read and saved has its type still.
    assert_eq!(
        project.documents("a"),
        [doc! {"_id": 2, "n": 9_007_199_254_740_993_i64}]
    );
}

#[test]
fn sessions_and_transactions() {
    let project = Project::new();
    project.file(
        "script.js",
        "const name = db.getName(); db.createCollection('a');
         const session = db.getMongo().startSession();
         session.startTransaction();
         session.getDatabase(name).a.insertOne({ _id: 1 });
         print(db.a.countDocuments(), session.getDatabase(name).a.countDocuments({}));
         session.abortTransaction();
         session.withTransaction(() => { session.getDatabase(name).a.insertOne({ _id: 2 }); });
         session.endSession();",
    );
    let output = project.run(&["run", "script.js"]).exits(0);
    assert_eq!(output.stdout, "0 1\n");
    assert_eq!(project.documents("a"), [doc! {"_id": 2}]);
}

#[test]
fn files_load_one_another_and_await_is_allowed() {
    let project = Project::new();
    project.file(
        "lib/helper.js",
        "var base = 20; function add(n) { return base + n; }\n",
    );
    project.file(
        "script.js",
        "load('lib/helper.js');\nconst path = require('path');\nconst { sum } = require('./sum.js');\nawait db.a.insertOne({ _id: sum(add(1), 1) });\nprint(path.basename(__filename), base);\n",
    );
    project.file("sum.js", "exports.sum = (a, b) => a + b;\n");
    let output = project.run(&["run", "script.js"]).exits(0);
    assert_eq!(output.stdout, "script.js 20\n");
    assert_eq!(project.documents("a"), [doc! {"_id": 22}]);
}

#[test]
fn a_failure_names_its_line() {
    let project = Project::new();
    project.file(
        "fails.js",
        "use admin\ndb.a.find();\nthrow new Error('stop here');\n",
    );
    project
        .run(&["run", "fails.js"])
        .exits(1)
        .says("stop here")
        .says("fails.js:3");
    project.file("broken.js", "use admin\ndb.a.find(;\n");
    project
        .run(&["run", "broken.js"])
        .exits(1)
        .says("broken.js:2");
    project.file(
        "duplicate.js",
        "db.a.insertOne({ _id: 1 });\ndb.a.insertOne({ _id: 1 });\n",
    );
    project
        .run(&["run", "duplicate.js"])
        .exits(1)
        .says("E11000")
        .says("duplicate.js:2");
    project.file("quits.js", "db.a.find();\nquit(7);\n");
    project.run(&["run", "quits.js"]).exits(7);
}

#[test]
fn programs_for_node_stay_programs_for_node() {
    let project = Project::new();
    project.file(
        "program.js",
        "const { MongoClient } = require('mongodb');
         let db;
         MongoClient.connect(process.env.MMK_URI).then(async (client) => { db = client.db(process.env.MMK_DB); await db.collection('a').insertOne({ _id: 1 }); await client.close(); console.log(typeof print, require.main === module); });",
    );
    let output = project.run(&["run", "program.js"]).exits(0);
    assert_eq!(output.stdout, "undefined true\n");
    project.file(
        "free.js",
        "module.exports = () => db.collection('a');\nmodule.exports();",
    );
    project
        .run(&["run", "free.js"])
        .exits(1)
        .says("db is not defined");
}

#[test]
fn a_script_without_a_connection_is_told_what_to_do() {
    let project = Project::new();
    project.file("script.js", "db.a.drop();");
    let mut command = project.command(&["run", "script.js"]);
    command.env_remove("MMK_URI").env_remove("MMK_DB");
    crate::support::finish(command).exits(1).says("`--uri`");
}
