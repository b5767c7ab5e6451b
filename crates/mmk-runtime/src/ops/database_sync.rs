//! The database ops once more, for scripts in the style of MongoDB's shell, where a call gives its result and no promise: each waits on
//! V8's thread for the driver's runtime. Closing the fence ends the wait. The JavaScript side is `js-runtime/src/shell/bridge.js`.

use std::sync::Arc;
use std::time::Duration;

use deno_core::OpState;
use deno_core::op2;

use super::client::open_client;
use super::database::Call;
use super::database::command_work;
use super::database::keep_cursor;
use super::database::next_batch_work;
use super::database::open_cursor_work;
use crate::bridge::Bridge;
use crate::bridge::error::BridgeError;
use crate::bridge::error::BridgeErrorKind;

fn bridge(state: &OpState) -> Arc<Bridge> {
    state.borrow::<Arc<Bridge>>().clone()
}

/// Runs the work on the driver's runtime and waits for it here, or for the fence. Work that is not waited for any more runs on, as
/// that of an asynchronous op does.
fn wait<T: Send + 'static>(
    bridge: &Arc<Bridge>,
    work: impl Future<Output = Result<T, BridgeError>> + Send + 'static,
) -> Result<T, BridgeError> {
    let (done, result) = std::sync::mpsc::sync_channel(1);
    let waiting = bridge.clone();
    bridge.driver.spawn(async move {
        let fence = waiting.fence.clone();
        let result = tokio::select! {
            biased;
            reason = fence.closed() => Err(BridgeError::stopped(reason)),
            result = waiting.on_driver(work) => result,
        };
        // The op waits for it, unless its thread is gone.
        let _ = done.send(result);
    });
    result.recv().unwrap_or_else(|_| {
        Err(BridgeError::new(
            BridgeErrorKind::Internal,
            "the driver's runtime is gone",
        ))
    })
}

#[op2]
#[buffer]
#[allow(clippy::too_many_arguments, reason = "ops take positional arguments")]
pub(crate) fn op_mmk_command_sync(
    state: &mut OpState,
    #[smi] client: u32,
    #[string] database: String,
    #[buffer(copy)] body: Vec<u8>,
    #[smi] session: u32,
    #[smi] flags: u32,
    #[string] read_preference: String,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(state);
    let call = Call {
        client,
        database,
        body,
        session,
        flags,
        read_preference,
    };
    wait(&bridge, command_work(&bridge, call)?)
}

#[op2]
#[buffer]
#[allow(clippy::too_many_arguments, reason = "ops take positional arguments")]
pub(crate) fn op_mmk_open_cursor_sync(
    state: &mut OpState,
    #[smi] cursor: u32,
    #[smi] client: u32,
    #[string] database: String,
    #[buffer(copy)] body: Vec<u8>,
    #[smi] session: u32,
    #[smi] flags: u32,
    #[string] read_preference: String,
    #[string] options: String,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(state);
    let call = Call {
        client,
        database,
        body,
        session,
        flags,
        read_preference,
    };
    let opened = wait(&bridge, open_cursor_work(&bridge, call, &options)?)?;
    Ok(keep_cursor(&bridge, cursor, opened))
}

#[op2]
#[buffer]
pub(crate) fn op_mmk_next_batch_sync(
    state: &mut OpState,
    #[smi] cursor: u32,
) -> Result<Vec<u8>, BridgeError> {
    let bridge = bridge(state);
    wait(&bridge, next_batch_work(&bridge, cursor)?)
}

/// Makes a client from a URI, as `op_mmk_connect_client` does.
#[op2(fast)]
#[smi]
pub(crate) fn op_mmk_connect_client_sync(
    state: &mut OpState,
    #[string] uri: String,
    #[string] options: String,
) -> Result<u32, BridgeError> {
    let bridge = bridge(state);
    bridge.check_fence()?;
    let connection = wait(&bridge, open_client(uri, options))?;
    Ok(bridge.add_client(connection))
}

/// `sleep(milliseconds)` of the shell.
#[op2(fast)]
pub(crate) fn op_mmk_sleep_sync(state: &mut OpState, milliseconds: f64) -> Result<(), BridgeError> {
    let time = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default();
    wait(&bridge(state), async move {
        tokio::time::sleep(time).await;
        Ok(())
    })
}
