//! One MongoDB for all tests of a run: `MMK_TEST_URI` where it is set, otherwise a sandbox that ends with this process.

use std::sync::OnceLock;
use std::time::Duration;

use bson::Document;
use mmk_sandbox::Mongod;
use mmk_sandbox::Options;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Sources;
use mongodb::Client;
use mongodb::Database;

struct Server {
    uri: String,
    /// Keeps the server alive; the kernel ends it with this process.
    _sandbox: Option<Sandbox>,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The address of a replica set that tests may write to. Starts one on first use.
pub(crate) fn server_uri() -> &'static str {
    &SERVER.get_or_init(start).uri
}

fn start() -> Server {
    if let Ok(uri) = std::env::var("MMK_TEST_URI") {
        return Server {
            uri,
            _sandbox: None,
        };
    }
    let sandbox = own_server();
    Server {
        uri: sandbox.uri(),
        _sandbox: Some(sandbox),
    }
}

/// A server that no other test knows, for comparisons that see the whole server.
pub(crate) fn own_server() -> Sandbox {
    block_on(async {
        let sources = Sources::from_environment();
        let mongod = Mongod::find(&sources, |_| {})
            .await
            .expect("a mongod can be found or fetched");
        let mut options = Options::new(&sources.temporary);
        // A machine that does much else needs its time.
        options.deadline = Duration::from_secs(300);
        Sandbox::start(&mongod, options)
            .await
            .expect("the sandbox starts")
    })
}

/// Runs async test code on a runtime of its own.
pub(crate) fn block_on<T: Send>(future: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        scope
            .spawn(|| {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime can be made")
                    .block_on(future)
            })
            .join()
            .expect("the test code doesn't panic")
    })
}

/// Gives test code a database of the server, beside the binary and independent of it.
pub(crate) fn with_database<T: Send + 'static>(
    name: &str,
    work: impl AsyncFnOnce(Database) -> mongodb::error::Result<T> + Send,
) -> T {
    let uri = server_uri().to_owned();
    std::thread::scope(|scope| {
        scope
            .spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime can be made")
                    .block_on(async move {
                        let client = Client::with_uri_str(&uri).await.expect("the URI is right");
                        work(client.database(name))
                            .await
                            .expect("the server answers")
                    })
            })
            .join()
            .expect("the test code doesn't panic")
    })
}

/// All documents of a collection, by `_id`.
pub(crate) async fn documents(
    database: &Database,
    collection: &str,
) -> mongodb::error::Result<Vec<Document>> {
    use futures::TryStreamExt;
    database
        .collection::<Document>(collection)
        .find(bson::doc! {})
        .sort(bson::doc! {"_id": 1})
        .await?
        .try_collect()
        .await
}
