//! One `MongoClient` as the bridge sees it: the driver's client, the facts of its deployment, and the sessions whose
//! transaction numbers are ours.
//!
//! The driver never numbers a command of ours: retryable writes and transactions carry their `txnNumber` in the body, so
//! that JavaScript builds commands as the Node driver does. A connection must therefore not be shared with code that
//! lets the driver number its writes (the ledger has its own client).

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use bson::Document;
use bson::doc;
use mongodb::Client;
use mongodb::ClientSession;
use mongodb::options::ClientOptions;
use mongodb::options::SessionOptions;
use tokio::sync::OnceCell;

use super::events::Subscription;
use super::session::Session;

/// Marks the `hello` that asks for a deployment's facts, so that command monitoring can leave it out.
pub(crate) const FACTS_COMMENT: &str = "mmk-js: deployment facts";

/// A client with its deployment facts and its session numbers.
pub struct Connection {
    client: Client,
    options: ClientOptions,
    hello: OnceCell<Document>,
    /// Highest transaction number used, by `lsid` bytes: server sessions are pooled, so numbers outlive client sessions.
    numbers: std::sync::Mutex<HashMap<Vec<u8>, i64>>,
    /// Idle sessions for calls without a session of the user's.
    idle: std::sync::Mutex<Vec<Arc<Session>>>,
    /// Open transactions by `lsid` bytes, so that a stopped run can abort them.
    pub(crate) open_transactions: std::sync::Mutex<HashSet<Vec<u8>>>,
    subscription: Arc<Subscription>,
}

impl Connection {
    /// Wraps a client that only the bridge uses. Nothing is sent yet. Must be called on the driver's runtime.
    pub fn new(options: ClientOptions) -> Result<Arc<Self>, mongodb::error::Error> {
        Self::with_subscription(options, Arc::default())
    }

    /// The same with command monitoring.
    pub(crate) fn monitored(
        mut options: ClientOptions,
    ) -> Result<Arc<Self>, mongodb::error::Error> {
        let subscription = Arc::new(Subscription::default());
        options.command_event_handler = Some(subscription.handler());
        Self::with_subscription(options, subscription)
    }

    fn with_subscription(
        options: ClientOptions,
        subscription: Arc<Subscription>,
    ) -> Result<Arc<Self>, mongodb::error::Error> {
        let client = Client::with_options(options.clone())?;
        Ok(Arc::new(Self {
            client,
            options,
            hello: OnceCell::new(),
            numbers: std::sync::Mutex::default(),
            idle: std::sync::Mutex::default(),
            open_transactions: std::sync::Mutex::default(),
            subscription,
        }))
    }

    /// Closes the client's connections; nothing may be sent on it any more. Without it, what the driver still does in the background
    /// outlives its runtime.
    pub async fn close(&self) {
        // Sessions go first: each holds the client.
        lock(&self.idle).clear();
        self.client.clone().shutdown().immediate(true).await;
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn subscription(&self) -> Arc<Subscription> {
        self.subscription.clone()
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// The primary's `hello`, asked once.
    pub(crate) async fn hello(&self) -> Result<&Document, mongodb::error::Error> {
        self.hello
            .get_or_try_init(|| async {
                self.client
                    .database("admin")
                    .run_command(doc! {"hello": 1, "comment": FACTS_COMMENT})
                    .await
            })
            .await
    }

    /// `hello`, where it was asked before.
    pub(crate) fn known_hello(&self) -> Option<&Document> {
        self.hello.get()
    }

    /// Whether numbered writes are possible: on a replica set or through mongos, not on a standalone.
    pub(crate) async fn numbers_writes(&self) -> Result<bool, mongodb::error::Error> {
        let hello = self.hello().await?;
        Ok(
            hello.contains_key("setName")
                || hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid"),
        )
    }

    /// Raises and returns the transaction number of a session.
    pub(crate) fn next_number(&self, lsid: &[u8]) -> i64 {
        let mut numbers = lock(&self.numbers);
        let number = numbers.entry(lsid.to_vec()).or_insert(0);
        *number += 1;
        *number
    }

    /// Starts a session. Causal consistency and snapshot reads are written into the bodies by the facade.
    pub(crate) async fn start_session(&self) -> Result<ClientSession, mongodb::error::Error> {
        self.client
            .start_session()
            .with_options(SessionOptions::builder().causal_consistency(false).build())
            .await
    }

    /// A session for one call of a script that names none; the one used last comes first, as in Node's pool.
    pub(crate) async fn take_idle_session(
        &self,
        client: u32,
    ) -> Result<Arc<Session>, mongodb::error::Error> {
        if let Some(session) = lock(&self.idle).pop() {
            return Ok(session);
        }
        let session = self.start_session().await?;
        let lsid = session.id().to_vec()?;
        Ok(Arc::new(Session::new(client, lsid, session)))
    }

    /// Keeps the session for the next call, unless it is no good any more.
    pub(crate) fn put_idle_session(&self, session: Arc<Session>) {
        if !session.is_dirty() {
            lock(&self.idle).push(session);
        }
    }
}

/// Locks a mutex of plain data; a panic elsewhere left it as good as any.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
