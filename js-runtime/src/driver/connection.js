/**
 * A native connection and what belongs to it. Clients are views of one: the client a script gets and the same client
 * joined to a session share the connection, and close it together.
 */

import * as bridge from '../bridge.js';
import { fromBridge } from './bridge_error.js';
import { readFacts, UNKNOWN_FACTS } from './deployment.js';
import { MongoNotConnectedError } from './errors.js';
import { nativeUri } from './native_uri.js';

/** Who closes the native client. */
export const Owner = Object.freeze({ SCRIPT: 'script', HOST: 'host' });

/** The state behind `MongoClient`. */
export class Connection {
  /** Native handle; undefined while there is no connection. */
  handle = undefined;
  /** The handle whose command events are being emitted. */
  monitoredHandle = undefined;
  hasBeenClosed = false;
  owner = Owner.SCRIPT;
  #facts = UNKNOWN_FACTS;
  #opening;
  #options;
  #onOpen;

  /**
   * @param {object} options parsed client options
   * @param {() => void} onOpen called when there is a handle
   */
  constructor(options, onOpen) {
    this.#options = options;
    this.#onOpen = onOpen;
  }

  /** What is known about the servers; asked for until one has answered. */
  get facts() {
    if (!this.#facts.isKnown && this.handle !== undefined) this.#facts = readFacts(this.handle);
    return this.#facts;
  }

  /** Takes over a connection that is open. */
  adopt(handle, owner) {
    this.handle = handle;
    this.owner = owner;
    this.#facts = UNKNOWN_FACTS;
    this.#onOpen();
  }

  /** The handle for an operation, which may come before `connect()` but not after `close()`. */
  async openForOperation() {
    if (this.handle !== undefined) return this.handle;
    if (this.hasBeenClosed) {
      throw new MongoNotConnectedError('Client must be connected before running operations');
    }
    return await this.open();
  }

  /** The handle; calls that overlap open one connection. */
  async open() {
    if (this.handle !== undefined) return this.handle;
    this.#opening ??= this.#connect();
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async #connect() {
    const { serverApi, driverInfo, monitorCommands } = this.#options;
    const native = JSON.stringify({ serverApi, driverInfo, monitorCommands });
    try {
      this.adopt(await bridge.connectClient(nativeUri(this.#options), native), Owner.SCRIPT);
    } catch (error) {
      throw fromBridge(error);
    }
    return this.handle;
  }

  /** Forgets the handle; the host's connection outlives the script's view of it. */
  async close() {
    const { handle, owner } = this;
    this.handle = undefined;
    if (handle !== undefined && owner === Owner.SCRIPT) await bridge.closeClient(handle);
  }
}
