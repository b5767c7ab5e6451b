//! `batchSaves`: saves that are collected into bulk writes, and everything a script or an operator could notice of it.

use std::io::BufRead;
use std::io::BufReader;
use std::time::Duration;

use bson::Document;
use bson::doc;

use crate::models::install_mongoose;
use crate::support::Project;
use crate::support::with_database;

const COUNT: i32 = 2500;

/// Without mongoose and with it.
const BOTH: [bool; 2] = [false, true];

/// Counts the calls that write into a collection.
const COUNT_WRITES: &str = "let writes = 0;
    const { prototype } = db.collection('accounts').constructor;
    for (const name of ['updateOne', 'bulkWrite']) {
      const original = prototype[name];
      prototype[name] = function (...given) { writes += 1; return original.apply(this, given); };
    }";

/// A project with `COUNT` accounts, numbered from 1, whose one migration collects saves and has `body` in it.
fn project(with_mongoose: bool, body: &str) -> Project {
    let project = Project::new();
    if with_mongoose {
        install_mongoose(&project, 8);
        project.file(
            "models/account.js",
            "const { Schema, model } = require('mongoose');\nmodule.exports = model('Account', new Schema({ _id: Number, n: Number, region: String, list: { type: [String], default: undefined } }));\n",
        );
        project.file("mmk.config.json", r#"{ "models": "./models" }"#);
    }
    project.migration(
        "1-save.js",
        &format!("module.exports = {{ batchSaves: true, async up({{ models, mongoose, db, client }}) {{\nconst {{ Account }} = models;\n{body}\n}} }};\n"),
    );
    with_database(&project.database, async |database| {
        let accounts = database.collection::<Document>("accounts");
        accounts
            .insert_many((1..=COUNT).map(|n| doc! { "_id": n, "n": n }))
            .await
    });
    project
}

/// Ids of accounts that have a region.
fn saved(project: &Project) -> Vec<i32> {
    project
        .documents("accounts")
        .iter()
        .filter(|account| account.contains_key("region"))
        .filter_map(|account| account.get_i32("_id").ok())
        .collect()
}

#[test]
fn a_loop_needs_few_commands_and_ends_with_everything_written() {
    for with_mongoose in BOTH {
        let project = project(
            with_mongoose,
            &(COUNT_WRITES.to_owned() + "
             for await (const account of Account.find().sort({ _id: 1 }).cursor()) {
               account.region = `r${account.n}`;
               const same = await account.save();
               if (same !== account || account.isNew || account.isModified()) throw new Error('after save');
             }
             if (await db.collection('accounts').countDocuments({ region: /^r/ }) !== 2500) throw new Error('missing');
             console.log(`by ${writes} commands`);"),
        );
        let output = project.run(&["up"]).exits(0);
        let commands: usize = output
            .stdout
            .split("by ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .expect("a number of commands");
        assert!((2..100).contains(&commands), "{commands} commands");
        for account in project.documents("accounts") {
            let expected = format!("r{}", account.get_i32("n").expect("n"));
            assert_eq!(account.get_str("region").ok(), Some(expected.as_str()));
        }
    }
}

#[test]
fn whatever_could_see_a_save_sees_it() {
    for with_mongoose in BOTH {
        let project = project(
            with_mongoose,
            "await db.createCollection('seen', { viewOn: 'accounts', pipeline: [{ $match: { region: 'x' } }] });
             await db.collection('others').insertOne({ n: 1 });
             const raw = db.collection('accounts');
             const looks = {
               find: () => raw.findOne({ region: 'x' }),
               model: async () => (await Account.find({ region: 'x' }))[0],
               count: () => Account.countDocuments({ region: 'x' }),
               distinct: async () => (await raw.distinct('region'))[0],
               aggregate: async () => (await Account.aggregate([{ $match: { region: 'x' } }]))[0],
               view: () => db.collection('seen').findOne(),
               lookup: async () => (await db.collection('others').aggregate([{ $lookup: { from: 'accounts', pipeline: [{ $match: { region: 'x' } }], as: 'a' } }]).toArray())[0].a[0],
               union: async () => (await db.collection('others').aggregate([{ $match: { n: 0 } }, { $unionWith: { coll: 'accounts', pipeline: [{ $match: { region: 'x' } }] } }]).toArray())[0],
               command: async () => (await db.command({ count: 'accounts', query: { region: 'x' } })).n,
               findAndModify: () => raw.findOneAndUpdate({ region: 'x' }, { $set: { found: 1 } }),
               update: async () => (await raw.updateMany({ region: 'x' }, { $set: { found: 2 } })).matchedCount,
               write: async () => { await db.collection('log').insertOne({}); return new Promise((resolve) => setTimeout(resolve, 0)).then(() => raw.findOne({ region: 'x' })); },
             };
             for (const [name, look] of Object.entries(looks)) {
               const account = await Account.findById(7);
               account.region = 'x';
               await account.save();
               if (!(await look())) throw new Error(`${name} sees nothing`);
               account.region = undefined;
               await account.save();
               if (await raw.findOne({ region: 'x' })) throw new Error(`${name}: not gone`);
             }
             const account = await Account.findById(8);
             account.region = 'first';
             await account.save();
             account.region = 'second';
             await account.save();
             await raw.updateOne({ _id: 8 }, { $set: { region: 'third' } });
             const again = await Account.findById(8);
             again.n = 88;
             await again.save();
             again.list = ['a'];
             await again.save();
             again.list.push('b');
             await again.save();
             if (again.__v !== 2) throw new Error(`__v ${again.__v}`);
             const duplicate = new Account({ _id: 9 });
             const error = await duplicate.save().catch((each) => each);
             if (error.code !== 11000 || !duplicate.isNew) throw new Error('an insert is not held');",
        );
        project.run(&["up"]).exits(0);
        let eighth = &project.documents("accounts")[7];
        assert_eq!(eighth.get_str("region").ok(), Some("third"));
        assert_eq!(eighth.get_i32("n").ok(), Some(88));
        assert_eq!(eighth.get_i32("__v").ok(), Some(2));
        assert_eq!(eighth.get_array("list").map(Vec::len).ok(), Some(2));
    }
}

#[test]
fn what_is_held_when_up_ends_or_fails_is_written() {
    for with_mongoose in BOTH {
        for (end, code) in [("return;", 0), ("throw new Error('mine');", 1)] {
            let project = project(
                with_mongoose,
                &format!(
                    "for (const account of await Account.find().limit(5)) {{ account.region = 'x'; await account.save(); }} {end}"
                ),
            );
            project.run(&["up"]).exits(code);
            assert_eq!(saved(&project), [1, 2, 3, 4, 5]);
        }
    }
}

#[test]
fn a_failure_names_the_document_and_fails_the_migration() {
    for with_mongoose in BOTH {
        let project = project(
            with_mongoose,
            "await db.collection('accounts').createIndex({ region: 1 }, { unique: true, sparse: true });
             let told = 0;
             for await (const account of Account.find().sort({ _id: 1 }).cursor()) {
               account.region = account.n === 1700 ? 'r3' : `r${account.n}`;
               await account.save().catch(() => { told += 1; });
             }",
        );
        project
            .run(&["up"])
            .exits(1)
            .says("saving the document `_id: 1700` in")
            .says("E11000")
            .says("1699 saves of this migration were written");
        assert_eq!(saved(&project), (1..1700).collect::<Vec<_>>());
        assert_eq!(project.applied(), [""; 0]);
    }
}

#[test]
fn a_document_that_is_gone_is_named() {
    for with_mongoose in BOTH {
        let project = project(
            with_mongoose,
            "const accounts = await Account.find().sort({ _id: 1 }).limit(10);
             await db.collection('accounts').deleteOne({ _id: 4 });
             for (const account of accounts) { account.region = 'x'; await account.save(); }",
        );
        project
            .run(&["up"])
            .exits(1)
            .says("saving the document `_id: 4` in");
    }
}

#[test]
fn a_kill_in_the_loop_leaves_a_beginning_of_the_saves() {
    let project = project(
        false,
        "const stuck = !(await db.collection('again').findOne());
         await db.collection('again').insertOne({});
         for await (const account of Account.find({ region: { $exists: false } }).sort({ _id: 1 }).cursor()) {
           account.region = 'x';
           await account.save();
           if (stuck && account.n === 1700) {
             console.log('stuck');
             for (;;);
           }
         }",
    );
    let mut child = project
        .command(&["up"])
        .env("MMK_LOCK_TTL", "6")
        .spawn()
        .expect("the binary starts");
    let stdout = child.stdout.take().expect("a pipe");
    let seen = BufReader::new(stdout)
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains("stuck"));
    assert!(seen, "the migration said that it is in the loop");
    child.kill().expect("the child runs");
    child.wait().expect("the child ends");
    // A bulk write that was under way may still be at work on the server.
    std::thread::sleep(Duration::from_millis(500));
    let ids = saved(&project);
    assert!(ids.len() <= 1700, "{} saved", ids.len());
    assert_eq!(ids, (1..).take(ids.len()).collect::<Vec<_>>());
    project
        .command(&["up", "--wait", "60s"])
        .env("MMK_LOCK_TTL", "6")
        .status()
        .expect("the binary starts");
    assert_eq!(saved(&project).len() as i32, COUNT);
}

#[test]
fn it_is_off_unless_asked_for() {
    let counting = COUNT_WRITES.to_owned()
        + "
        for (const account of await models.Account.find().limit(20)) { account.region = 'x'; await account.save(); }
        await models.Account.findOne();
        console.log(`writes: ${writes}`);";
    for (head, variable, expected) in [
        ("", None, "writes: 20\n"),
        ("", Some("true"), "writes: 1\n"),
        ("export const batchSaves = true;", None, "writes: 1\n"),
        (
            "export const batchSaves = false;",
            Some("true"),
            "writes: 20\n",
        ),
    ] {
        let project = project(false, "");
        std::fs::remove_file(project.path().join("migrations/1-save.js")).expect("it is there");
        project.migration(
            "1-save.mjs",
            &format!("{head}\nexport async function up({{ models, db }}) {{\n{counting}\n}}\n"),
        );
        project.file(
            "mmk.config.json",
            &format!(
                r#"{{ "fileExtensions": [".mjs"], "batchSaves": {} }}"#,
                variable.unwrap_or("false")
            ),
        );
        project.run(&["up"]).exits(0).says(expected);
    }
}
