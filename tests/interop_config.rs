//! migrate-mongo's configuration as code: what a project's own config may do under npm's migrate-mongo 14, it may do here, with the same outcome.

use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::command;
use crate::interop_migrate_mongo::run;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;

const FINE: &str = "module.exports = { async up(db) { await db.collection('log').insertOne({}); }, async down(db) { await db.collection('log').deleteOne({}); } };\n";

/// `$URI` and `$DB` in the texts stand for this project's.
fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    project.migration("1-a.js", FINE);
    for (name, text) in files {
        let text = text
            .replace("$URI", server_uri())
            .replace("$DB", &project.database);
        project.file(name, &text);
    }
    project
}

/// Node's tool and we apply the migration, each on a project of its own, into the collection that the config names.
#[track_caller]
fn both(files: &[(&str, &str)], arguments: &[&str], environment: &[(&str, &str)]) {
    for who in [Who::Node(14), Who::Ours] {
        let project = project(files);
        let mut up = command(&project, who, &[&["up"], arguments].concat());
        for (name, value) in environment {
            up.env(name, value.replace("$DB", &project.database));
        }
        let done = finish(up).exits(0);
        assert_eq!(
            done.stdout, "MIGRATED UP: 1-a.js\n",
            "{who:?}\n{}",
            done.stderr
        );
        assert_eq!(project.documents("from_config").len(), 1, "{who:?}");
        assert_eq!(project.documents("log").len(), 1, "{who:?}");
    }
}

const CJS: &str = "module.exports = { mongodb: { url: '$URI', databaseName: '$DB' }, changelogCollectionName: 'from_config' };";

#[test]
fn every_form_of_export_works() {
    let object = CJS
        .trim_start_matches("module.exports = ")
        .trim_end_matches(';');
    let form = |before: &str, after: &str| format!("{before}{object}{after};");
    for text in [
        CJS.to_owned(),
        form("module.exports = Promise.resolve(", ")"),
        form(
            "module.exports = (async () => { await new Promise((resolve) => setTimeout(resolve, 5)); return ",
            "; })()",
        ),
        form("exports.__esModule = true;\nexports.default = ", ""),
        form("module.exports = { default: ", " }"),
    ] {
        both(&[("migrate-mongo-config.js", &text)], &[], &[]);
    }
    let esm = form("export default ", "");
    both(
        &[
            ("migrate-mongo-config.js", &esm),
            ("package.json", "{ \"type\": \"module\" }"),
            (
                "migrations/1-a.js",
                "export const up = async (db) => { await db.collection('log').insertOne({}); };\nexport const down = async () => {};\n",
            ),
        ],
        &[],
        &[],
    );
    both(&[("conf/mm.mjs", &esm)], &["-f", "conf/mm.mjs"], &[]);
    both(
        &[("conf/mm.mjs", &form("export default await ", ""))],
        &["--file", "conf/mm.mjs"],
        &[],
    );
    both(&[("conf/mm.cjs", CJS)], &["-f", "./conf/mm.cjs"], &[]);
}

#[test]
fn typescript_and_json_work_beside_them() {
    for (name, text) in [
        (
            "migrate-mongo-config.ts",
            "interface Config { mongodb: { url: string; databaseName: string }; changelogCollectionName: string }\nconst config: Config = { mongodb: { url: '$URI', databaseName: '$DB' }, changelogCollectionName: 'from_config' };\nexport default config;\n",
        ),
        (
            "migrate-mongo-config.json",
            "{ \"mongodb\": { \"url\": \"$URI\", \"databaseName\": \"$DB\" }, \"changelogCollectionName\": \"from_config\" }",
        ),
        ("migrate-mongo-config.cjs", CJS),
    ] {
        let project = project(&[(name, text)]);
        assert_eq!(
            run(&project, Who::Ours, &["up"]).exits(0).stdout,
            "MIGRATED UP: 1-a.js\n",
            "{name}"
        );
        assert_eq!(project.documents("from_config").len(), 1, "{name}");
    }
}

#[test]
fn it_may_require_read_and_ask_the_environment() {
    both(
        &[
            (
                "migrate-mongo-config.js",
                "const path = require('path');\nconst fs = require('node:fs');\nconst { url } = require('./settings/database');\nconst { databaseName } = require('./settings/names.json');\nrequire('dotenv').config({ path: path.join(__dirname, 'deploy.env') });\nconst secret = fs.readFileSync(path.resolve('secret.txt'), 'utf8').trim();\nmodule.exports = { mongodb: { url, databaseName, options: {} }, changelogCollectionName: process.env.CHANGELOG, lockCollectionName: secret, lockTtl: Number(process.env.TTL ?? 0) };\n",
            ),
            (
                "settings/database.js",
                "exports.url = process.env.DATABASE_URL || '$URI';\n",
            ),
            ("settings/names.json", "{ \"databaseName\": \"$DB\" }"),
            ("secret.txt", "changelog_lock\n"),
            ("deploy.env", "CHANGELOG=from_config\n"),
            // As npm's dotenv does it, and no more than this needs.
            (
                "node_modules/dotenv/package.json",
                "{ \"name\": \"dotenv\", \"version\": \"16.0.0\", \"main\": \"main.js\" }",
            ),
            (
                "node_modules/dotenv/main.js",
                "exports.config = ({ path }) => {\n  for (const line of require('fs').readFileSync(path, 'utf8').split('\\n')) {\n    const [name, value] = line.split('=');\n    if (name && !(name in process.env)) process.env[name] = value;\n  }\n};\n",
            ),
        ],
        &[],
        &[("TTL", "30")],
    );
}

