//! Real mongoose of four majors: the same scripts with npm's driver under Node and with ours inside the host, and migrations as users
//! write them.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;

use crate::interop::install_packages;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;

const MAJORS: [u32; 4] = [6, 7, 8, 9];

fn source(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/mongoose")).join(name)
}

/// The folder with all majors: `6/node_modules/mongoose` and so on, each with the driver it brought beside it, as npm would put it there.
fn installed() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = install_packages("mongoose");
        for major in MAJORS {
            let modules = folder.join(format!("{major}/node_modules"));
            let mongoose = folder.join(format!("node_modules/mongoose-{major}"));
            let own_driver = mongoose.join("node_modules/mongodb");
            let driver = if own_driver.exists() {
                own_driver
            } else {
                folder.join("node_modules/mongodb")
            };
            std::fs::create_dir_all(&modules).expect("the build folder is writable");
            for (target, name) in [(mongoose, "mongoose"), (driver, "mongodb")] {
                let link = modules.join(name);
                if !link.exists() {
                    symlink(target, link).expect("the build folder is writable");
                }
            }
            std::fs::write(
                folder.join(format!("{major}/run.mjs")),
                format!("import {:?};\n", source("play.mjs")),
            )
            .expect("the build folder is writable");
        }
        folder
    })
}

