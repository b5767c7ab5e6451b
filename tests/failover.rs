//! Three real nodes, and a primary that dies or steps down while a migration writes: nothing lost, nothing doubled.

use bson::Document;
use bson::doc;
use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mmk_sandbox::Topology;
use mongodb::Client;
use mongodb::Collection;

use crate::support::Output;
use crate::support::Project;
use crate::support::block_on;

/// Writes one at a time, as scripts do; half of them must not be sent twice, because sent twice they count twice.
const WRITER: &str = r"
module.exports = {
  async up(db) {
    for (let n = 0; n < 4000; n++) {
      await db.collection('inserted').insertOne({ n });
      await db.collection('counter').updateOne({ _id: 'all' }, { $inc: { count: 1 } }, { upsert: true });
      if (n % 100 === 0) await db.collection('inserted').countDocuments({ n: { $lte: n } });
    }
  },
  async down() {},
};
";

async fn count(collection: &Collection<Document>) -> u64 {
    // While there is no primary the answer is unknown; the caller asks again.
    collection.count_documents(doc! {}).await.unwrap_or(0)
}

#[test]
fn a_primary_that_dies_or_steps_down_loses_and_doubles_nothing() {
    let project = Project::new();
    project.migration("1-writer.js", WRITER);
    block_on(async {
        let sources = Sources::from_environment();
        let mongod = Mongod::find(&sources, |_| {}).await.expect("a mongod");
        let options = Options::new(&sources.temporary).topology(Topology::ReplicaSet { nodes: 3 });
        let sandbox = Sandbox::start(&mongod, options)
            .await
            .expect("three nodes start");
        let uri = sandbox.uri();
        let database = Client::with_uri_str(&uri)
            .await
            .expect("the URI is right")
            .database(&project.database);
        let inserted = database.collection::<Document>("inserted");

        let run = project
            .command(&["up"])
            .env("MMK_URI", &uri)
            .spawn()
            .expect("the binary starts");
        let finished = std::thread::spawn(move || run.wait_with_output().expect("the run ends"));
        while count(&inserted).await < 300 && !finished.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        sandbox.primary().await.expect("a primary").kill();
        while count(&inserted).await < 2000 && !finished.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        sandbox
            .step_down(std::time::Duration::from_secs(5))
            .await
            .expect("the primary steps down");
        let output = finished.join().expect("the thread ends");
        let output = Output {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status,
        };
        output.exits(0);

        assert_eq!(
            inserted.count_documents(doc! {}).await.expect("an answer"),
            4000
        );
        let distinct = inserted.distinct("n", doc! {}).await.expect("an answer");
        assert_eq!(distinct.len(), 4000);
        let counter = database
            .collection::<Document>("counter")
            .find_one(doc! {"_id": "all"})
            .await
            .expect("an answer")
            .expect("the counter");
        assert_eq!(counter.get_i32("count").expect("a number"), 4000);
        println!(
            "4000 inserts and 4000 increments across a killed and a stepped-down primary: each once"
        );
    });
}
