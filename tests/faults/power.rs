//! The power goes: MongoDB itself is killed and started again on its journal, a primary stops answering and comes back too late, and the
//! shell that started us dies.

use std::process::Command;
use std::time::Duration;

use bson::Document;
use bson::doc;
use mongodb::Client;
use mongodb::Database;

use super::output;
use super::rounds;
use super::wait_until;
use crate::support::Output;
use crate::support::Project;
use crate::support::block_on;
use crate::support::own_server;

const COUNT: u64 = 1500;

/// Writes one at a time. What the script was told is written must be there at the end, once.
fn project() -> Project {
    let project = Project::new();
    project.script(
        "1-writes.js",
        &format!(
            "for (let n = 0; n < {COUNT}; n++) {{\n      await db.collection('writes').updateOne({{ _id: n }}, {{ $inc: {{ times: 1 }} }}, {{ upsert: true }});\n    }}"
        ),
        "",
    );
    project
}

async fn written(database: &Database) -> u64 {
    // While there is no primary the answer is unknown; the caller asks again.
    let writes = database.collection::<Document>("writes");
    tokio::time::timeout(
        Duration::from_secs(2),
        writes.count_documents(doc! {}).into_future(),
    )
    .await
    .map_or(0, |count| count.unwrap_or(0))
}

/// Starts `up` there and returns when it has written so many.
async fn started(
    project: &Project,
    uri: &str,
    enough: u64,
) -> (std::thread::JoinHandle<Output>, Database) {
    let database = Client::with_uri_str(uri)
        .await
        .expect("the URI is right")
        .database(&project.database);
    let child = project
        .command(&["up"])
        // A server needs longer to recover on a busy machine than anybody wants to wait otherwise.
        .env("MMK_URI", format!("{uri}&serverSelectionTimeoutMS=120000"))
        .env("MMK_LOCK_TTL", "300")
        .spawn()
        .expect("the binary starts");
    let finished = std::thread::spawn(move || output(child));
    while written(&database).await < enough && !finished.is_finished() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (finished, database)
}

async fn each_once(database: &Database) {
    let twice = database
        .collection::<Document>("writes")
        .count_documents(doc! { "times": { "$ne": 1 } })
        .await
        .expect("an answer");
    assert_eq!(twice, 0);
    assert_eq!(written(database).await, COUNT);
    let applied = database
        .collection::<Document>("_mmk_migrations")
        .count_documents(doc! { "status": "applied" })
        .await
        .expect("an answer");
    assert_eq!(applied, 1);
}

#[test]
fn a_power_cut_of_mongodb_is_survived() {
    let cuts = rounds("MMK_TEST_POWER_CUTS", 1);
    let sandbox = own_server();
    for cut in 0..cuts {
        let project = project();
        block_on(async {
            let uri = sandbox.uri();
            let enough = 100 + 400 * (cut as u64 % 3);
            let (finished, database) = started(&project, &uri, enough).await;
            sandbox.nodes()[0].restart().await.expect("it starts again");
            sandbox.wait_until_settled().await.expect("a primary");
            finished.join().expect("the run ends").exits(0);
            each_once(&database).await;
            database.drop().await.expect("an answer");
        });
    }
    println!(
        "{cuts} power cuts of mongod in the middle of {COUNT} writes: each write once, the run ended well"
    );
}

#[test]
fn a_primary_that_stops_answering_is_left_for_the_next_one() {
    let project = project();
    block_on(async {
        let sandbox = super::three_nodes(&[]).await;
        let (finished, database) = started(&project, &sandbox.uri(), 200).await;
        let old = sandbox.primary().await.expect("a primary");
        old.pause().expect("it can be halted");
        let output = finished.join().expect("the run ends");
        old.resume().expect("it goes on");
        sandbox.wait_until_settled().await.expect("a primary");
        output.exits(0);
        each_once(&database).await;
        println!(
            "a primary halted in the middle of {COUNT} writes: the next one took over, each write once"
        );
    });
}

#[test]
fn a_shell_that_dies_takes_nothing_with_it() {
    let project = Project::new();
    project.script(
        "1-slow.js",
        "await db.collection('started').insertOne({ _id: 1 });\n    while (await db.collection('go').countDocuments() === 0) await new Promise((resolve) => setTimeout(resolve, 50));\n    console.log('nobody reads this any more');",
        "",
    );
    let binary = project.command(&["up"]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "\"$0\" up; echo ended"])
        .arg(binary.get_program())
        .current_dir(project.path())
        .env_clear()
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    for (key, value) in binary.get_envs() {
        shell.env(key, value.unwrap_or_default());
    }
    let mut shell = shell.spawn().expect("sh starts");
    wait_until("the migration runs", || {
        !project.documents("started").is_empty()
    });
    shell.kill().expect("it runs, because it waits");
    // Its end closes our side of the pipes as well: from now on nobody reads what the run prints.
    drop(shell.stdout.take());
    drop(shell.stderr.take());
    shell.wait().expect("it is dead");
    crate::support::with_database(&project.database, async |database| {
        database
            .collection("go")
            .insert_one(doc! { "_id": 1 })
            .await
            .map(drop)
    });
    wait_until("the run ends by itself", || {
        !project.applied().is_empty() && project.documents("_mmk_locks").is_empty()
    });
    println!("kill -9 of the shell: the run ended well without it, and gave the lock back");
}
