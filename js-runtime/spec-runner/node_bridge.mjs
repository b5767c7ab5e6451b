/**
 * The bridge of `src/bridge.js` written in JavaScript for Node: sessions, transaction numbers, retries, cursors and events as the
 * native one does them, to play the facade without the host. It knows one server only: the first host of the connection string.
 */

import { randomUUID } from 'node:crypto';
import { deserialize, serialize, Long, UUID } from 'bson';

import { NodeConnection } from './node_connection.mjs';

const RETRYABLE_READ = 1;
const RETRYABLE_WRITE = 2;
const RETRYABLE_READ_CODES = new Set([11600, 11602, 10107, 13435, 13436, 189, 91, 7, 6, 89, 9001, 134, 262]);
const SENSITIVE = new Set(['saslstart', 'saslcontinue', 'getnonce', 'createuser', 'updateuser', 'authenticate']);
const EXACT = { promoteValues: false };

class BridgeError extends Error {
  bridge = true;
  labels = [];

  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/** A BSON document with more fields at its end, without decoding it. */
function withFields(body, fields) {
  const more = serialize(fields);
  const joined = new Uint8Array(body.length + more.length - 5);
  joined.set(body.subarray(0, body.length - 1));
  joined.set(more.subarray(4), body.length - 1);
  new DataView(joined.buffer).setInt32(0, joined.length, true);
  return joined;
}

function parseUri(uri) {
  const [, , hosts, database, query = ''] = /^([^/]+):\/\/([^/?]+)\/?([^?]*)\??(.*)$/.exec(uri);
  const [host, port = '27017'] = hosts.split('@').at(-1).split(',')[0].split(':');
  const parameters = Object.fromEntries(query.split('&').filter(Boolean).map(pair => pair.split('=').map(decodeURIComponent)));
  return { host, port: Number(port), database, parameters };
}

function concernsOf({ w, journal, wtimeoutMS, readConcernLevel, readPreference }) {
  const writeConcern = {};
  if (w !== undefined) writeConcern.w = /^\d+$/.test(w) ? Number(w) : w;
  if (journal !== undefined) writeConcern.j = journal === 'true';
  if (wtimeoutMS !== undefined) writeConcern.wtimeout = Number(wtimeoutMS);
  return {
    writeConcern: Object.keys(writeConcern).length > 0 ? writeConcern : null,
    readConcern: readConcernLevel ? { level: readConcernLevel } : null,
    readPreference: readPreference ? { mode: readPreference } : null
  };
}

/** One deployment: idle connections and sessions, the newest cluster time, events. */
class Client {
  idleConnections = [];
  idleSessions = [];
  events = [];
  waitingForEvents = [];
  isMonitored = false;
  clusterTime = null;

  constructor(uri, options) {
    this.target = parseUri(uri);
    this.options = options;
    this.hello = {};
  }

  get appName() {
    return this.options.appName ?? this.target.parameters.appName ?? this.target.parameters.appname;
  }

  async take() {
    for (let idle = this.idleConnections.pop(); idle; idle = this.idleConnections.pop()) if (idle.isUsable) return idle;
    const { socketTimeoutMS } = this.target.parameters;
    const connection = await NodeConnection.open({ ...this.target, appName: this.appName, socketTimeoutMS });
    this.hello = connection.hello;
    return connection;
  }

  newSession() {
    return this.idleSessions.pop() ?? { id: serialize({ id: new UUID(randomUUID()).toBinary() }), number: 0n };
  }

  emit(event) {
    if (!this.isMonitored) return;
    this.events.push(event);
    for (const resume of this.waitingForEvents.splice(0)) resume();
  }

  /** Commands with secrets are shown empty. */
  shown(commandName, bytes) {
    if (!this.isMonitored) return {};
    const document = deserialize(bytes, EXACT);
    return SENSITIVE.has(commandName.toLowerCase()) || document.speculativeAuthenticate ? {} : document;
  }

  async nextEvents() {
    if (this.events.length === 0) await new Promise(resume => this.waitingForEvents.push(resume));
    return serialize({ events: this.events.splice(0) }, { ignoreUndefined: true });
  }

