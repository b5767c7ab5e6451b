/**
 * What all cursors share: they are lazy (nothing is sent before the first document is asked for), hand out buffered
 * documents without asking anybody, and close themselves on the server when they are abandoned.
 */

import { EventEmitter } from 'events';

import * as bridge from '../../bridge.js';
import { Long } from '../bson.js';
import { decodeOptions } from '../bson_options.js';
import { DocumentBatch, SingleDocument } from '../document_batch.js';
import { CURSOR_FLAGS } from '../enums.js';
import {
  MongoAPIError,
  MongoCursorExhaustedError,
  MongoCursorInUseError,
  MongoInvalidArgumentError,
  MongoRuntimeError,
  MongoTailableCursorError,
} from '../errors.js';
import { execute } from '../execute.js';
import { MongoDBNamespace } from '../namespace.js';
import { ReadConcern } from '../read_concern.js';
import { ReadPreference } from '../read_preference.js';
import { resolveSettings } from '../settings.js';
import { CursorIterator } from './cursor_iterator.js';
import { CursorStream } from './cursor_stream.js';
import { getMoreFromBridge, getMoreInTransaction, killInTransaction } from './get_more.js';

let lastHandle = 0;

/** Base of all cursors; subclasses say which command opens them in `openingOperation`. */
export class AbstractCursor extends EventEmitter {
  /**
   * @param {import('../mongo_client.js').MongoClient} client
   * @param {MongoDBNamespace} namespace
   * @param {object} options of the call
   * @param {object} parentSettings what the call inherits
   */
  constructor(client, namespace, options = {}, parentSettings = client.settings) {
    super();
    this.cursorClient = client;
    this.cursorNamespace = namespace;
    this.documents = null;
    this.cursorId = null;
    this.initialized = false;
    this.isClosed = false;
    this.isKilled = false;
    this.hasEmittedClose = false;
    this.transform = undefined;
    this.nativeHandle = undefined;
    this.fetching = undefined;
    this.cursorSettings = resolveSettings(parentSettings, options);
    this.cursorOptions = pickCursorOptions(options, this.cursorSettings);
    this.deserializationOptions = decodeOptions(this.cursorSettings.bson);
    this.signal = options.signal;
    this.signal?.addEventListener('abort', () => void this.close(), { once: true });
    client.s.activeCursors.add(this);
  }

  get id() {
    return this.cursorId ?? undefined;
  }

  get isDead() {
    return this.isClosed || this.isKilled || (this.cursorId !== null && this.cursorId.isZero());
  }

  get client() {
    return this.cursorClient;
  }

  get namespace() {
    return this.cursorNamespace;
  }

  get readPreference() {
    return this.cursorOptions.readPreference;
  }

  get readConcern() {
    return this.cursorOptions.readConcern;
  }

  get session() {
    return this.cursorSettings.session ?? null;
  }

  set session(session) {
    this.cursorSettings = { ...this.cursorSettings, session: session ?? undefined };
  }

  get closed() {
    return this.isClosed && this.bufferedCount() === 0;
  }

  get killed() {
    return this.isKilled;
  }

  get loadBalanced() {
    return this.cursorClient.facts.loadBalanced === true;
  }

  /** The operation that opens the cursor; `execute` completes it. */
  openingOperation() {
    throw new MongoRuntimeError('this cursor can not be opened');
  }

  /** Settings of the opening operation: what `withReadConcern` and the like changed counts. */
  operationSettings() {
    const { bson, session } = this.cursorSettings;
    const { readConcern, readPreference } = this.cursorOptions;
    return { bson, readConcern, writeConcern: undefined, readPreference, session };
  }

  /** What the native cursor must know for its getMores. */
  getMoreOptions() {
    const { batchSize, maxAwaitTimeMS, comment, tailable, awaitData } = this.cursorOptions;
    return { batchSize, maxTimeMS: maxAwaitTimeMS, comment, tailable, awaitData };
  }

  bufferedCount() {
    return this.documents === null ? 0 : this.documents.length;
  }

  /** Takes documents that are already here, without the transformation of `map`. */
  readBufferedDocuments(number) {
    const taken = [];
    const available = this.bufferedCount();
    const wanted = Math.min(number ?? available, available);
    for (let count = 0; count < wanted; count++) taken.push(this.documents.shift(this.deserializationOptions));
    return taken;
  }

