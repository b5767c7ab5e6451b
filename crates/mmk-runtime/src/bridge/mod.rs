//! The bridge between a script and MongoDB: commands, cursors and sessions by number, documents as BSON bytes. It lives
//! as long as one isolate; every call looks at the fence first. Nothing here knows V8: `ops/database.rs` does.

pub(crate) mod command;
pub(crate) mod connection;
pub(crate) mod counts;
pub(crate) mod cursor;
pub(crate) mod error;
pub(crate) mod events;
mod primary;
pub(crate) mod session;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mmk_core::fence::Fence;
use mongodb::options::ReadPreference;
use mongodb::options::ReadPreferenceOptions;
use mongodb::options::SelectionCriteria;
use tokio::runtime::Handle;

use self::command::abort_open_transactions;
use self::connection::Connection;
use self::connection::lock;
use self::counts::Counters;
use self::cursor::Cursor;
use self::error::BridgeError;
use self::session::Session;

/// How long a stopped script's last calls may take.
const SETTLING_TIME: Duration = Duration::from_secs(10);

/// The client handle of the run's own connection.
pub(crate) const MAIN_CLIENT: u32 = 1;

/// Everything one isolate has open on MongoDB.
pub(crate) struct Bridge {
    /// The driver's runtime: every driver future is spawned there and never dropped half-way.
    pub(crate) driver: Handle,
    pub(crate) fence: Fence,
    pub(crate) counters: Counters,
    pub(crate) prefetch: bool,
    clients: Mutex<HashMap<u32, Arc<Connection>>>,
    sessions: Mutex<HashMap<u32, Arc<Session>>>,
    cursors: Mutex<HashMap<u32, Arc<Cursor>>>,
    next_handle: AtomicU32,
    in_flight: tokio::sync::watch::Sender<usize>,
    /// Turns true when what is in flight is waited for no longer.
    given_up: tokio::sync::watch::Sender<bool>,
}