  /** Sends one command on a connection of its own; learns the cluster time from the reply. */
  async send(database, body, session, readPreference) {
    const command = deserialize(body, EXACT);
    const isAnswered = command.writeConcern?.w?.valueOf() !== 0;
    const fields = { $db: database };
    if (isAnswered) fields.lsid = deserialize(session.id);
    if (this.clusterTime && isAnswered) fields.$clusterTime = this.clusterTime;
    if (readPreference) fields.$readPreference = JSON.parse(readPreference);
    const { version, strict, deprecationErrors } = this.options.serverApi ?? {};
    if (version) fields.apiVersion = version;
    if (strict) fields.apiStrict = true;
    if (deprecationErrors) fields.apiDeprecationErrors = true;
    const whole = withFields(body, fields);
    const connection = await this.take().catch(error => {
      throw new BridgeError('serverSelection', error.message);
    });
    return await this.#exchange(connection, whole, database, Object.keys(command)[0], isAnswered);
  }

  async #exchange(connection, whole, databaseName, commandName, isAnswered) {
    const address = `${this.target.host}:${this.target.port}`;
    const command = this.shown(commandName, whole);
    this.emit({ name: 'commandStarted', commandName, databaseName, requestId: 1, command, address });
    try {
      const reply = await connection.send(whole, isAnswered ? 'reply' : 'none');
      const decoded = deserialize(reply, EXACT);
      if (decoded.$clusterTime) this.clusterTime = decoded.$clusterTime;
      const outcome = decoded.ok.valueOf() === 1 ? 'commandSucceeded' : 'commandFailed';
      const shown = Object.keys(command).length === 0 ? {} : decoded;
      this.emit({ name: outcome, commandName, requestId: 1, reply: shown, message: decoded.errmsg, duration: 1, address });
      this.idleConnections.push(connection);
      return reply;
    } catch (error) {
      connection.close();
      this.emit({ name: 'commandFailed', commandName, requestId: 1, message: error.message, duration: 1, address });
      throw new BridgeError('network', error.message);
    }
  }
}