  [Symbol.asyncIterator]() {
    return new CursorIterator(this);
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }

  stream() {
    return new CursorStream(this);
  }

  async hasNext() {
    this.signal?.throwIfAborted();
    if (this.cursorId === Long.ZERO) return false;
    do {
      if (this.bufferedCount() !== 0) return true;
      await this.fetchBatch();
    } while (!this.isDead || this.bufferedCount() !== 0);
    return false;
  }

  async next() {
    this.signal?.throwIfAborted();
    if (this.cursorId === Long.ZERO) throw new MongoCursorExhaustedError();
    do {
      if (this.bufferedCount() !== 0) {
        const document = this.documents.shift(this.deserializationOptions);
        return this.transform === undefined ? document : await this.transformDocument(document);
      }
      await this.fetchBatch();
    } while (!this.isDead || this.bufferedCount() !== 0);
    return null;
  }

  async tryNext() {
    this.signal?.throwIfAborted();
    if (this.cursorId === Long.ZERO) throw new MongoCursorExhaustedError();
    if (this.bufferedCount() === 0) await this.fetchBatch();
    if (this.bufferedCount() === 0) return null;
    const document = this.documents.shift(this.deserializationOptions);
    return this.transform === undefined ? document : await this.transformDocument(document);
  }

  /** Calls `iterator` for each document and does not wait for what it returns; `false` stops. */
  async forEach(iterator) {
    this.signal?.throwIfAborted();
    if (typeof iterator !== 'function') {
      throw new MongoInvalidArgumentError('Argument "iterator" must be a function');
    }
    for await (const document of this) {
      if (iterator(document) === false) break;
    }
  }

  async toArray() {
    this.signal?.throwIfAborted();
    const array = [];
    for await (const document of this) {
      array.push(document);
      if (this.transform === undefined) {
        while (this.bufferedCount() !== 0) array.push(this.documents.shift(this.deserializationOptions));
      }
    }
    return array;
  }

  async close() {
    await this.cleanup();
  }

  addCursorFlag(flag, value) {
    this.throwIfInitialized();
    if (!CURSOR_FLAGS.includes(flag)) {
      throw new MongoInvalidArgumentError(`Flag ${flag} is not one of ${CURSOR_FLAGS}`);
    }
    if (typeof value !== 'boolean') {
      throw new MongoInvalidArgumentError(`Flag ${flag} must be a boolean value`);
    }
    this.cursorOptions[flag] = value;
    return this;
  }

  map(transform) {
    this.throwIfInitialized();
    const inner = this.transform;
    this.transform = inner === undefined ? transform : (document) => transform(inner(document));
    return this;
  }

  withReadPreference(readPreference) {
    this.throwIfInitialized();
    if (readPreference instanceof ReadPreference) {
      this.cursorOptions.readPreference = readPreference;
    } else if (typeof readPreference === 'string') {
      this.cursorOptions.readPreference = ReadPreference.fromString(readPreference);
    } else {
      throw new MongoInvalidArgumentError(`Invalid read preference: ${readPreference}`);
    }
    return this;
  }

  withReadConcern(readConcern) {
    this.throwIfInitialized();
    const resolved = ReadConcern.fromOptions({ readConcern });
    if (resolved) this.cursorOptions.readConcern = resolved;
    return this;
  }

  maxTimeMS(value) {
    this.throwIfInitialized();
    if (typeof value !== 'number') {
      throw new MongoInvalidArgumentError('Argument for maxTimeMS must be a number');
    }
    this.cursorOptions.maxTimeMS = value;
    return this;
  }

  batchSize(value) {
    this.throwIfInitialized();
    if (this.cursorOptions.tailable) {
      throw new MongoTailableCursorError('Tailable cursor does not support batchSize');
    }
    if (typeof value !== 'number') {
      throw new MongoInvalidArgumentError('Operation "batchSize" requires an integer');
    }
    this.cursorOptions.batchSize = value;
    return this;
  }

  /** Back to before the first document; the next one asked for sends the command again. */
  rewind() {
    if (!this.initialized) return;
    if (this.nativeHandle !== undefined) void bridge.closeCursor(this.nativeHandle);
    this.nativeHandle = undefined;
    this.cursorId = null;
    this.documents?.clear();
    this.isClosed = false;
    this.isKilled = false;
    this.initialized = false;
    this.hasEmittedClose = false;
    this.cursorClient.s.activeCursors.add(this);
  }

