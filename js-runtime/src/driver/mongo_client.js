/**
 * A client: the run's own connection, wrapped, or a second one opened by a script. Connecting, pooling and monitoring
 * are native; what is here is the public class with its options and its life cycle.
 */

import { EventEmitter } from 'events';

import { resolveBsonOptions } from './bson_options.js';
import { ChangeStream } from './change_stream.js';
import { clientBulkWrite } from './client_bulk_write/client_bulk_write.js';
import { parseClientOptions } from './client_options.js';
import { Connection, Owner } from './connection.js';
import { Db } from './db.js';
import { Topology } from './deployment.js';
import { MongoInvalidArgumentError, MongoNetworkError, MongoServerSelectionError } from './errors.js';
import { flushEvents, startMonitoring } from './events/command_monitor.js';
import { MongoDBNamespace } from './namespace.js';
import { asOptions } from './settings.js';
import { ClientSession } from './session/client_session.js';
import { unreachedDeployment } from './unreached_deployment.js';

/** Marks options that belong to a connection the host has opened already. */
const WRAPPED = Symbol('wrapped connection');

/** A connection to a deployment. */
export class MongoClient extends EventEmitter {
  constructor(url, options) {
    super();
    this.on('error', () => {});
    const wrapped = options?.[WRAPPED];
    this.options = wrapped === undefined ? parseClientOptions(url, options) : wrapped.options;
    const connection = new Connection(this.options, () => (this.topology = new Topology(this)));
    const client = this;
    this.s = {
      url,
      bsonOptions: resolveBsonOptions(this.options),
      namespace: new MongoDBNamespace('admin'),
      activeSessions: new Set(),
      activeCursors: new Set(),
      isMongoClient: true,
      get hasBeenClosed() {
        return connection.hasBeenClosed;
      },
      get options() {
        return client.options;
      },
    };
    hide(this, 'connection', connection);
    hide(this, 'ambientSession', undefined);
    this.topology = undefined;
    if (wrapped !== undefined) {
      connection.adopt(wrapped.handle, Owner.HOST);
      monitor(this);
    }
  }

  /** The same client, whose calls join a session unless they name their own; for the host. */
  joinedTo(session) {
    const joined = Object.create(this);
    hide(joined, 'ambientSession', session);
    return joined;
  }

  /** What operations inherit; not part of the public API. */
  get settings() {
    const { readConcern, writeConcern, readPreference } = this.options;
    return { bson: this.s.bsonOptions, readConcern, writeConcern, readPreference, session: this.ambientSession };
  }

  /** Native handle; undefined while there is no connection. */
  get handle() {
    return this.connection.handle;
  }

  /** What is known about the servers. */
  get facts() {
    return this.connection.facts;
  }

  /** Whether the servers are known to be older than a wire version. */
  isOlderThan(wireVersion) {
    const { isKnown, maxWireVersion } = this.facts;
    return isKnown === true && maxWireVersion < wireVersion;
  }

  get isConnected() {
    return this.connection.handle !== undefined;
  }

  get isMonitoring() {
    return this.options.monitorCommands === true && this.handle !== undefined;
  }

  get retryReads() {
    return this.options.retryReads;
  }

  get retryWrites() {
    return this.options.retryWrites;
  }

  get serverApi() {
    return this.options.serverApi && Object.freeze({ ...this.options.serverApi });
  }

  get monitorCommands() {
    return this.options.monitorCommands;
  }

  set monitorCommands(value) {
    this.options.monitorCommands = value;
    monitor(this);
  }

  get readConcern() {
    return this.options.readConcern;
  }

  get writeConcern() {
    return this.options.writeConcern;
  }

  get readPreference() {
    return this.options.readPreference;
  }

  get bsonOptions() {
    return this.s.bsonOptions;
  }

  get timeoutMS() {
    return undefined;
  }

  /** Lets events that belong to finished commands out first. */
  flushEvents() {
    return flushEvents();
  }

  /** The native handle, opening the connection when an operation comes before `connect()`. */
  async open() {
    const handle = await this.connection.openForOperation();
    monitor(this);
    return handle;
  }

  /** Contacts a server, which operations would do by themselves; this is no command of the script's, so no event. */
  async connect() {
    if (this.isConnected) return this;
    await this.connection.open();
    try {
      await this.db('admin').command({ ping: 1 }, { readPreference: this.readPreference, session: null });
    } catch (error) {
      await this.connection.close();
      if (error instanceof MongoServerSelectionError) {
        error.reason ??= unreachedDeployment(this.options, new MongoNetworkError(error.message));
      }
      throw error;
    }
    monitor(this);
    this.emit('open', this);
    return this;
  }

  static async connect(url, options) {
    const client = new this(url, options);
    return await client.connect();
  }

  /** Closes cursors, ends sessions and gives the connection back. */
  async close() {
    this.connection.hasBeenClosed = true;
    const { activeCursors, activeSessions } = this.s;
    await Promise.all(Array.from(activeCursors, (cursor) => cursor.close()));
    await Promise.all(Array.from(activeSessions, (session) => session.endSession()));
    if (!this.isConnected) return;
    await this.connection.close();
    this.emit('close', this);
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }

  db(dbName, options) {
    return new Db(this, dbName || this.options.dbName, { ...this.options, ...options });
  }

  startSession(options) {
    const session = new ClientSession(this, options ?? {});
    this.s.activeSessions.add(session);
    session.once('ended', () => this.s.activeSessions.delete(session));
    return session;
  }

  /** Runs a function with a session that is ended afterwards. */
  async withSession(optionsOrExecutor, executor) {
    const options = typeof optionsOrExecutor === 'object' ? optionsOrExecutor : {};
    const callback = typeof optionsOrExecutor === 'function' ? optionsOrExecutor : executor;
    if (callback == null) throw new MongoInvalidArgumentError('Missing required callback parameter');
    const session = this.startSession({ owner: Symbol('owner'), ...options });
    try {
      return await callback(session);
    } finally {
      await session.endSession();
    }
  }

  watch(pipeline = [], options = {}) {
    if (!Array.isArray(pipeline)) return new ChangeStream(this, [], pipeline);
    return new ChangeStream(this, pipeline, options);
  }

  /** Writes into several collections by one command; needs MongoDB 8.0. */
  async bulkWrite(models, options) {
    return await clientBulkWrite(this, models, asOptions(options));
  }

  /** Adds to what the client says of itself when it connects; a connection that is open has said it already. */
  appendMetadata(driverInfo) {
    const known = this.options.driverInfo ?? {};
    const join = (field) => [known[field], driverInfo[field]].filter((part) => part !== undefined).join('|');
    this.options.driverInfo = {
      name: join('name') || undefined,
      version: join('version') || undefined,
      platform: join('platform') || undefined,
    };
  }
}

/** Starts emitting command events, once for each connection. */
function monitor(client) {
  const { connection } = client;
  if (!client.isMonitoring || connection.monitoredHandle === connection.handle) return;
  connection.monitoredHandle = connection.handle;
  startMonitoring(client, connection.handle);
}

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
}

/**
 * The client for a connection that the host has opened.
 * @param {number} handle of the connection
 * @param {string} url its connection string, without credentials
 * @param {object} [options] client options on top of the connection string's
 */
export function wrapClient(handle, url, options = {}) {
  return new MongoClient(url, { [WRAPPED]: { handle, options: parseClientOptions(url, options) } });
}
