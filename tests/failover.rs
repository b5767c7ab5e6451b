//! Three real nodes, and a primary that dies or steps down while a migration writes: nothing lost, nothing doubled.

use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

use bson::Document;
use bson::doc;
use mmk_sandbox::Sandbox;
use mongodb::Client;
use mongodb::Collection;

use crate::faults::PATIENCE;
use crate::faults::output;
use crate::faults::three_nodes;
use crate::support::Output;
use crate::support::Project;
use crate::support::block_on;

const COUNT: u64 = 2000;

/// Writes one at a time, as scripts do; half of them must not be sent twice, because sent twice they count twice.
const WRITER: &str = r"
module.exports = {
  async up(db) {
    for (let n = 0; n < COUNT; n++) {
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

/// Waits until the run has written so much, or has ended.
async fn written(collection: &Collection<Document>, enough: u64, run: &JoinHandle<Output>) {
    while count(collection).await < enough && !run.is_finished() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes the primary step down, as often as it takes: right after an election the one that was asked may be primary no more.
async fn step_down(sandbox: &Sandbox) {
    let began = Instant::now();
    while let Err(error) = sandbox.step_down(Duration::from_secs(5)).await {
        assert!(began.elapsed() < PATIENCE, "{error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_primary_that_dies_or_steps_down_loses_and_doubles_nothing() {
    let project = Project::new();
    project.migration("1-writer.js", &WRITER.replace("COUNT", &COUNT.to_string()));
    block_on(async {
        let sandbox = three_nodes(&[]).await;
        let uri = format!("{}&serverSelectionTimeoutMS=120000", sandbox.uri());
        let database = Client::with_uri_str(&uri)
            .await
            .expect("the URI is right")
            .database(&project.database);
        let inserted = database.collection::<Document>("inserted");

        let run = project
            .command(&["up"])
            .env("MMK_URI", &uri)
            .env("MMK_LOCK_TTL", "300")
            .spawn()
            .expect("the binary starts");
        let run = std::thread::spawn(move || output(run));
        written(&inserted, COUNT / 10, &run).await;
        sandbox.primary().await.expect("a primary").kill();
        written(&inserted, COUNT / 2, &run).await;
        step_down(&sandbox).await;
        run.join().expect("the thread ends").exits(0);

        sandbox.wait_until_settled().await.expect("a primary");
        let all = inserted.count_documents(doc! {}).await.expect("an answer");
        assert_eq!(all, COUNT);
        let distinct = inserted.distinct("n", doc! {}).await.expect("an answer");
        assert_eq!(distinct.len() as u64, COUNT);
        let counter = database
            .collection::<Document>("counter")
            .find_one(doc! {"_id": "all"})
            .await
            .expect("an answer")
            .expect("the counter");
        let counted = counter.get_i32("count").expect("a number");
        assert_eq!(u64::try_from(counted), Ok(COUNT));
        println!(
            "{COUNT} inserts and {COUNT} increments across a killed and a stepped-down primary: each once"
        );
    });
}
