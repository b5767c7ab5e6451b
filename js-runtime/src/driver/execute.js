/**
 * Sends one command: completes it with concerns, session fields and the like, encodes it, and turns the reply into
 * either a `ServerReply` or the error that npm `mongodb` would have thrown. It never decodes results.
 */

import * as bridge from '../bridge.js';
import { fromBridge } from './bridge_error.js';
import { serialize } from './bson.js';
import { encodeOptions } from './bson_options.js';
import { CODES } from './error_codes.js';
import {
  MongoAPIError,
  MongoCompatibilityError,
  MongoErrorLabel,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerError,
  MongoTransactionError,
  MongoWriteConcernError,
} from './errors.js';
import { beginCall, finishCall, passBarrier } from './pending.js';
import { ServerReply } from './server_reply.js';
import { applySession, noteStarted, supportsReadConcern, updateSession } from './session/session_fields.js';
import { isTransactionCommand } from './session/transaction.js';
import { WriteConcern } from './write_concern.js';

/** What a command is, as bits: they decide which concerns it takes and whether it is sent twice. */
export const READ = 1;
export const WRITE = 2;
export const RETRYABLE = 4;
/** The collation is inside the statements and must not be repeated at the top. */
export const OWN_COLLATION = 8;
/** The user's own command document: nothing is added but what sessions need. */
export const AS_GIVEN = 16;

const SNAPSHOT_WIRE_VERSION = 13;
const RAW_DATA_WIRE_VERSION = 27;
const NO_RETRYABLE_WRITES =
  'This MongoDB deployment does not support retryable writes. Please add retryWrites=false to your connection string.';

/** `{ok: 1}`: all that is known about a write nobody waits for. */
const UNACKNOWLEDGED = new ServerReply(new Uint8Array([13, 0, 0, 0, 16, 111, 107, 0, 1, 0, 0, 0, 0]));

/**
 * One command about to be sent.
 * @typedef {object} Operation
 * @property {string} method the public method, for naming calls nobody awaited
 * @property {import('./mongo_client.js').MongoClient} client
 * @property {string} database
 * @property {string} namespace
 * @property {object} settings see settings.js
 * @property {object} command in the order npm `mongodb` gives it, without concerns
 * @property {number} kind bits from above
 * @property {object} options the options of the call
 * @property {import('./explain.js').Explain} [explain]
 * @property {{handle: number, options: string}} [cursor] opens this cursor instead of running a command
 */

/** Sends the operation's command. */
export async function execute(operation) {
  const { client, settings, options } = operation;
  const call = beginCall(operation.method, operation.namespace);
  try {
    options.signal?.throwIfAborted();
    const held = passBarrier(operation);
    if (held !== undefined) await held;
    const clientHandle = client.handle ?? (await client.open());
    const { session } = settings;
    let sessionHandle = 0;
    if (session !== undefined) {
      checkSession(session, operation);
      sessionHandle = session.handle ?? (await session.open());
    }
    const sent = send(operation, clientHandle, sessionHandle);
    const bytes = await (options.signal === undefined ? sent : abortable(sent, options.signal));
    if (client.isMonitoring) await client.flushEvents();
    return readReply(operation, bytes);
  } catch (error) {
    if (error?.bridge) throw await failure(operation, error);
    throw error;
  } finally {
    finishCall(call);
  }
}

function send(operation, clientHandle, sessionHandle) {
  const { client, settings, kind, cursor } = operation;
  const { session } = settings;
  const inTransaction = session !== undefined && session.inTransaction();
  let command = completeCommand(operation, inTransaction);
  let flags = retryFlags(operation, command, inTransaction);
  const readPreference = readPreferenceOf(operation, inTransaction);
  const unacknowledged = command.writeConcern?.w === 0;
  if (session !== undefined) {
    if (unacknowledged && (kind & WRITE) !== 0) {
      throw new MongoAPIError('Cannot have explicit session with unacknowledged writes');
    }
    if ((kind & AS_GIVEN) !== 0 || operation.explain !== undefined) command = { ...command };
    if (applySession(session, command)) flags = bridge.ALREADY_NUMBERED;
  }
  operation.unacknowledged = unacknowledged;
  let body;
  try {
    body = serialize(command, encodeOptions(settings.bson));
  } catch (error) {
    if (session !== undefined) noteStarted(session);
    throw error;
  }
  if (cursor === undefined) {
    return bridge.command(clientHandle, operation.database, body, sessionHandle, flags, readPreference);
  }
  return bridge.openCursor(
    cursor.handle,
    clientHandle,
    operation.database,
    body,
    sessionHandle,
    flags,
    readPreference,
    cursor.options,
  );
}

