//! A marker password through every command, working and failing: it may be in what the user wrote, and nowhere that we write. Covers
//! output, JSON, records in the database, and the process's title. Every other test gives the binary the same password, and every output
//! and record of the suite is searched for it (tests/support).

use bson::Document;

use crate::access::guarded;
use crate::support::MARKER;
use crate::support::Output;
use crate::support::Project;
use crate::support::block_on;
use crate::support::finish;

/// Runs and searches what was printed.
fn searched(project: &Project, uri: &str, arguments: &[&str]) -> Output {
    let mut command = project.command(arguments);
    command.env("MMK_URI", uri).env("RUST_BACKTRACE", "full");
    let output = finish(command);
    assert!(
        !output.stderr.contains("panicked"),
        "{arguments:?} panicked:\n{}",
        output.stderr
    );
    output
}

const COMMANDS: &[&[&str]] = &[
    &["status"],
    &["status", "--json"],
    &["list", "--json"],
    &["dry-run", "up"],
    &["up"],
    &["up", "--json"],
    &["down", "--json"],
    &["redo"],
    &["create", "some name"],
    &["mark", "1-good.js"],
    &["baseline"],
    &["accept", "1-good.js"],
    &["unlock"],
    &["import", "migrate-mongo"],
    &["init"],
    &["run", "program.js"],
    &["run", "program.mjs"],
    &["up", "--uri"],
    &["nonsense"],
    &["--help"],
    &["up", "--help"],
];

fn project_with_leaky_scripts(uri: &str) -> Project {
    let project = Project::new();
    project.script("1-good.js", "await db.collection('a').insertOne({});", "");
    // The address is in the file itself, in the message, in the cause, in the stack and in the line that the report shows.
    project.script(
        "2-throws.js",
        &format!(
            "const cause = new Error('cause {uri}'); const error = new Error('cannot reach {uri}', {{ cause }}); error.name = 'Failed {uri}'; throw error; // {uri}"
        ),
        "",
    );
    let program = format!(
        "const {{ MongoClient }} = require('mongodb');
         (async () => {{
           for (const uri of ['{uri}x=1&tls=maybe', '{uri}'.replace('{MARKER}', '{MARKER}%'), '{uri}'.replace(/127.0.0.1:\\d+/, '127.0.0.1:1') + '&serverSelectionTimeoutMS=300']) {{
             try {{ const client = new MongoClient(uri); await client.connect(); await client.db('x').command({{ ping: 1 }}); await client.close(); }}
             catch (error) {{ console.log(error.name, error.message, error.stack); }}
           }}
           throw new Error('gave up on {uri}');
         }})();"
    );
    project.file("program.js", &program);
    project.file(
        "program.mjs",
        &program.replace(
            "const { MongoClient } = require('mongodb');",
            "import { MongoClient } from 'mongodb';",
        ),
    );
    project
}

#[test]
fn no_command_prints_or_records_the_password() {
    block_on(async {
        let name = Project::new().database.clone();
        let (_sandbox, owner, reader) = guarded(&name).await;
        let uri = reader
            .replace("reader:", "root:")
            .replace(&format!("authSource={name}"), "authSource=admin")
            + "&serverSelectionTimeoutMS=1000";
        assert!(uri.contains(MARKER));
        let broken = [
            uri.clone(),
            reader.clone(),
            uri.replace("root:", "nobody:"),
            uri.replace(MARKER, &format!("{MARKER}wrong")),
            uri.replace("authSource=admin", "authSource=nowhere"),
            uri.replace("mongodb://", "mongo://"),
            uri.replace("127.0.0.1:", "127.0.0.1:x"),
            uri.replace(MARKER, &format!("{MARKER}/@%zz")),
            format!("{uri}&tls=maybe"),
            format!("{uri}&unknownOption=1"),
            format!("{uri}&authMechanism=NOPE"),
            format!("{uri}&tlsCertificateKeyFilePassword={MARKER}"),
        ];
        let project = project_with_leaky_scripts(&uri);
        let mut runs = 0;
        for (index, uri) in broken.iter().enumerate() {
            for arguments in COMMANDS {
                // What fails before it connects does so for every command alike.
                let few: [&[&str]; 3] = [&["status"], &["up", "--json"], &["run", "program.js"]];
                if index > 1 && !few.contains(arguments) {
                    continue;
                }
                searched(&project, uri, arguments);
                runs += 1;
            }
        }
        println!("{runs} runs without the marker");
        records_are_clean(&owner, &project.database).await;
    });
}

/// Every document of the project's database but those that hold what the script itself stored.
async fn records_are_clean(owner: &mongodb::Database, name: &str) {
    use futures::TryStreamExt;
    let database = owner.client().database(name);
    let mut documents = 0;
    for collection in database.list_collection_names().await.expect("names") {
        let found: Vec<Document> = database
            .collection::<Document>(&collection)
            .find(bson::doc! {})
            .await
            .expect("a cursor")
            .try_collect()
            .await
            .expect("documents");
        documents += found.len();
        for document in found {
            let text = document.to_string();
            assert!(!text.contains(MARKER), "`{collection}` holds {text}");
        }
    }
    assert!(documents > 2, "nothing was recorded at all");
}

#[test]
fn a_config_file_that_fails_shows_no_password() {
    let project = Project::new();
    let uri = format!("mongodb://root:{MARKER}@127.0.0.1:1/x");
    for (name, content) in [
        (
            "mmk.config.js",
            format!("module.exports = {{ uri: '{uri}', nonsense: '{uri}' }};"),
        ),
        (
            "mmk.config.js",
            format!("throw new Error('no way to {uri}'); // {uri}"),
        ),
        (
            "mmk.config.js",
            format!("module.exports = {{ uri: '{uri}' "),
        ),
        ("mmk.config.js", format!("module.exports = '{uri}';")),
        (
            "mmk.config.json",
            format!("{{ \"uri\": \"{uri}\", \"timeout\": \"{uri}\" }}"),
        ),
        ("mmk.config.json", format!("{{ \"uri\": \"{uri}\", ")),
        (
            "mmk.config.json",
            format!("{{ \"uri\": [\"{uri}\"], \"dbName\": {{ \"a\": \"{uri}\" }} }}"),
        ),
        (
            "migrate-mongo-config.js",
            format!(
                "module.exports = {{ mongodb: {{ url: '{uri}', options: {{ nonsense: '{uri}' }} }} }};"
            ),
        ),
    ] {
        let path = project.file(name, &content);
        for json in [&["status"][..], &["status", "--json"]] {
            let mut command = project.command(json);
            command
                .env_remove("MMK_URI")
                .env("MMK_SERVER_SELECTION_TIMEOUT", "1");
            finish(command);
        }
        std::fs::remove_file(path).expect("it was made");
    }
}

#[test]
fn the_process_title_holds_no_password_from_the_environment() {
    let project = Project::new();
    project.script(
        "1-slow.js",
        "await db.collection('started').insertOne({ _id: 1 }); await new Promise((resolve) => setTimeout(resolve, 600000));",
        "",
    );
    let uri = format!("{}&appName={MARKER}", crate::support::server_uri());
    let mut child = project
        .command(&["up"])
        .env("MMK_URI", &uri)
        .spawn()
        .expect("the binary starts");
    while project.documents("started").is_empty() {
        assert!(
            child.try_wait().expect("a child").is_none(),
            "the run ended"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let folder = format!("/proc/{}", child.id());
    for name in ["cmdline", "comm"] {
        let title = std::fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default();
        assert!(!title.contains(MARKER), "{title}");
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}