#[test]
fn migrations_of_another_folder_and_a_whole_block() {
    for who in [Who::Node(14), Who::Ours] {
        let project = project(&[
            ("migrate-mongo-config.js", CJS),
            ("elsewhere/2-b.js", FINE),
            ("elsewhere/3-c.js", FINE),
        ]);
        let said = |arguments: &[&str]| run(&project, who, arguments).exits(0).stdout;
        let there = ["--migrations-dir", "elsewhere"];
        assert_eq!(
            said(&[&["up"], &there[..]].concat()),
            "MIGRATED UP: 2-b.js\nMIGRATED UP: 3-c.js\n",
            "{who:?}"
        );
        assert_eq!(
            said(&[&["up"], &["--migrations-dir=migrations"][..]].concat()),
            "MIGRATED UP: 1-a.js\n"
        );
        assert_eq!(
            said(&[&["down", "-b"], &there[..]].concat()),
            "MIGRATED DOWN: 3-c.js\nMIGRATED DOWN: 2-b.js\n"
        );
        assert_eq!(
            said(&["down", "--block", "-f", "migrate-mongo-config.js"]),
            "MIGRATED DOWN: 1-a.js\n"
        );
        assert_eq!(
            said(&[&["status"], &there[..]].concat())
                .matches("PENDING")
                .count(),
            2
        );
        let absolute = project.path().join("elsewhere").display().to_string();
        assert_eq!(
            said(&["up", "--migrations-dir", &absolute]).lines().count(),
            2,
            "{who:?}"
        );
    }
}

#[test]
fn a_fresh_project_of_ours_works_for_node_and_the_other_way_round() {
    for module in ["commonjs", "esm"] {
        for (first, second) in [(Who::Ours, Who::Node(14)), (Who::Node(14), Who::Ours)] {
            let project = Project::new();
            std::fs::remove_dir(project.path().join("migrations")).expect("the empty folder");
            // Node asks the nearest package.json how to read a `.js`.
            if module == "esm" {
                project.file("package.json", "{ \"type\": \"module\" }");
            }
            run(&project, first, &["init", "-m", module]).exits(0);
            let path = project.path().join("migrate-mongo-config.js");
            let text = std::fs::read_to_string(&path).expect("the config");
            let text = text
                .replace("mongodb://localhost:27017", server_uri())
                .replace("YOURDATABASENAME", &project.database);
            std::fs::write(&path, text).expect("the config");
            run(&project, first, &["create", "first one"]).exits(0);
            let up = run(&project, second, &["up"]).exits(0).stdout;
            assert!(
                up.starts_with("MIGRATED UP: ") && up.ends_with("-first_one.js\n"),
                "{up}"
            );
            let down = run(&project, first, &["down"]).exits(0).stdout;
            assert!(down.starts_with("MIGRATED DOWN: "), "{down}");
        }
    }
}

#[test]
fn options_without_a_form_in_a_uri_reach_the_driver() {
    let with = |options: &str| {
        format!(
            "module.exports = {{ mongodb: {{ url: '$URI', databaseName: '$DB', options: {{ {options} }} }}, changelogCollectionName: 'from_config' }};"
        )
    };
    for options in [
        "serverApi: '1'",
        "serverApi: { version: '1', strict: true, deprecationErrors: true }",
        "readPreference: { mode: 'primaryPreferred', tags: [{}] }, readConcern: { level: 'majority' }, writeConcern: { w: 'majority', wtimeout: 5000 }",
        "socketTimeoutMS: 5000, waitQueueTimeoutMS: 5000, minHeartbeatFrequencyMS: 600, driverInfo: { name: 'x' }, monitorCommands: true",
    ] {
        both(&[("migrate-mongo-config.js", &with(options))], &[], &[]);
    }
    // What concerns documents shows in what a script writes and reads.
    for who in [Who::Node(14), Who::Ours] {
        let project = project(&[
            (
                "migrate-mongo-config.js",
                &with("ignoreUndefined: true, promoteLongs: false"),
            ),
            (
                "migrations/1-a.js",
                "const { Long } = require('mongodb');\nmodule.exports = { async up(db) {\n  const log = db.collection('log');\n  await log.insertOne({ _id: 1, left: undefined, long: Long.fromNumber(7) });\n  const found = await log.findOne({ _id: 1 });\n  console.log(Object.keys(found).join(), typeof found.long);\n} };\n",
            ),
        ]);
        std::os::unix::fs::symlink(
            crate::interop::node_tools().join("node_modules"),
            project.path().join("node_modules"),
        )
        .expect("a link");
        let said = run(&project, who, &["up"]).exits(0).stdout;
        assert_eq!(said, "_id,long object\nMIGRATED UP: 1-a.js\n", "{who:?}");
    }
    // Credentials are used, and never shown.
    let project = project(&[(
        "migrate-mongo-config.js",
        &with("auth: { username: 'nobody', password: 'pass-word-1' }"),
    )]);
    let refused = run(&project, Who::Ours, &["up"]).exits(1);
    assert!(
        refused.stderr.contains("UNAUTHORIZED") || refused.stderr.contains("denied"),
        "{}",
        refused.stderr
    );
    assert!(
        !refused.stderr.contains("pass-word-1"),
        "{}",
        refused.stderr
    );
}
