//! Command monitoring: the driver's events as BSON for `monitorCommands`, and what a client of a script's own may wish.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bson::Document;
use bson::doc;
use mongodb::event::EventHandler;
use mongodb::event::command::CommandEvent;
use mongodb::options::ClientOptions;
use mongodb::options::SelectionCriteria;
use mongodb::options::ServerApi;
use mongodb::options::ServerApiVersion;
use serde::Deserialize;
use tokio::sync::Notify;

use super::connection::FACTS_COMMENT;
use super::connection::lock;

/// Events of one client, collected once somebody subscribed.
#[derive(Default)]
pub(crate) struct Subscription {
    active: AtomicBool,
    events: Mutex<Vec<Document>>,
    running: Mutex<HashMap<i32, String>>,
    arrived: Notify,
}

impl Subscription {
    /// A handler for the driver that feeds this subscription.
    pub(crate) fn handler(self: &Arc<Self>) -> EventHandler<CommandEvent> {
        let subscription = self.clone();
        EventHandler::callback(move |event| subscription.push(event))
    }

    pub(crate) fn activate(&self) {
        self.active.store(true, Ordering::Release);
    }

    fn push(&self, event: CommandEvent) {
        if !self.active.load(Ordering::Acquire) {
            return;
        }
        let Some(database) = self.database_of(&event) else {
            return;
        };
        let document = match event {
            CommandEvent::Started(event) => doc! {
                "name": "commandStarted",
                "commandName": event.command_name,
                "databaseName": database,
                "requestId": event.request_id,
                "command": event.command,
                "address": event.connection.address.to_string(),
            },
            CommandEvent::Succeeded(event) => doc! {
                "name": "commandSucceeded",
                "commandName": event.command_name,
                "databaseName": database,
                "requestId": event.request_id,
                "reply": event.reply,
                "duration": event.duration.as_secs_f64() * 1000.0,
                "address": event.connection.address.to_string(),
            },
            CommandEvent::Failed(event) => doc! {
                "name": "commandFailed",
                "commandName": event.command_name,
                "databaseName": database,
                "requestId": event.request_id,
                "reply": event.failure.server_response().and_then(|reply| Document::try_from(reply.as_ref()).ok()),
                "message": event.failure.to_string(),
                "duration": event.duration.as_secs_f64() * 1000.0,
                "address": event.connection.address.to_string(),
            },
            _ => return,
        };
        lock(&self.events).push(document);
        self.arrived.notify_one();
    }

    /// Only a started command names its database; the end of it is told with the same. `None` for the command by which the bridge
    /// itself asks for facts.
    fn database_of(&self, event: &CommandEvent) -> Option<String> {
        let mut running = lock(&self.running);
        match event {
            CommandEvent::Started(event) => {
                let is_ours = event
                    .command
                    .get_str("comment")
                    .is_ok_and(|comment| comment == FACTS_COMMENT);
                if is_ours {
                    return None;
                }
                running.insert(event.request_id, event.db.clone());
                Some(event.db.clone())
            }
            CommandEvent::Succeeded(event) => running.remove(&event.request_id),
            CommandEvent::Failed(event) => running.remove(&event.request_id),
            _ => None,
        }
    }

    /// Waits for at least one event; `None` when they can't be written as BSON.
    pub(crate) async fn next(&self) -> Option<Vec<u8>> {
        loop {
            let events = std::mem::take(&mut *lock(&self.events));
            if !events.is_empty() {
                return doc! {"events": events}.to_vec().ok();
            }
            self.arrived.notified().await;
        }
    }
}

/// Options of `new MongoClient(uri, options)` that the URI can't carry in the Rust driver's grammar.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ClientWishes {
    app_name: Option<String>,
    #[serde(rename = "serverSelectionTimeoutMS")]
    server_selection_timeout_ms: Option<u64>,
    #[serde(rename = "connectTimeoutMS")]
    connect_timeout_ms: Option<u64>,
    #[serde(rename = "heartbeatFrequencyMS")]
    heartbeat_frequency_ms: Option<u64>,
    #[serde(rename = "maxIdleTimeMS")]
    max_idle_time_ms: Option<u64>,
    max_pool_size: Option<u32>,
    min_pool_size: Option<u32>,
    max_connecting: Option<u32>,
    server_api: Option<WantedApi>,
    /// Report commands (`commandStarted` and so on); costs a copy of each.
    pub(crate) monitor_commands: bool,
    replica_set: Option<String>,
    direct_connection: Option<bool>,
    load_balanced: Option<bool>,
    retry_reads: Option<bool>,
    retry_writes: Option<bool>,
}

/// `serverApi` of the options; `version` alone may be given as text, which the facade has made an object of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedApi {
    strict: Option<bool>,
    deprecation_errors: Option<bool>,
}

impl ClientWishes {
    pub(crate) fn apply(self, options: &mut ClientOptions) {
        let millis = |ms: Option<u64>| ms.map(Duration::from_millis);
        take(&mut options.app_name, self.app_name);
        take(
            &mut options.server_selection_timeout,
            millis(self.server_selection_timeout_ms),
        );
        take(
            &mut options.connect_timeout,
            millis(self.connect_timeout_ms),
        );
        take(
            &mut options.heartbeat_freq,
            millis(self.heartbeat_frequency_ms),
        );
        take(&mut options.max_idle_time, millis(self.max_idle_time_ms));
        take(&mut options.max_pool_size, self.max_pool_size);
        take(&mut options.min_pool_size, self.min_pool_size);
        take(&mut options.max_connecting, self.max_connecting);
        take(&mut options.repl_set_name, self.replica_set);
        take(&mut options.direct_connection, self.direct_connection);
        take(&mut options.load_balanced, self.load_balanced);
        take(&mut options.retry_reads, self.retry_reads);
        take(&mut options.retry_writes, self.retry_writes);
        if let Some(wanted) = self.server_api {
            let mut api = ServerApi::builder().version(ServerApiVersion::V1).build();
            api.strict = wanted.strict;
            api.deprecation_errors = wanted.deprecation_errors;
            options.server_api = Some(api);
        }
    }
}

fn take<T>(target: &mut Option<T>, wish: Option<T>) {
    if wish.is_some() {
        *target = wish;
    }
}

/// A read preference as the facade writes it.
pub(crate) fn read_preference_json(criteria: &SelectionCriteria) -> Option<serde_json::Value> {
    match criteria {
        SelectionCriteria::ReadPreference(preference) => bson::serialize_to_bson(preference)
            .ok()
            .map(serde_json::Value::from),
        _ => None,
    }
}
