/**
 * Change streams of collections, databases and the whole deployment, as iterators, event emitters and streams. After a
 * resumable error a stream goes on by itself as long as resuming succeeds; anything else ends it.
 */

import { EventEmitter } from 'events';

import { CLUSTER_NAMESPACE, ChangeStreamCursor } from './cursor/change_stream_cursor.js';
import { isResumableError } from './error_codes.js';
import { MongoAPIError, MongoChangeStreamError, MongoRuntimeError, MongoServerSelectionError } from './errors.js';

/** What a stream watches. */
const ChangeDomain = Object.freeze({ COLLECTION: 'collection', DATABASE: 'database', CLUSTER: 'cluster' });

const CURSOR_EVENTS = ['resumeTokenChanged', 'end', 'close'];
const CLOSED = 'ChangeStream is closed';
const NO_RESUME_TOKEN = 'A change stream document has been received that lacks a resume token (_id).';

/** Options of the call that are no fields of the `$changeStream` stage; unknown ones are left to the server to judge. */
const NOT_IN_STAGE = new Set([
  'allowDiskUse', 'authdb', 'batchSize', 'bsonRegExp', 'bypassDocumentValidation', 'bypassPinningCheck', 'checkKeys',
  'collation', 'comment', 'cursor', 'dbName', 'enableUtf8Validation', 'explain', 'fieldsAsRaw', 'hint',
  'ignoreUndefined', 'let', 'maxAwaitTimeMS', 'maxTimeMS', 'omitMaxTimeMS', 'out', 'promoteBuffers', 'promoteLongs',
  'promoteValues', 'raw', 'rawData', 'readConcern', 'readPreference', 'serializeFunctions', 'session',
  'timeoutContext', 'timeoutMS', 'timeoutMode', 'useBigInt64', 'willRetryWrite', 'writeConcern',
]);

/** What a stream needs to know of the object that `watch` was called on. */
function sourceOf(parent) {
  if (parent?.settings === undefined) {
    throw new MongoChangeStreamError(
      'Parent provided to ChangeStream constructor must be an instance of Collection, Db, or MongoClient',
    );
  }
  const { settings } = parent;
  if (parent.client === undefined) {
    return { domain: ChangeDomain.CLUSTER, client: parent, namespace: CLUSTER_NAMESPACE, settings };
  }
  const { namespace } = parent.s;
  const domain = parent.db === undefined ? ChangeDomain.DATABASE : ChangeDomain.COLLECTION;
  return { domain, client: parent.client, namespace, settings };
}

let isStageOption = (name) => !NOT_IN_STAGE.has(name);

/** Majors before 7 keep what they don't know from the server. */
export function takeKnownStageOptionsOnly() {
  const known = new Set([
    'resumeAfter', 'startAfter', 'startAtOperationTime', 'fullDocument', 'fullDocumentBeforeChange', 'showExpandedEvents',
  ]);
  isStageOption = (name) => known.has(name);
}

function stageOptions(options, domain) {
  const stage = {};
  for (const [name, value] of Object.entries(options)) {
    if (isStageOption(name) && value !== undefined) stage[name] = value;
  }
  if (domain === ChangeDomain.CLUSTER) stage.allChangesForCluster = true;
  return stage;
}

/** Made by `watch`. */
export class ChangeStream extends EventEmitter {
  /** Set when a resume begins: a deployment that can't be reached then is reported as the error that broke the stream. */
  #brokenBy = null;
  #source;

  /**
   * @param {object} parent the collection, database or client that is watched
   * @param {object[]} pipeline stages applied to the changes
   * @param {object} options of `watch`
   */
  constructor(parent, pipeline = [], options = {}) {
    super();
    this.#source = sourceOf(parent);
    this.parent = parent;
    this.type = this.#source.domain;
    this.namespace = this.#source.namespace;
    this.pipeline = pipeline;
    this.options = withoutWriteConcern(options);
    this.isClosed = false;
    this.mode = false;
    this.cursorStream = undefined;
    this.cursor = this.#createCursor(this.options);
    this.on('newListener', (event) => {
      if (event === 'change' && this.cursor && this.listenerCount('change') === 0) this.#streamEvents(this.cursor);
    });
    this.on('removeListener', (event) => {
      if (event === 'change' && this.listenerCount('change') === 0) this.cursorStream?.removeAllListeners('data');
    });
  }

  /** The token after which a new stream would go on. */
  get resumeToken() {
    return this.cursor?.resumeToken;
  }

  get closed() {
    return this.isClosed || this.cursor.closed;
  }

  bufferedCount() {
    return this.cursor?.bufferedCount() ?? 0;
  }

  async hasNext() {
    this.#useAsIterator();
    return await this.#withResuming((cursor) => cursor.hasNext());
  }

  async next() {
    this.#useAsIterator();
    return await this.#withResuming(async (cursor) => this.#process((await cursor.next()) ?? null));
  }

