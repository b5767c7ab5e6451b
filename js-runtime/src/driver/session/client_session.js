/**
 * A session as scripts see it. The server session lives behind the bridge; what npm `mongodb` keeps in the driver
 * (operation time, transaction state and its commands) is kept here.
 */

import { EventEmitter } from 'events';

import * as bridge from '../../bridge.js';
import { deserialize, serialize } from '../bson.js';
import {
  MongoCompatibilityError,
  MongoInvalidArgumentError,
  MongoRuntimeError,
  MongoTransactionError,
} from '../errors.js';
import { abortTransaction, commitTransaction } from './end_transaction.js';
import { Transaction, TransactionState } from './transaction.js';
import { withTransaction } from './with_transaction.js';

// Causal consistency and snapshot reads are written into the commands here, so the native session must add nothing.
const NATIVE_OPTIONS = JSON.stringify({ causalConsistency: false });

/** Groups operations, and transactions of operations. */
export class ClientSession extends EventEmitter {
  constructor(client, options = {}) {
    super();
    this.on('error', () => {});
    if (client == null) throw new MongoRuntimeError('ClientSession requires a MongoClient');
    const snapshot = options.snapshot === true;
    if (options.causalConsistency === true && snapshot) {
      throw new MongoInvalidArgumentError(
        'Properties "causalConsistency" and "snapshot" are mutually exclusive',
      );
    }
    this.client = client;
    this.hasEnded = false;
    this.explicit = true;
    this.snapshotEnabled = snapshot;
    this.snapshotTime = undefined;
    this.supports = { causalConsistency: options.causalConsistency ?? !snapshot };
    this.clusterTime = options.initialClusterTime;
    this.operationTime = undefined;
    this.owner = options.owner;
    this.defaultTransactionOptions = { ...options.defaultTransactionOptions };
    this.transaction = new Transaction();
    this.commitAttempted = undefined;
    hide(this, { handle: undefined, opening: undefined, knownId: undefined });
    hide(this, { transactionNumber: undefined, transactionNumbersDue: 0, isDirty: false });
    this.#start();
  }

  /** The session's number must be known soon after `startSession()`, as `session.id` can't wait. */
  #start() {
    if (this.client.handle === undefined) return;
    const started = bridge.startSession(this.client.handle, NATIVE_OPTIONS);
    if (typeof started === 'number') this.handle = started;
    else this.#adopt(started);
  }

  #adopt(started) {
    this.opening = started.then((handle) => (this.handle = handle));
    // Whoever uses the session gets the failure; until then it must not count as unhandled.
    this.opening.catch(() => {});
  }

  /** The native handle. */
  async open() {
    if (this.handle !== undefined) return this.handle;
    if (this.opening === undefined) {
      const client = await this.client.open();
      if (this.opening === undefined) this.#adopt(Promise.resolve(bridge.startSession(client, NATIVE_OPTIONS)));
    }
    return await this.opening;
  }

  /** The `lsid` document. */
  get id() {
    if (this.knownId === undefined && this.handle !== undefined && !this.hasEnded) {
      this.knownId = deserialize(bridge.sessionId(this.handle));
    }
    return this.knownId;
  }

  get serverSession() {
    return { id: this.id, txnNumber: this.transactionNumber?.toNumber() ?? 0, isDirty: this.isDirty || this.lostConnection };
  }

  /** Whether a command on it lost its connection, also where a second attempt went well. */
  get lostConnection() {
    return this.handle !== undefined && bridge.sessionIsDirty(this.handle);
  }

  get isPinned() {
    return false;
  }

  get loadBalanced() {
    return this.client.facts.loadBalanced === true;
  }

  /** Aborts a running transaction and gives the server session back. */
  async endSession() {
    if (this.hasEnded) return;
    try {
      if (this.inTransaction()) await this.abortTransaction();
    } catch {
      // The server aborts what is left when the session ends or times out.
    }
    if (this.hasEnded) return;
    if (this.opening !== undefined && this.handle === undefined) await this.opening.catch(() => {});
    if (this.handle !== undefined) {
      this.knownId = this.id;
      bridge.endSession(this.handle);
    }
    this.hasEnded = true;
    this.emit('ended', this);
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.endSession();
  }

  advanceOperationTime(operationTime) {
    if (this.operationTime == null || operationTime.greaterThan(this.operationTime)) {
      this.operationTime = operationTime;
    }
  }

  advanceClusterTime(clusterTime) {
    if (!clusterTime || typeof clusterTime !== 'object') {
      throw new MongoInvalidArgumentError('input cluster time must be an object');
    }
    if (clusterTime.clusterTime?._bsontype !== 'Timestamp') {
      throw new MongoInvalidArgumentError(
        'input cluster time "clusterTime" property must be a valid BSON Timestamp',
      );
    }
    const { signature } = clusterTime;
    const keyId = signature?.keyId;
    const isKey = typeof keyId === 'bigint' || typeof keyId === 'number' || keyId?._bsontype === 'Long';
    if (signature?.hash?._bsontype !== 'Binary' || !isKey) {
      throw new MongoInvalidArgumentError(
        'input cluster time must have a valid "signature" property with BSON Binary hash and BSON Long keyId',
      );
    }
    this.noteClusterTime(clusterTime);
    if (this.handle !== undefined) bridge.advanceClusterTime(this.handle, serialize(clusterTime));
  }

  /** Keeps the newer of the two cluster times. */
  noteClusterTime(clusterTime) {
    if (this.clusterTime == null || clusterTime.clusterTime.greaterThan(this.clusterTime.clusterTime)) {
      this.clusterTime = clusterTime;
    }
  }

  equals(session) {
    if (!(session instanceof ClientSession) || this.id == null || session.id == null) return false;
    const [mine, other] = [this.id.id.buffer, session.id.id.buffer];
    return mine.length === other.length && mine.every((byte, at) => byte === other[at]);
  }

  incrementTransactionNumber() {
    this.transactionNumbersDue++;
  }

  inTransaction() {
    return this.transaction.isActive;
  }

  startTransaction(options) {
    if (this.snapshotEnabled) {
      throw new MongoCompatibilityError('Transactions are not supported in snapshot sessions');
    }
    if (this.inTransaction()) throw new MongoTransactionError('Transaction already in progress');
    this.commitAttempted = false;
    this.incrementTransactionNumber();
    const defaults = this.defaultTransactionOptions;
    this.transaction = new Transaction({
      readConcern: options?.readConcern ?? defaults.readConcern ?? this.client.readConcern,
      writeConcern: options?.writeConcern ?? defaults.writeConcern ?? this.client.writeConcern,
      readPreference: options?.readPreference ?? defaults.readPreference ?? this.client.readPreference,
      maxCommitTimeMS: options?.maxCommitTimeMS ?? defaults.maxCommitTimeMS,
    });
    this.transaction.transition(TransactionState.STARTING_TRANSACTION);
  }

  async commitTransaction() {
    return await commitTransaction(this);
  }

  async abortTransaction() {
    return await abortTransaction(this);
  }

  /** Runs `callback` in a transaction and retries it and its commit for up to 120 seconds. */
  async withTransaction(callback, options) {
    return await withTransaction(this, callback, options);
  }

  toBSON() {
    throw new MongoRuntimeError('ClientSession cannot be serialized to BSON.');
  }
}

function hide(object, properties) {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  }
}