/** @returns {object} an implementation for `setBridge`; client 1 is connected to `uri` */
export function nodeBridge(uri) {
  const clients = new Map([[1, new Client(uri, {})]]);
  const sessions = new Map();
  const cursors = new Map();
  let lastHandle = 1;

  const clientOf = handle => {
    const client = clients.get(handle);
    if (!client) throw new BridgeError('closed', 'the client is closed');
    return client;
  };

  async function command(clientHandle, database, body, sessionHandle, flags, readPreference) {
    const client = clientOf(clientHandle);
    const explicit = sessions.get(sessionHandle);
    const session = explicit?.server ?? client.newSession();
    let numbered = body;
    if (flags & RETRYABLE_WRITE) numbered = withFields(body, { txnNumber: Long.fromBigInt(++session.number) });
    let isDirty = false;
    const send = () =>
      client.send(database, numbered, session, readPreference).catch(error => {
        isDirty = true;
        throw error;
      });
    try {
      return await withRetry(flags, send);
    } finally {
      if (explicit) explicit.isDirty ||= isDirty;
      else if (!isDirty) client.idleSessions.push(session);
    }
  }

  async function withRetry(flags, send) {
    let first;
    try {
      first = await send();
      if (!isRetryable(flags, deserialize(first))) return first;
    } catch (error) {
      if (!(flags & (RETRYABLE_READ | RETRYABLE_WRITE)) || error.kind !== 'network') throw error;
      return await send();
    }
    const second = await send();
    return deserialize(second).errorLabels?.includes('NoWritesPerformed') ? first : second;
  }

  function isRetryable(flags, reply) {
    if (flags & RETRYABLE_READ) return reply.ok !== 1 && RETRYABLE_READ_CODES.has(reply.code);
    return (flags & RETRYABLE_WRITE) !== 0 && reply.errorLabels?.includes('RetryableWriteError') === true;
  }

  async function openCursor(cursor, clientHandle, database, body, sessionHandle, flags, readPreference, options) {
    const server = sessions.get(sessionHandle)?.server ?? clientOf(clientHandle).newSession();
    const owned = { server, isDirty: false };
    const handle = sessions.has(sessionHandle) ? sessionHandle : -cursor;
    if (handle < 0) sessions.set(handle, owned);
    let reply;
    try {
      reply = await command(clientHandle, database, body, handle, flags, readPreference);
    } catch (error) {
      forget(cursor, { handle, clientHandle });
      throw error;
    }
    note(cursor, { clientHandle, handle, readPreference, options: JSON.parse(options) }, reply);
    return reply;
  }

  function note(cursor, state, reply) {
    const { cursor: opened } = deserialize(reply, EXACT);
    if (!opened || opened.id.isZero()) return forget(cursor, state);
    const [database, ...collection] = opened.ns.split('.');
    cursors.set(cursor, { ...state, id: opened.id, database, collection: collection.join('.') });
  }

  function forget(cursor, { handle, clientHandle }) {
    cursors.delete(cursor);
    if (handle >= 0) return;
    if (!sessions.get(handle).isDirty) clients.get(clientHandle)?.idleSessions.push(sessions.get(handle).server);
    sessions.delete(handle);
  }

  async function nextBatch(cursor) {
    const state = cursors.get(cursor);
    if (!state) throw new BridgeError('closed', 'the cursor is closed');
    const { batchSize, maxTimeMS, comment } = state.options;
    const body = { getMore: state.id, collection: state.collection };
    if (batchSize) body.batchSize = Math.abs(batchSize);
    if (maxTimeMS !== undefined) body.maxTimeMS = maxTimeMS;
    if (comment !== undefined) body.comment = comment;
    const reply = await command(state.clientHandle, state.database, serialize(body), state.handle, 0, state.readPreference);
    if (deserialize(reply).ok === 1) note(cursor, state, reply);
    return reply;
  }

  async function closeCursor(cursor) {
    const state = cursors.get(cursor);
    if (!state) return;
    const body = serialize({ killCursors: state.collection, cursors: [state.id] });
    await command(state.clientHandle, state.database, body, state.handle, 0, state.readPreference).catch(() => {});
    forget(cursor, state);
  }

  return {
    command,
    openCursor,
    nextBatch,
    closeCursor,
    async startSession(clientHandle) {
      const handle = ++lastHandle;
      sessions.set(handle, { clientHandle, server: clientOf(clientHandle).newSession(), isDirty: false });
      return handle;
    },
    sessionId: session => sessions.get(session).server.id,
    endSession(session) {
      const state = sessions.get(session);
      if (!state) return;
      sessions.delete(session);
      if (!state.isDirty) clients.get(state.clientHandle)?.idleSessions.push(state.server);
    },
    advanceClusterTime() {},
    nextTransactionNumber: session => ++sessions.get(session).server.number,
    clusterTime: client => (clientOf(client).clusterTime ? serialize(clientOf(client).clusterTime) : null),
    async connectClient(clientUri, options) {
      const handle = ++lastHandle;
      const client = new Client(clientUri, JSON.parse(options ?? '{}'));
      clients.set(handle, client);
      return handle;
    },
    async closeClient(handle) {
      const client = clients.get(handle);
      clients.delete(handle);
      for (const connection of client?.idleConnections ?? []) connection.close();
    },
    clientInfo: handle => JSON.stringify(infoOf(clientOf(handle))),
    subscribe(handle) {
      clientOf(handle).isMonitored = true;
    },
    nextEvents: handle => clientOf(handle).nextEvents()
  };
}

function infoOf({ target, hello, options, appName }) {
  const { parameters } = target;
  return {
    defaultDb: target.database || null,
    hosts: [`${target.host}:${target.port}`],
    topologyType: hello.setName ? 'ReplicaSetWithPrimary' : 'Unknown',
    setName: hello.setName ?? null,
    ...concernsOf(parameters),
    retryReads: options.retryReads ?? parameters.retryReads !== 'false',
    retryWrites: options.retryWrites ?? parameters.retryWrites !== 'false',
    maxWireVersion: hello.maxWireVersion ?? 17,
    maxBsonObjectSize: hello.maxBsonObjectSize ?? 16 * 1024 * 1024,
    maxMessageSizeBytes: hello.maxMessageSizeBytes ?? 48_000_000,
    maxWriteBatchSize: hello.maxWriteBatchSize ?? 100_000,
    logicalSessionTimeoutMinutes: 30,
    appName: appName ?? null,
    directConnection: parameters.directConnection === 'true',
    loadBalanced: false
  };
}
