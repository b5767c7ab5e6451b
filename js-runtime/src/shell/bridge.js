/**
 * The bridge of the shell's driver: the same calls as ../bridge.js, each waiting on its thread until the server has answered. The lock's
 * heartbeat and the limits are watched on another thread and end the wait.
 */

/* global shared -- given by the host, see main.js */
const { ops } = shared('native');

export const RETRYABLE_READ = 1;
export const RETRYABLE_WRITE = 2;
export const ALREADY_NUMBERED = 4;

export const command = (...call) => ops.op_mmk_command_sync(...call);
export const openCursor = (...call) => ops.op_mmk_open_cursor_sync(...call);
export const nextBatch = (cursor) => ops.op_mmk_next_batch_sync(cursor);
export const fetchAhead = (cursor) => ops.op_mmk_fetch_ahead(cursor);
export const forgetBytes = (bytes) => ops.op_mmk_forget_bytes(bytes);
export const closeCursor = (cursor) => void ops.op_mmk_close_cursor(cursor);
export const startSession = (client, options) => ops.op_mmk_start_session(client, options);
export const sessionId = (session) => ops.op_mmk_session_id(session);
export const sessionIsDirty = (session) => ops.op_mmk_session_is_dirty(session);
export const endSession = (session) => ops.op_mmk_end_session(session);
export const advanceClusterTime = (session, bytes) => ops.op_mmk_advance_cluster_time(session, bytes);
export const nextTransactionNumber = (session) => ops.op_mmk_next_transaction_number(session);
export const clusterTime = (client) => ops.op_mmk_cluster_time(client);
export const connectClient = (uri, options) => ops.op_mmk_connect_client_sync(uri, options);
export const closeClient = (client) => void ops.op_mmk_close_client(client);
export const clientInfo = (client) => ops.op_mmk_client_info(client);
export const subscribe = () => {};
export const nextEvents = () => undefined;
