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

/// The password that the binary is given in all tests. Neither what it prints nor what it records may hold it.
pub(crate) const MARKER: &str = "s3cretmarkerword";

struct Server {
    uri: String,
    uri_with_password: String,
    /// Keeps the server alive; the kernel ends it with this process.
    _sandbox: Option<Sandbox>,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The address of a replica set that tests may write to. Starts one on first use.
pub(crate) fn server_uri() -> &'static str {
    &SERVER.get_or_init(start).uri
}

/// The same address, with a name and [`MARKER`] as password.
pub(crate) fn server_uri_with_password() -> &'static str {
    &SERVER.get_or_init(start).uri_with_password
}

fn start() -> Server {
    let (uri, sandbox) = match std::env::var("MMK_TEST_URI") {
        Ok(uri) => (uri, None),
        Err(_) => {
            let sandbox = own_server();
            (sandbox.uri(), Some(sandbox))
        }
    };
    let uri_with_password = block_on(with_password(&uri)).unwrap_or_else(|error| {
        super::skip(&format!("looking for a password in everything: {error}"));
        uri.clone()
    });
    Server {
        uri,
        uri_with_password,
        _sandbox: sandbox,
    }
}

/// Makes a user. A server that asks nobody who he is still lets those in who say it, and refuses them for a wrong password.
async fn with_password(uri: &str) -> mongodb::error::Result<String> {
    const USER: &str = "mmk-js-tests";
    let admin = Client::with_uri_str(uri).await?.database("admin");
    // Thousands of runs log in.
    let fewest_rounds = bson::doc! { "setParameter": 1, "scramSHA256IterationCount": 5000 };
    admin.run_command(fewest_rounds).await?;
    let user = |verb: &str| bson::doc! { verb: USER, "pwd": MARKER, "roles": ["root"], "mechanisms": ["SCRAM-SHA-256"] };
    if admin.run_command(user("createUser")).await.is_err() {
        admin.run_command(user("updateUser")).await?;
    }
    let uri = uri.replacen("mongodb://", &format!("mongodb://{USER}:{MARKER}@"), 1);
    Client::with_uri_str(&uri)
        .await?
        .database("admin")
        .run_command(bson::doc! { "ping": 1 })
        .await?;
    Ok(uri)
}

/// A server that no other test knows, for comparisons that see the whole server.
pub(crate) fn own_server() -> Sandbox {
    block_on(start_sandbox(|mut options| {
        // A machine that does much else needs its time.
        options.deadline = Duration::from_secs(300);
        options
    }))
}

/// A server, or several, of a test's own kind.
pub(crate) async fn start_sandbox(change: impl FnOnce(Options) -> Options) -> Sandbox {
    let sources = Sources::from_environment();
    let mongod = Mongod::find(&sources, |_| {})
        .await
        .expect("a mongod can be found or fetched");
    Sandbox::start(&mongod, change(Options::new(&sources.temporary)))
        .await
        .expect("the sandbox starts")
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