fn start(mut command: Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Plays the cases of a major on both sides at once and compares; `script` is what runs them, below the installed folder or in the source.
#[track_caller]
fn same_as_node(major: u32, script: &Path, text: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [expected, actual] = ["expected.json", "actual.json"].map(|name| folder.path().join(name));
    let packages = installed().join(major.to_string());
    let mut node = Command::new("node");
    node.arg(script);
    let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
    host.args(["run", "--allow-read", "--allow-write"])
        .arg(script);
    let running = [(node, &expected), (host, &actual)].map(|(mut command, target)| {
        command
            .arg(server_uri())
            .arg(&packages)
            .arg(target)
            .arg(text);
        start(command)
    });
    for child in running {
        let output = child.wait_with_output().expect("the program ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let compared = Command::new("node")
        .arg(source("compare.mjs"))
        .args([&expected, &actual])
        .arg(major.to_string())
        .output()
        .expect("node runs");
    let report = String::from_utf8_lossy(&compared.stdout);
    println!(
        "mongoose {major}: {}",
        report.lines().last().unwrap_or_default()
    );
    assert!(compared.status.success(), "{report}");
}

#[track_caller]
fn all_cases(major: u32) {
    let script = installed().join(format!("{major}/run.mjs"));
    same_as_node(major, &script, "");
}

#[test]
fn mongoose_6_behaves_as_under_node() {
    all_cases(6);
}

#[test]
fn mongoose_7_behaves_as_under_node() {
    all_cases(7);
}

#[test]
fn mongoose_8_behaves_as_under_node() {
    all_cases(8);
}

#[test]
fn mongoose_9_behaves_as_under_node() {
    all_cases(9);
}

#[test]
fn the_documented_differences_are_the_known_ones() {
    let output = Command::new("node")
        .arg(source("check_docs.mjs"))
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// The script itself is far from any installed driver and gets the newest; mongoose gets the one that it brought.
#[test]
fn mongoose_gets_the_driver_major_that_it_was_installed_with() {
    for major in [6, 7] {
        same_as_node(major, &source("play.mjs"), "documents: ");
    }
}

/// A project with mongoose installed.
fn project(major: u32) -> Project {
    let project = Project::new();
    symlink(
        installed().join(format!("{major}/node_modules")),
        project.path().join("node_modules"),
    )
    .expect("the folder is writable");
    project
}

#[test]
fn a_migration_may_bring_mongoose_and_forget_to_disconnect() {
    for major in MAJORS {
        let project = project(major);
        project.file(
            "models/user.js",
            "const { Schema, model } = require('mongoose');\nmodule.exports = model('User', new Schema({ name: { type: String, required: true }, age: Number }, { timestamps: true }));\n",
        );
        project.migration(
            "1-connect.js",
            "const mongoose = require('mongoose');\nconst User = require('../models/user');\nmodule.exports = {\n  async up({ db }) {\n    await mongoose.connect(process.env.MMK_URI, { dbName: db.databaseName });\n    const user = await User.create({ name: 'Ann' });\n    user.age = 7;\n    await user.save();\n    await db.collection('seen').insertOne({ count: await User.countDocuments() });\n  },\n};\n",
        );
        project.run(&["up"]).exits(0);
        let users = project.documents("users");
        assert_eq!(users.len(), 1, "mongoose {major}");
        assert!(users[0].get_object_id("_id").is_ok(), "mongoose {major}");
        assert_eq!(users[0].get_i32("age").ok(), Some(7), "mongoose {major}");
        assert!(
            users[0].get_datetime("createdAt").is_ok(),
            "mongoose {major}"
        );
        assert_eq!(project.documents("seen")[0].get_i32("count").ok(), Some(1));
    }
}

#[test]
fn mongoose_takes_the_client_of_the_run() {
    for major in MAJORS {
        let project = project(major);
        project.migration(
            "1-client.js",
            "const mongoose = require('mongoose');\nmodule.exports = {\n  async up(db, client) {\n    const connection = mongoose.createConnection();\n    connection.setClient(client);\n    const Thing = connection.useDb(db.databaseName).model('Thing', new mongoose.Schema({ name: String }));\n    await Thing.create({ name: 'through mongoose' });\n    for await (const thing of Thing.find().cursor()) {\n      thing.name += '!';\n      await thing.save();\n    }\n  },\n};\n",
        );
        project
            .run(&[
                "--as",
                "migrate-mongo",
                "up",
                "--uri",
                server_uri(),
                "--db",
                &project.database,
            ])
            .exits(0);
        assert_eq!(
            project.documents("things")[0].get_str("name").ok(),
            Some("through mongoose!"),
            "mongoose {major}"
        );
    }
}

#[test]
fn modules_and_typescript_import_mongoose() {
    for major in MAJORS {
        let project = project(major);
        project.migration(
            "1-module.js",
            "import mongoose, { Schema } from 'mongoose';\nexport async function up({ db }) {\n  const connection = await mongoose.createConnection(process.env.MMK_URI, { dbName: db.databaseName }).asPromise();\n  await connection.model('One', new Schema({ n: Number })).create({ n: '1' });\n  await connection.close();\n}\n",
        );
        project.migration(
            "2-typed.ts",
            "import mongoose, { Schema, type Model } from 'mongoose';\ninterface Two { n: number }\nconst schema = new Schema<Two>({ n: { type: Number, required: true } });\nexport const up = async ({ db }: { db: any }): Promise<void> => {\n  const connection = await mongoose.createConnection(process.env.MMK_URI as string, { dbName: db.databaseName }).asPromise();\n  const Twos: Model<Two> = connection.model<Two>('Two', schema);\n  await Twos.insertMany([{ n: 2 }]);\n  await connection.close();\n};\n",
        );
        project.run(&["up"]).exits(0);
        for (collection, n) in [("ones", 1), ("twos", 2)] {
            assert_eq!(
                project.documents(collection)[0].get_i32("n").ok(),
                Some(n),
                "mongoose {major}"
            );
        }
    }
}

#[test]
fn a_standalone_script_connects_by_its_own_and_ends() {
    for major in MAJORS {
        let project = project(major);
        project.file(
            "backfill.js",
            "const mongoose = require('mongoose');\nmongoose.connect(process.env.MONGO_URI, { dbName: process.env.NAME }).then(async () => {\n  const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));\n  await Thing.insertMany([{ name: 'a' }, { name: 'b' }]);\n  await Thing.updateMany({}, { $set: { name: 'c' } });\n  console.log('done', await Thing.countDocuments({ name: 'c' }));\n  await mongoose.disconnect();\n});\n",
        );
        let mut command = project.command(&["run", "backfill.js"]);
        command
            .env("MONGO_URI", server_uri())
            .env("NAME", &project.database);
        assert_eq!(
            finish(command).exits(0).stdout,
            "done 2\n",
            "mongoose {major}"
        );
    }
}
