//! The database ops: handles and BSON bytes in, BSON bytes out. The JavaScript side is `js-runtime/src/bridge.js`, which
//! documents each call.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bson::RawDocumentBuf;
use deno_core::OpState;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;

use crate::bridge::Bridge;
use crate::bridge::command::Command;
use crate::bridge::cursor::Cursor;
use crate::bridge::cursor::CursorOptions;
use crate::bridge::cursor::retry_of_flags;
use crate::bridge::error::BridgeError;
use crate::bridge::error::BridgeErrorKind;
use crate::bridge::selection_criteria;
use crate::buffer_memory::forget;

fn bridge(state: &Rc<RefCell<OpState>>) -> Arc<Bridge> {
    state.borrow().borrow::<Arc<Bridge>>().clone()
}

fn document(bytes: Vec<u8>) -> Result<RawDocumentBuf, BridgeError> {
    RawDocumentBuf::from_bytes(bytes).map_err(|error| BridgeError::invalid(error.to_string()))
}

/// What the arguments of a command op say.
pub(super) struct Call {
    pub(super) client: u32,
    pub(super) database: String,
    pub(super) body: Vec<u8>,
    pub(super) session: u32,
    /// As the JavaScript side gives them.
    pub(super) flags: u32,
    pub(super) read_preference: String,
}

fn prepare(bridge: &Bridge, call: Call) -> Result<Command, BridgeError> {
    bridge.check_fence()?;
    Ok(Command {
        client: call.client,
        connection: bridge.client(call.client)?,
        database: call.database,
        body: document(call.body)?,
        session: bridge.session(call.session)?,
        retry: retry_of_flags(call.flags),
        criteria: selection_criteria(&call.read_preference)?,
    })
}

/// Running a command; the ops differ in how they wait for it.
pub(super) fn command_work(
    bridge: &Arc<Bridge>,
    call: Call,
) -> Result<impl Future<Output = Result<Vec<u8>, BridgeError>> + Send + use<>, BridgeError> {
    let command = prepare(bridge, call)?;
    let runner = bridge.clone();
    Ok(async move {
        let reply = runner.run_command(command).await?;
        Ok(reply.into_bytes())
    })
}

/// Opening a cursor; `keep_cursor` takes what comes of it.
pub(super) fn open_cursor_work(
    bridge: &Arc<Bridge>,
    call: Call,
    options: &str,
) -> Result<
    impl Future<Output = Result<(RawDocumentBuf, Option<Cursor>), BridgeError>> + Send + use<>,
    BridgeError,
> {
    let options: CursorOptions = serde_json::from_str(options)
        .map_err(|error| BridgeError::invalid(format!("invalid cursor options: {error}")))?;
    let command = prepare(bridge, call)?;
    let runner = bridge.clone();
    Ok(async move { runner.open_cursor(command, options).await })
}

/// Puts an opened cursor under its number, and gives its first reply.
pub(super) fn keep_cursor(
    bridge: &Bridge,
    cursor: u32,
    (reply, opened): (RawDocumentBuf, Option<Cursor>),
) -> Vec<u8> {
    if let Some(opened) = opened {
        bridge.add_cursor(cursor, opened);
    }
    reply.into_bytes()
}

/// Fetching the next batch of an open cursor.
pub(super) fn next_batch_work(
    bridge: &Arc<Bridge>,
    cursor: u32,
) -> Result<impl Future<Output = Result<Vec<u8>, BridgeError>> + Send + use<>, BridgeError> {
    let open = bridge.cursor(cursor)?;
    let runner = bridge.clone();
    Ok(async move {
        let reply = runner.next_batch(&open).await?;
        Ok(reply.into_bytes())
    })
}

#[op2]
#[buffer]
#[allow(clippy::too_many_arguments, reason = "ops take positional arguments")]
pub(crate) async fn op_mmk_command(
    state: Rc<RefCell<OpState>>,
    #[smi] client: u32,
    #[string] database: String,
    #[buffer(copy)] body: Vec<u8>,
    #[smi] session: u32,
    #[smi] flags: u32,
    #[string] read_preference: String,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(&state);
    let call = Call {
        client,
        database,
        body,
        session,
        flags,
        read_preference,
    };
    let work = command_work(&bridge, call)?;
    bridge.on_driver(work).await
}

#[op2]
#[buffer]
#[allow(clippy::too_many_arguments, reason = "ops take positional arguments")]
pub(crate) async fn op_mmk_open_cursor(
    state: Rc<RefCell<OpState>>,
    #[smi] cursor: u32,
    #[smi] client: u32,
    #[string] database: String,
    #[buffer(copy)] body: Vec<u8>,
    #[smi] session: u32,
    #[smi] flags: u32,
    #[string] read_preference: String,
    #[string] options: String,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(&state);
    let call = Call {
        client,
        database,
        body,
        session,
        flags,
        read_preference,
    };
    let work = open_cursor_work(&bridge, call, &options)?;
    let opened = bridge.on_driver(work).await?;
    Ok(keep_cursor(&bridge, cursor, opened))
}

#[op2]
#[buffer]
pub(crate) async fn op_mmk_next_batch(
    state: Rc<RefCell<OpState>>,
    #[smi] cursor: u32,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(&state);
    let work = next_batch_work(&bridge, cursor)?;
    bridge.on_driver(work).await
}

