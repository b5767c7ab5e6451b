/** The cursor inside a change stream: it knows from which token a stream that broke off can go on. It never resumes itself. */

import { MongoDBNamespace } from '../namespace.js';
import { READ, RETRYABLE } from '../execute.js';
import { aggregateCommand } from '../operations/aggregate.js';
import { AbstractCursor } from './abstract_cursor.js';

const STARTING_POINTS = ['resumeAfter', 'startAfter', 'startAtOperationTime'];

/** A tailable cursor over `$changeStream`. */
export class ChangeStreamCursor extends AbstractCursor {
  #isOnlyOpening = false;
  #hasOpened = false;
  #resumeToken = null;

  /**
   * @param {import('../mongo_client.js').MongoClient} client
   * @param {MongoDBNamespace} namespace
   * @param {object[]} pipeline with its `$changeStream` stage
   * @param {object} options of `watch`
   * @param {object} parentSettings what the call inherits
   */
  constructor(client, namespace, pipeline, options, parentSettings) {
    super(client, namespace, { ...options, tailable: true, awaitData: true }, parentSettings);
    this.pipeline = pipeline;
    this.changeStreamCursorOptions = options;
    this.parentSettings = parentSettings;
    this.startAtOperationTime = options.startAtOperationTime ?? null;
    this.hasReceived = false;
    this.postBatchResumeToken = undefined;
    const startingToken = options.startAfter || options.resumeAfter;
    if (startingToken) this.#resumeToken = startingToken;
  }

  get resumeToken() {
    return this.#resumeToken;
  }

  set resumeToken(token) {
    this.#resumeToken = token;
    this.emit('resumeTokenChanged', token);
  }

  /** The options of `watch` that go on where this cursor stopped. */
  get resumeOptions() {
    const options = { ...this.changeStreamCursorOptions };
    for (const name of STARTING_POINTS) delete options[name];
    if (this.resumeToken != null) {
      const startsAfter = this.changeStreamCursorOptions.startAfter && !this.hasReceived;
      options[startsAfter ? 'startAfter' : 'resumeAfter'] = this.resumeToken;
    } else if (this.startAtOperationTime != null) {
      options.startAtOperationTime = this.startAtOperationTime;
    }
    return options;
  }

  /** Notes the token of a change that was handed out; the last one of a batch is covered by the token of the batch. */
  cacheResumeToken(resumeToken) {
    const isLastOfBatch = this.bufferedCount() === 0 && this.postBatchResumeToken;
    this.resumeToken = isLastOfBatch ? this.postBatchResumeToken : resumeToken;
    this.hasReceived = true;
  }

  openingOperation() {
    const { namespace } = this;
    const options = { ...this.cursorOptions, ...this.changeStreamCursorOptions };
    return {
      method: 'watch',
      client: this.client,
      database: namespace.db,
      namespace: namespace.toString(),
      settings: this.operationSettings(),
      command: aggregateCommand(namespace.collection, this.pipeline, options),
      kind: READ | RETRYABLE,
      options,
    };
  }

  /** Sends the aggregate and no getMore. */
  async cursorInit() {
    this.#isOnlyOpening = true;
    try {
      await this.fetchBatch();
    } finally {
      this.#isOnlyOpening = false;
    }
  }

  async getMore() {
    return this.#isOnlyOpening ? 0 : await super.getMore();
  }

  adopt(reply) {
    super.adopt(reply);
    const isFirst = !this.#hasOpened;
    this.#hasOpened = true;
    if (isFirst) this.#noteOperationTime(reply);
    const { postBatchResumeToken } = reply.cursor();
    if (postBatchResumeToken) {
      this.postBatchResumeToken = postBatchResumeToken;
      if (this.documents.size === 0) this.resumeToken = postBatchResumeToken;
    }
    this.emit(isFirst ? 'init' : 'more', reply);
    this.emit('response');
  }

  /** Without any other starting point a stream that has seen nothing resumes from the time it was opened. */
  #noteOperationTime(reply) {
    const { resumeAfter, startAfter } = this.changeStreamCursorOptions;
    if (this.startAtOperationTime == null && resumeAfter == null && startAfter == null) {
      this.startAtOperationTime = reply.operationTime;
    }
  }

  clone() {
    return new ChangeStreamCursor(this.client, this.namespace, this.pipeline, { ...this.cursorOptions }, this.parentSettings);
  }
}

/** The namespace of a stream over the whole deployment. */
export const CLUSTER_NAMESPACE = new MongoDBNamespace('admin');