impl Bridge {
    pub(crate) fn new(
        driver: Handle,
        fence: Fence,
        main: Option<Arc<Connection>>,
        prefetch: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            driver,
            fence,
            counters: Counters::default(),
            prefetch,
            clients: Mutex::new(main.map(|main| (MAIN_CLIENT, main)).into_iter().collect()),
            sessions: Mutex::default(),
            cursors: Mutex::default(),
            next_handle: AtomicU32::new(MAIN_CLIENT + 1),
            in_flight: tokio::sync::watch::Sender::new(0),
            given_up: tokio::sync::watch::Sender::new(false),
        })
    }

    pub(crate) fn check_fence(&self) -> Result<(), BridgeError> {
        self.fence.check().map_err(BridgeError::stopped)
    }

    pub(crate) fn client(&self, handle: u32) -> Result<Arc<Connection>, BridgeError> {
        lock(&self.clients)
            .get(&handle)
            .cloned()
            .ok_or_else(|| BridgeError::new(error::BridgeErrorKind::Closed, "the client is closed"))
    }

    /// Gives a bridge that was made without one the run's own connection.
    pub(crate) fn set_main(&self, connection: Arc<Connection>) {
        lock(&self.clients).insert(MAIN_CLIENT, connection);
    }

    pub(crate) fn add_client(&self, connection: Arc<Connection>) -> u32 {
        let handle = self.next_handle.fetch_add(1, Ordering::Relaxed);
        lock(&self.clients).insert(handle, connection);
        handle
    }

    pub(crate) fn remove_client(&self, handle: u32) -> Option<Arc<Connection>> {
        // The run's own connection serves the next migration too.
        if handle == MAIN_CLIENT {
            return None;
        }
        lock(&self.sessions).retain(|_, session| session.client != handle);
        lock(&self.clients).remove(&handle)
    }

    pub(crate) fn session(&self, handle: u32) -> Result<Option<Arc<Session>>, BridgeError> {
        if handle == 0 {
            return Ok(None);
        }
        let session = lock(&self.sessions).get(&handle).cloned();
        session
            .map(Some)
            .ok_or_else(|| BridgeError::invalid("cannot use a session that has ended"))
    }

    pub(crate) fn add_session(&self, session: Arc<Session>) -> u32 {
        let handle = self.next_handle.fetch_add(1, Ordering::Relaxed);
        lock(&self.sessions).insert(handle, session);
        handle
    }

    pub(crate) fn remove_session(&self, handle: u32) -> Option<Arc<Session>> {
        lock(&self.sessions).remove(&handle)
    }

    pub(crate) fn cursor(&self, handle: u32) -> Result<Arc<Cursor>, BridgeError> {
        lock(&self.cursors)
            .get(&handle)
            .cloned()
            .ok_or_else(|| BridgeError::new(error::BridgeErrorKind::Closed, "the cursor is closed"))
    }

    pub(crate) fn add_cursor(&self, handle: u32, cursor: Cursor) {
        lock(&self.cursors).insert(handle, Arc::new(cursor));
    }

    pub(crate) fn remove_cursor(&self, handle: u32) -> Option<Arc<Cursor>> {
        lock(&self.cursors).remove(&handle)
    }

    /// Spawns work on the driver's runtime and waits for it. The work runs on when the waiting side is dropped; `settle`
    /// waits for it.
    pub(crate) async fn on_driver<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Future<Output = Result<T, BridgeError>> + Send + 'static,
    ) -> Result<T, BridgeError> {
        self.in_flight.send_modify(|count| *count += 1);
        let bridge = self.clone();
        let mut given_up = self.given_up.subscribe();
        let task = self.driver.spawn(async move {
            let _ended = InFlight(bridge);
            tokio::select! {
                biased;
                result = work => result,
                // The sender lives in the bridge, which lives in `_ended`.
                _ = given_up.wait_for(|given_up| *given_up) => {
                    Err(BridgeError::new(error::BridgeErrorKind::Closed, "the run was given up"))
                }
            }
        });
        task.await.unwrap_or_else(|error| {
            Err(BridgeError::new(
                error::BridgeErrorKind::Internal,
                error.to_string(),
            ))
        })
    }

    /// Waits until nothing of the script is on its way to the database, aborts its open transactions,
    /// and closes what it left open. Called on the driver's runtime after the isolate is gone. Once the fence is closed, a
    /// server that answers nothing is not waited for any longer than [`SETTLING_TIME`].
    pub(crate) async fn settle(self: Arc<Self>) {
        let mut in_flight = self.in_flight.subscribe();
        // The sender lives in `self`.
        let settled = tokio::select! {
            biased;
            _ = in_flight.wait_for(|count| *count == 0) => true,
            () = self.patience_ends() => false,
        };
        if !settled {
            self.given_up.send_replace(true);
            let _ = in_flight.wait_for(|count| *count == 0).await;
        }
        // What a server that is out of reach keeps open it will forget by itself.
        let _ = tokio::time::timeout(SETTLING_TIME, self.clone().close_all()).await;
    }

    async fn patience_ends(&self) {
        self.fence.closed().await;
        tokio::time::sleep(SETTLING_TIME).await;
    }

    async fn close_all(self: Arc<Self>) {
        let sessions: Vec<_> = lock(&self.sessions).drain().map(|(_, s)| s).collect();
        let clients: Vec<_> = lock(&self.clients)
            .iter()
            .map(|(handle, client)| (*handle, client.clone()))
            .collect();
        // Also when the lock was lost: an abort writes nothing, and what stays open keeps whoever has the lock now from writing.
        for (handle, client) in &clients {
            let own: Vec<_> = sessions
                .iter()
                .filter(|session| session.client == *handle)
                .cloned()
                .collect();
            abort_open_transactions(client, &own).await;
        }
        let cursors: Vec<_> = lock(&self.cursors).drain().map(|(_, c)| c).collect();
        for cursor in cursors {
            cursor.close().await;
        }
    }
}

struct InFlight(Arc<Bridge>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.send_modify(|count| *count -= 1);
    }
}

/// Reads the facade's read preference: `''` is the primary, otherwise JSON `{mode, tags?, maxStalenessSeconds?}`.
pub(crate) fn selection_criteria(text: &str) -> Result<Option<SelectionCriteria>, BridgeError> {
    if text.is_empty() {
        return Ok(None);
    }
    #[derive(serde::Deserialize)]
    struct Wanted {
        mode: String,
        #[serde(default)]
        tags: Option<Vec<HashMap<String, String>>>,
        #[serde(rename = "maxStalenessSeconds", default)]
        max_staleness_seconds: Option<u64>,
    }
    let wanted: Wanted = serde_json::from_str(text)
        .map_err(|error| BridgeError::invalid(format!("invalid read preference: {error}")))?;
    let options = ReadPreferenceOptions::builder()
        .tag_sets(wanted.tags)
        .max_staleness(
            wanted
                .max_staleness_seconds
                .map(std::time::Duration::from_secs),
        )
        .build();
    let options = Some(options);
    let preference = match wanted.mode.as_str() {
        "primary" => return Ok(None),
        "primaryPreferred" => ReadPreference::PrimaryPreferred { options },
        "secondary" => ReadPreference::Secondary { options },
        "secondaryPreferred" => ReadPreference::SecondaryPreferred { options },
        "nearest" => ReadPreference::Nearest { options },
        mode => {
            return Err(BridgeError::invalid(format!(
                "invalid read preference mode `{mode}`"
            )));
        }
    };
    Ok(Some(SelectionCriteria::ReadPreference(preference)))
}