  /** The next change if there is one within one wait, else null. */
  async tryNext() {
    this.#useAsIterator();
    return await this.#withResuming(async (cursor) => {
      const change = await cursor.tryNext();
      return change ? this.#process(change) : null;
    });
  }

  async *[Symbol.asyncIterator]() {
    if (this.closed) return;
    try {
      for (;;) yield await this.next();
    } finally {
      await this.close().catch(() => {});
    }
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }

  /** A stream of changes that does not resume. */
  stream() {
    if (this.closed) throw new MongoChangeStreamError(CLOSED);
    return this.cursor.stream();
  }

  async close() {
    this.isClosed = true;
    try {
      await this.cursor.close();
    } finally {
      this.#endStream();
    }
  }

  #useAsIterator() {
    if (this.mode === 'emitter') {
      throw new MongoAPIError('ChangeStream cannot be used as an iterator after being used as an EventEmitter');
    }
    this.mode = 'iterator';
  }

  #useAsEmitter() {
    if (this.mode === 'iterator') {
      throw new MongoAPIError('ChangeStream cannot be used as an EventEmitter after being used as an iterator');
    }
    this.mode = 'emitter';
  }

  #createCursor(options) {
    const { client, settings } = this.#source;
    const pipeline = [{ $changeStream: stageOptions(options, this.type) }, ...this.pipeline];
    // A change stream can't be part of a transaction, so the ambient one doesn't count.
    const cursorOptions = { ...options, session: options.session ?? null };
    const cursor = new ChangeStreamCursor(client, this.namespace, pipeline, cursorOptions, settings);
    for (const event of CURSOR_EVENTS) cursor.on(event, (value) => this.emit(event, value));
    if (this.listenerCount('change') > 0) this.#streamEvents(cursor);
    return cursor;
  }

  async #withResuming(step) {
    for (;;) {
      const { cursor } = this;
      try {
        const result = await step(cursor);
        this.#brokenBy = null;
        return result;
      } catch (error) {
        await this.#recover(error, cursor);
      }
    }
  }

  /** Opens a new cursor after a resumable error; otherwise closes the stream and throws. */
  async #recover(error, cursor) {
    if (this.isClosed) throw new MongoAPIError(CLOSED);
    if (this.#isResumable(error, cursor)) {
      await cursor.close().catch(() => {});
      this.#resume(error);
      return;
    }
    await this.close().catch(() => {});
    throw this.#causeOf(error);
  }

  /** Only a cursor that had been opened broke off; one that could not be opened has nothing to resume. */
  #isResumable(error, cursor) {
    return cursor.id != null && isResumableError(error, this.#source.client.facts.maxWireVersion);
  }

  #causeOf(error) {
    return this.#brokenBy !== null && error instanceof MongoServerSelectionError ? this.#brokenBy : error;
  }

  #resume(error) {
    this.#brokenBy = error;
    this.cursor = this.#createCursor(this.cursor.resumeOptions);
  }

  #process(change) {
    if (this.isClosed) throw new MongoAPIError(CLOSED);
    // The server has closed the cursor, as after an `invalidate` event.
    if (change == null) throw new MongoRuntimeError(CLOSED);
    if (!change._id) throw new MongoChangeStreamError(NO_RESUME_TOKEN);
    this.cursor.cacheResumeToken(change._id);
    // It would clash with the resume token.
    this.options.startAtOperationTime = undefined;
    return change;
  }

  #streamEvents(cursor) {
    this.#useAsEmitter();
    const stream = this.cursorStream ?? cursor.stream();
    this.cursorStream = stream;
    stream.on('data', (change) => {
      this.#brokenBy = null;
      try {
        this.emit('change', this.#process(change));
      } catch (error) {
        this.emit('error', error);
      }
    });
    stream.on('error', (error) => this.#recoverStream(error, cursor));
  }

  #recoverStream(error, cursor) {
    if (this.isClosed) return;
    if (!this.#isResumable(error, cursor)) {
      this.#closeWithError(this.#causeOf(error));
      return;
    }
    this.#endStream();
    const resume = () => {
      if (!this.isClosed) this.#resume(error);
    };
    cursor.close().then(resume, resume);
  }

  #closeWithError(error) {
    this.emit('error', error);
    this.close().catch(() => {});
  }

  #endStream() {
    const stream = this.cursorStream;
    if (stream === undefined) return;
    this.cursorStream = undefined;
    for (const event of ['data', 'close', 'end']) stream.removeAllListeners(event);
    stream.destroy();
  }
}

function withoutWriteConcern(options) {
  const { writeConcern: _unused, ...rest } = options;
  return rest;
}

const EVENT_NAMES = {
  RESPONSE: 'response',
  MORE: 'more',
  INIT: 'init',
  CLOSE: 'close',
  CHANGE: 'change',
  END: 'end',
  ERROR: 'error',
  RESUME_TOKEN_CHANGED: 'resumeTokenChanged',
};
Object.assign(ChangeStream, EVENT_NAMES);