function checkSession(session, operation) {
  if (session.hasEnded) throw new MongoExpiredSessionError('Use of expired sessions is not permitted');
  if (session.snapshotEnabled && operation.client.isOlderThan(SNAPSHOT_WIRE_VERSION)) {
    throw new MongoCompatibilityError('Snapshot reads require MongoDB 5.0 or later');
  }
  // Two majors of the driver have a view of one connection each.
  if (session.client.connection !== operation.client.connection && session.client.handle !== operation.client.handle) {
    throw new MongoInvalidArgumentError('ClientSession must be from the same MongoClient');
  }
}

function completeCommand(operation, inTransaction) {
  const { command, settings, kind, options, explain } = operation;
  if ((kind & AS_GIVEN) !== 0) return command;
  if (explain === undefined && options.explain != null) {
    throw new MongoInvalidArgumentError('Option "explain" is not supported on this command');
  }
  const { readConcern, writeConcern } = settings;
  if (readConcern !== undefined && !inTransaction && supportsReadConcern(command)) command.readConcern = readConcern;
  if (writeConcern !== undefined && (kind & WRITE) !== 0 && !inTransaction) WriteConcern.apply(command, writeConcern);
  if (options.collation && typeof options.collation === 'object' && (kind & OWN_COLLATION) === 0) {
    command.collation = options.collation;
  }
  if (typeof options.maxTimeMS === 'number') command.maxTimeMS = options.maxTimeMS;
  if (options.rawData != null && operation.client.facts.maxWireVersion >= RAW_DATA_WIRE_VERSION) {
    command.rawData = options.rawData;
  }
  return explain === undefined ? command : explain.decorate(command);
}

function retryFlags(operation, command, inTransaction) {
  const { kind, client } = operation;
  if (inTransaction || (kind & RETRYABLE) === 0) return 0;
  if ((kind & READ) !== 0) return client.retryReads ? bridge.RETRYABLE_READ : 0;
  const numbered = client.retryWrites && operation.explain === undefined && command.writeConcern?.w !== 0;
  return numbered ? bridge.RETRYABLE_WRITE : 0;
}

function readPreferenceOf(operation, inTransaction) {
  const { kind, settings } = operation;
  const { readPreference } = settings;
  if (readPreference === undefined || readPreference.mode === 'primary') return '';
  if ((kind & WRITE) !== 0) return '';
  if (inTransaction && (kind & (READ | AS_GIVEN)) !== 0) {
    throw new MongoTransactionError(`Read preference in a transaction must be primary, not: ${readPreference.mode}`);
  }
  return JSON.stringify(readPreference);
}

/** Turns the bytes of a reply into a reply that is no error, or throws the error. */
function readReply(operation, bytes) {
  const { settings } = operation;
  if (operation.unacknowledged) return UNACKNOWLEDGED;
  const reply = new ServerReply(bytes);
  if (settings.session !== undefined) updateSession(settings.session, reply);
  if (reply.isError) throw serverError(operation, reply.toObject(settings.bson));
  if (reply.hasWriteConcernError) throw new MongoWriteConcernError(reply.toObject(settings.bson));
  return reply;
}

function serverError(operation, response) {
  const error = new MongoServerError(response);
  if ((operation.kind & WRITE) === 0 || error.code !== CODES.IllegalOperation) return error;
  return new MongoServerError({ message: NO_RETRYABLE_WRITES, errmsg: NO_RETRYABLE_WRITES, originalError: error });
}

/** Waits for a bridge call that already carries everything, such as a cursor's next batch. */
export async function finishBridgeCall(operation, sent) {
  const { client, options } = operation;
  const call = beginCall(operation.method, operation.namespace);
  try {
    const bytes = await (options.signal === undefined ? sent : abortable(sent, options.signal));
    if (client.isMonitoring) await client.flushEvents();
    return readReply(operation, bytes);
  } catch (error) {
    if (error?.bridge) throw await failure(operation, error);
    throw error;
  } finally {
    finishCall(call);
  }
}

/** The error for a command that got no reply, labelled for the transaction or retry logic above it. */
async function failure(operation, bridgeError) {
  const { client, settings, command } = operation;
  if (client.isMonitoring) await client.flushEvents();
  const error = fromBridge(bridgeError);
  const { session } = settings;
  if (session !== undefined) noteStarted(session);
  if (!(error instanceof MongoNetworkError)) return error;
  if (session !== undefined) session.isDirty = true;
  const endsTransaction = command !== undefined && isTransactionCommand(command);
  if (session !== undefined && session.inTransaction() && !endsTransaction) {
    error.addErrorLabel(MongoErrorLabel.TransientTransactionError);
  } else if (client.retryWrites || endsTransaction) {
    error.addErrorLabel(MongoErrorLabel.RetryableWriteError);
  }
  return error;
}

/** Settles like the promise, or rejects with the signal's reason, whichever is first. */
async function abortable(promise, signal) {
  let stop;
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
