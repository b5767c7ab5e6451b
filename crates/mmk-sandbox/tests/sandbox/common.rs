//! What the tests on a real server share. It holds no assertions.

use std::path::Path;

use bson::Document;
use bson::doc;
use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mongodb::Client;
use mongodb::Collection;

/// A real server, fetched when this machine has none.
pub(crate) async fn mongod() -> Mongod {
    Mongod::find(&Sources::from_environment(), |_| ())
        .await
        .expect("a server")
}

pub(crate) fn options() -> Options {
    Options::new(Sources::from_environment().temporary)
}

pub(crate) async fn start(options: Options) -> Sandbox {
    Sandbox::start(&mongod().await, options)
        .await
        .expect("a sandbox")
}

pub(crate) async fn client(uri: &str) -> Client {
    Client::with_uri_str(uri).await.expect("a client")
}

/// A collection that is written and read with majority, so that a failover loses nothing.
pub(crate) async fn collection(sandbox: &Sandbox) -> Collection<Document> {
    let uri = format!("{}&w=majority&readConcernLevel=majority", sandbox.uri());
    client(&uri).await.database("test").collection("things")
}

pub(crate) async fn count(collection: &Collection<Document>) -> u64 {
    collection.count_documents(doc! {}).await.expect("a count")
}

/// Whether the process runs; one that ended and was not reaped yet doesn't.
pub(crate) fn runs(pid: u32) -> bool {
    let Ok(status) =
        std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status"))
    else {
        return false;
    };
    !status
        .lines()
        .any(|line| line.starts_with("State:") && line.contains('Z'))
}
