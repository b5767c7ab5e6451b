//! A session of a script: the driver's client session for `lsid` and cluster time; numbers and transaction fields are
//! ours (see `connection.rs`).

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use bson::RawDocument;
use mongodb::ClientSession;
use tokio::sync::Mutex;

use super::connection::Connection;
use super::connection::lock;

/// A started session. Commands on it are sent one after another, as the server wants them in a transaction.
pub(crate) struct Session {
    pub(crate) client: u32,
    pub(crate) lsid: Vec<u8>,
    pub(crate) client_session: Mutex<ClientSession>,
    open_transaction: std::sync::Mutex<Option<i64>>,
    dirty: AtomicBool,
    /// Its last command was done by a primary that was stepping down.
    primary_in_doubt: AtomicBool,
}

impl Session {
    pub(crate) fn new(client: u32, lsid: Vec<u8>, client_session: ClientSession) -> Self {
        Self {
            client,
            lsid,
            client_session: Mutex::new(client_session),
            open_transaction: std::sync::Mutex::default(),
            dirty: AtomicBool::new(false),
            primary_in_doubt: AtomicBool::new(false),
        }
    }

    /// A command on it lost its connection: the server may still be at work on it, so it must not be used again.
    pub(crate) fn mark_dirty(&self) {
        self.dirty.store(true, Ordering::Relaxed);
    }

    /// Notes whether the primary is in doubt from now on, and returns whether it was until now.
    pub(crate) fn doubt_primary(&self, from_now_on: bool) -> bool {
        self.primary_in_doubt.swap(from_now_on, Ordering::Relaxed)
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Relaxed)
    }

    /// Remembers from a command that was sent whether a transaction is open.
    pub(crate) fn note_transaction(&self, connection: &Connection, body: &RawDocument) {
        let name = body
            .into_iter()
            .next()
            .and_then(Result::ok)
            .map(|(name, _)| name.as_str().to_owned())
            .unwrap_or_default();
        let mut open = lock(&self.open_transaction);
        if name == "commitTransaction" || name == "abortTransaction" {
            *open = None;
            lock(&connection.open_transactions).remove(&self.lsid);
        } else if body.get_bool("startTransaction").unwrap_or(false) {
            *open = body.get_i64("txnNumber").ok();
            lock(&connection.open_transactions).insert(self.lsid.clone());
        }
    }

    pub(crate) fn take_open_transaction(&self, connection: &Connection) -> Option<i64> {
        lock(&connection.open_transactions).remove(&self.lsid);
        lock(&self.open_transaction).take()
    }
}
