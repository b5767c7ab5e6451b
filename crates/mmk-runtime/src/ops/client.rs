//! Ops for connections: `new MongoClient(uri)`, what is known of a deployment, command monitoring.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bson::Bson;
use deno_core::OpState;
use deno_core::op2;
use mongodb::options::ClientOptions;

use crate::bridge::Bridge;
use crate::bridge::connection::Connection;
use crate::bridge::error::BridgeError;
use crate::bridge::error::BridgeErrorKind;
use crate::bridge::events::Subscription;

fn bridge(state: &Rc<RefCell<OpState>>) -> Arc<Bridge> {
    state.borrow().borrow::<Arc<Bridge>>().clone()
}

/// Makes a client from a URI. Nothing is sent to the server yet; `options` is JSON of what the URI doesn't say.
#[op2]
#[smi]
pub(crate) async fn op_mmk_connect_client(
    state: Rc<RefCell<OpState>>,
    #[string] uri: String,
    #[string] options: String,
) -> Result<u32, BridgeError> {
    let bridge = bridge(&state);
    bridge.check_fence()?;
    let connection = bridge.on_driver(open_client(uri, options)).await?;
    Ok(bridge.add_client(connection))
}

/// The connection that a URI and JSON of what it doesn't say describe. Runs on the driver's runtime.
pub(super) async fn open_client(
    uri: String,
    options: String,
) -> Result<Arc<Connection>, BridgeError> {
    let wanted: crate::bridge::events::ClientWishes = serde_json::from_str(&options)
        .map_err(|error| BridgeError::invalid(format!("invalid client options: {error}")))?;
    let mut options = ClientOptions::parse(&uri)
        .await
        .map_err(|error| BridgeError::from_driver(&error))?;
    let monitored = wanted.monitor_commands;
    wanted.apply(&mut options);
    let connection = if monitored {
        Connection::monitored(options)
    } else {
        Connection::new(options)
    };
    connection.map_err(|error| BridgeError::from_driver(&error))
}

#[op2]
pub(crate) async fn op_mmk_close_client(state: Rc<RefCell<OpState>>, #[smi] client: u32) {
    let bridge = bridge(&state);
    let Some(connection) = bridge.remove_client(client) else {
        return;
    };
    let closed = bridge
        .on_driver(async move {
            connection.client().clone().shutdown().immediate(true).await;
            Ok(())
        })
        .await;
    debug_assert!(closed.is_ok(), "closing a client never fails");
}

/// What is known of a client's deployment, as JSON; facts of `hello` only once a command was sent.
#[op2]
#[string]
pub(crate) fn op_mmk_client_info(
    state: &mut OpState,
    #[smi] client: u32,
) -> Result<String, BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    Ok(info(&*bridge.client(client)?).to_string())
}

fn info(connection: &Connection) -> serde_json::Value {
    let options = connection.options();
    let hello = connection.known_hello();
    let number = |key: &str, otherwise: i64| {
        hello
            .and_then(|hello| hello.get(key))
            .and_then(|value| match value {
                Bson::Int32(n) => Some(i64::from(*n)),
                Bson::Int64(n) => Some(*n),
                Bson::Double(n) => Some(*n as i64),
                _ => None,
            })
            .unwrap_or(otherwise)
    };
    let set_name = hello
        .and_then(|hello| hello.get_str("setName").ok())
        .or(options.repl_set_name.as_deref());
    let topology = match (hello, set_name) {
        (Some(hello), _) if hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid") => "Sharded",
        (_, Some(_)) => "ReplicaSetWithPrimary",
        (Some(_), None) => "Single",
        (None, None) => "Unknown",
    };
    serde_json::json!({
        "defaultDb": options.default_database,
        "hosts": options.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "topologyType": topology,
        "setName": set_name,
        "retryReads": options.retry_reads.unwrap_or(true),
        "retryWrites": options.retry_writes.unwrap_or(true),
        "maxWireVersion": number("maxWireVersion", 0),
        "maxBsonObjectSize": number("maxBsonObjectSize", 16 * 1024 * 1024),
        "maxMessageSizeBytes": number("maxMessageSizeBytes", 48_000_000),
        "maxWriteBatchSize": number("maxWriteBatchSize", 100_000),
        "logicalSessionTimeoutMinutes": number("logicalSessionTimeoutMinutes", 30),
        "appName": options.app_name,
        "directConnection": options.direct_connection.unwrap_or(false),
        "loadBalanced": options.load_balanced.unwrap_or(false),
        "readPreference": options.selection_criteria.as_ref().and_then(crate::bridge::events::read_preference_json),
        "readConcern": options.read_concern.as_ref().and_then(|concern| bson::serialize_to_bson(concern).ok()).map(serde_json::Value::from),
        "writeConcern": options.write_concern.as_ref().and_then(|concern| bson::serialize_to_bson(concern).ok()).map(serde_json::Value::from),
    })
}

/// The newest `$clusterTime` is gossiped by the driver itself; nothing is kept here.
#[op2]
#[buffer]
pub(crate) fn op_mmk_cluster_time(#[smi] _client: u32) -> Option<Vec<u8>> {
    None
}

/// Starts collecting a client's command events.
#[op2(fast)]
pub(crate) fn op_mmk_subscribe(state: &mut OpState, #[smi] client: u32) -> Result<(), BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    bridge.client(client)?.subscription().activate();
    Ok(())
}

/// The command events since the last call, waiting for at least one: a BSON document `{events: [...]}`.
#[op2]
#[buffer]
pub(crate) async fn op_mmk_next_events(
    state: Rc<RefCell<OpState>>,
    #[smi] client: u32,
) -> Result<Vec<u8>, BridgeError> {
    let subscription: Arc<Subscription> = bridge(&state).client(client)?.subscription();
    subscription
        .next()
        .await
        .ok_or_else(|| BridgeError::new(BridgeErrorKind::Closed, "the client is closed"))
}
