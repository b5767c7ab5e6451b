/**
 * The one door between the driver facade and the native MongoDB client. Documents cross it as BSON bytes only;
 * nothing here interprets a command or a reply.
 */

const ops = globalThis.Deno?.core?.ops;

const unreference = globalThis.Deno?.core?.unrefOpPromise;

let implementation = ops === undefined ? undefined : nativeBridge(ops);

function nativeBridge(native) {
  return {
    command: native.op_mmk_command,
    openCursor: native.op_mmk_open_cursor,
    nextBatch: native.op_mmk_next_batch,
    fetchAhead: native.op_mmk_fetch_ahead,
    forgetBytes: native.op_mmk_forget_bytes,
    closeCursor: native.op_mmk_close_cursor,
    startSession: native.op_mmk_start_session,
    sessionId: native.op_mmk_session_id,
    sessionIsDirty: native.op_mmk_session_is_dirty,
    endSession: native.op_mmk_end_session,
    advanceClusterTime: native.op_mmk_advance_cluster_time,
    nextTransactionNumber: native.op_mmk_next_transaction_number,
    clusterTime: native.op_mmk_cluster_time,
    connectClient: native.op_mmk_connect_client,
    closeClient: native.op_mmk_close_client,
    clientInfo: native.op_mmk_client_info,
    subscribe: native.op_mmk_subscribe,
    nextEvents: native.op_mmk_next_events,
  };
}

/** Goes back to the native functions. */
export function useNativeBridge() {
  implementation = nativeBridge(ops);
}

/** Replaces the native functions; for tests that run without the host, and while nothing may reach a server. */
export function setBridge(replacement) {
  implementation = replacement;
}

/** Flags of `command` and `openCursor`. */
export const RETRYABLE_READ = 1;
export const RETRYABLE_WRITE = 2;
export const ALREADY_NUMBERED = 4;

/** Sends one command; resolves with the whole reply, also when it says `ok: 0`. */
export function command(client, database, body, session, flags, readPreference) {
  return implementation.command(client, database, body, session, flags, readPreference);
}

/** Sends a command that opens a cursor; resolves with its first reply. */
export function openCursor(cursor, client, database, body, session, flags, readPreference, options) {
  return implementation.openCursor(cursor, client, database, body, session, flags, readPreference, options);
}

/** The reply to the cursor's next getMore. */
export function nextBatch(cursor) {
  return implementation.nextBatch(cursor);
}

/** Begins to fetch the cursor's next batch, where that isn't done already and is worth it. Nothing is told of it before `nextBatch`. */
export function fetchAhead(cursor) {
  implementation.fetchAhead?.(cursor);
}

/** Gives the memory of bytes back to the system, by whole pages; their content is lost. Nobody may read them any more. */
export function forgetBytes(bytes) {
  implementation.forgetBytes?.(bytes);
}

/** Kills the cursor if the server still holds it; never rejects. */
export function closeCursor(cursor) {
  return implementation.closeCursor(cursor);
}

/** A handle of a new server session, or a promise of one. */
export function startSession(client, options) {
  return implementation.startSession(client, options);
}

/** The session's `lsid` document as BSON. */
export function sessionId(session) {
  return implementation.sessionId(session);
}

/** Whether a command on the session lost its connection. */
export function sessionIsDirty(session) {
  return implementation.sessionIsDirty?.(session) ?? false;
}

/** Gives the server session back. */
export function endSession(session) {
  return implementation.endSession(session);
}

/** Tells the native session about a cluster time learnt elsewhere. */
export function advanceClusterTime(session, bytes) {
  return implementation.advanceClusterTime(session, bytes);
}

/** Raises and returns the session's transaction number. */
export function nextTransactionNumber(session) {
  return implementation.nextTransactionNumber(session);
}

/** The newest `$clusterTime` the client has seen, or null. */
export function clusterTime(client) {
  return implementation.clusterTime(client);
}

/** Opens a second connection; the server is contacted by its first command. */
export function connectClient(uri, options) {
  return implementation.connectClient(uri, options);
}

/** Closes a connection opened by `connectClient`. */
export function closeClient(client) {
  return implementation.closeClient(client);
}

/** What is known about the deployment, as JSON text. */
export function clientInfo(client) {
  return implementation.clientInfo(client);
}

/** Starts recording command events. */
export function subscribe(client, kinds) {
  return implementation.subscribe(client, kinds);
}

/** Resolves with the recorded events as one BSON document. */
export function nextEvents(client) {
  const events = implementation.nextEvents(client);
  // Waiting for events must not keep a program alive.
  unreference?.(events);
  return events;
}