/// Begins to fetch the cursor's next batch.
#[op2(fast)]
pub(crate) fn op_mmk_fetch_ahead(state: &mut OpState, #[smi] cursor: u32) {
    let bridge = state.borrow::<Arc<Bridge>>();
    // A cursor that is closed meanwhile needs nothing more.
    if let Ok(open) = bridge.cursor(cursor) {
        bridge.fetch_ahead(&open);
    }
}

/// Gives the whole pages among these bytes back to the system; zeros are left of them, or, where it isn't Linux, what was there.
#[op2(fast)]
pub(crate) fn op_mmk_forget_bytes(#[buffer] bytes: &mut [u8]) {
    forget(bytes);
}

#[op2]
pub(crate) async fn op_mmk_close_cursor(state: Rc<RefCell<OpState>>, #[smi] cursor: u32) {
    let bridge = bridge(&state);
    let Some(open) = bridge.remove_cursor(cursor) else {
        return;
    };
    let closed = bridge
        .on_driver(async move {
            open.close().await;
            Ok(())
        })
        .await;
    debug_assert!(closed.is_ok(), "closing a cursor never fails");
}

/// Text out of a document: bytes from `start` to `end` as UTF-8. Invalid bytes throw when `fatal`, else become U+FFFD.
#[op2]
pub(crate) fn op_mmk_decode_utf8<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] bytes: &[u8],
    #[smi] start: u32,
    #[smi] end: u32,
    fatal: bool,
) -> Result<v8::Local<'s, v8::String>, JsErrorBox> {
    let bytes = bytes.get(start as usize..end as usize).unwrap_or_default();
    let text = if bytes.is_ascii() {
        v8::String::new_from_one_byte(scope, bytes, v8::NewStringType::Normal)
    } else if std::str::from_utf8(bytes).is_ok() {
        v8::String::new_from_utf8(scope, bytes, v8::NewStringType::Normal)
    } else if fatal {
        return Err(JsErrorBox::type_error(
            "the encoded data was not valid UTF-8",
        ));
    } else {
        v8::String::new(scope, &String::from_utf8_lossy(bytes))
    };
    text.ok_or_else(|| JsErrorBox::range_error("the text is longer than a string can be"))
}

/// Starts a session. Synchronous, because `session.id` must be there at once, as in Node; the driver makes sessions without
/// asking a server, so nothing is waited for but the other thread.
#[op2(fast)]
#[smi]
pub(crate) fn op_mmk_start_session(
    state: &mut OpState,
    #[smi] client: u32,
) -> Result<u32, BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    bridge.check_fence()?;
    let connection = bridge.client(client)?;
    let (started, session) = std::sync::mpsc::sync_channel(1);
    bridge.driver.spawn(async move {
        // The op waits for it, unless its thread is gone.
        let _ = started.send(connection.take_idle_session(client).await);
    });
    let session = session
        .recv()
        .map_err(|_| BridgeError::new(BridgeErrorKind::Internal, "the driver's runtime is gone"))?
        .map_err(|error| BridgeError::from_driver(&error))?;
    Ok(bridge.add_session(session))
}

#[op2]
#[buffer]
pub(crate) fn op_mmk_session_id(
    state: &mut OpState,
    #[smi] session: u32,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    let session = bridge
        .session(session)?
        .ok_or_else(|| BridgeError::invalid("no session was given"))?;
    Ok(session.lsid.clone())
}

/// Whether a command on the session lost its connection.
#[op2(fast)]
pub(crate) fn op_mmk_session_is_dirty(state: &mut OpState, #[smi] session: u32) -> bool {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    matches!(bridge.session(session), Ok(Some(session)) if session.is_dirty())
}

#[op2(fast)]
pub(crate) fn op_mmk_end_session(state: &mut OpState, #[smi] session: u32) {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    if let Some(session) = bridge.remove_session(session)
        && let Ok(connection) = bridge.client(session.client)
    {
        connection.put_idle_session(session);
    }
}

#[op2(fast)]
pub(crate) fn op_mmk_advance_cluster_time(
    state: &mut OpState,
    #[smi] session: u32,
    #[buffer(copy)] cluster_time: Vec<u8>,
) -> Result<(), BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    let Some(session) = bridge.session(session)? else {
        return Ok(());
    };
    let cluster_time: mongodb::ClusterTime = bson::deserialize_from_slice(&cluster_time)
        .map_err(|error| BridgeError::invalid(error.to_string()))?;
    let driver = bridge.driver.clone();
    driver.spawn(async move {
        session
            .client_session
            .lock()
            .await
            .advance_cluster_time(&cluster_time);
    });
    Ok(())
}

#[op2(fast)]
#[bigint]
pub(crate) fn op_mmk_next_transaction_number(
    state: &mut OpState,
    #[smi] session: u32,
) -> Result<i64, BridgeError> {
    let bridge = state.borrow::<Arc<Bridge>>().clone();
    let session = bridge
        .session(session)?
        .ok_or_else(|| BridgeError::invalid("no session was given"))?;
    Ok(bridge.client(session.client)?.next_number(&session.lsid))
}