  /** Gets more documents or finds out that there are none; calls that overlap share one fetch. */
  async fetchBatch() {
    if (this.isClosed) return;
    this.fetching ??= this.#fetch();
    try {
      await this.fetching;
    } finally {
      this.fetching = undefined;
    }
  }

  async #fetch() {
    if (this.isDead) {
      await this.cleanup();
      return;
    }
    try {
      if (this.cursorId === null) {
        await this.#open();
        if (this.bufferedCount() !== 0 || this.isDead) return;
      }
      await this.getMore();
    } catch (error) {
      await this.cleanup();
      throw error;
    } finally {
      if (this.isDead) await this.cleanup();
    }
  }

  async #open() {
    const operation = this.openingOperation();
    const { session } = operation.settings;
    const isNative = operation.explain === undefined && session?.inTransaction() !== true;
    if (isNative) {
      this.nativeHandle = ++lastHandle;
      operation.cursor = { handle: this.nativeHandle, options: JSON.stringify(this.getMoreOptions()) };
    }
    let reply;
    try {
      reply = await execute(operation);
    } catch (error) {
      this.nativeHandle = undefined;
      throw error;
    } finally {
      this.initialized = true;
    }
    if (operation.explain !== undefined) {
      this.cursorId = new Long(0, 0);
      this.documents = new SingleDocument(reply.toObject(this.cursorSettings.bson));
    } else {
      this.adopt(reply);
      const { namespace } = reply.cursor();
      if (namespace !== undefined) this.cursorNamespace = MongoDBNamespace.fromString(namespace);
    }
  }

  /** Makes the documents of a reply the ones handed out next. */
  adopt(reply) {
    const { id, batchAt } = reply.cursor();
    this.cursorId = id;
    if (id.isZero()) this.nativeHandle = undefined;
    this.documents = new DocumentBatch(reply.bytes, reply.view, batchAt, this.nativeHandle);
  }

  /** Asks the server for the next batch. */
  async getMore() {
    const reply =
      this.nativeHandle === undefined ? await getMoreInTransaction(this) : await getMoreFromBridge(this);
    this.adopt(reply);
    return this.documents.size;
  }

  async cleanup() {
    this.isClosed = true;
    this.cursorClient.s.activeCursors.delete(this);
    try {
      if (!this.isKilled && this.cursorId !== null && !this.cursorId.isZero() && !this.session?.hasEnded) {
        this.isKilled = true;
        await this.#kill();
      }
    } finally {
      this.#emitClose();
    }
  }

  async #kill() {
    const cursorId = this.cursorId;
    this.cursorId = Long.ZERO;
    if (this.nativeHandle === undefined) {
      await killInTransaction(this, cursorId);
    } else {
      await bridge.closeCursor(this.nativeHandle);
      this.nativeHandle = undefined;
      if (this.cursorClient.isMonitoring) await this.cursorClient.flushEvents();
    }
  }

  #emitClose() {
    if (this.hasEmittedClose) return;
    this.hasEmittedClose = true;
    this.emit('close');
  }

  async transformDocument(document) {
    if (this.transform === undefined) return document;
    try {
      const transformed = this.transform(document);
      if (transformed === null) {
        throw new MongoAPIError(
          'Cursor returned a `null` document, but the cursor is not exhausted.  Mapping documents to `null` is not supported in the cursor transform.',
        );
      }
      return transformed;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  throwIfInitialized() {
    if (this.initialized) throw new MongoCursorInUseError();
  }
}

AbstractCursor.CLOSE = 'close';

function pickCursorOptions(options, settings) {
  const picked = { readPreference: settings.readPreference ?? ReadPreference.primary };
  if (options.tailable !== undefined) picked.tailable = options.tailable;
  if (options.awaitData !== undefined) picked.awaitData = options.awaitData;
  if (settings.readConcern !== undefined) picked.readConcern = settings.readConcern;
  if (typeof options.batchSize === 'number') picked.batchSize = options.batchSize;
  if (options.comment !== undefined) picked.comment = options.comment;
  if (typeof options.maxTimeMS === 'number') picked.maxTimeMS = options.maxTimeMS;
  if (typeof options.maxAwaitTimeMS === 'number') picked.maxAwaitTimeMS = options.maxAwaitTimeMS;
  return picked;
}
