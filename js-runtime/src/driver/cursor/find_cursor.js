/** The cursor of `collection.find`. */

import { emitWarningOnce } from '../warning.js';
import { MongoInvalidArgumentError, MongoTailableCursorError } from '../errors.js';
import { execute, READ, RETRYABLE } from '../execute.js';
import { Explain } from '../explain.js';
import { countCommand } from '../operations/count.js';
import { findCommand } from '../operations/find.js';
import { formatSort } from '../sort.js';
import { ExplainableCursor } from './explainable_cursor.js';

/** Documents that match a filter. */
export class FindCursor extends ExplainableCursor {
  constructor(client, namespace, filter = {}, options = {}, parentSettings = undefined) {
    super(client, namespace, options, parentSettings);
    this.numReturned = 0;
    this.cursorFilter = filter;
    this.parentSettings = parentSettings;
    this.findOptions = { ...options };
    if (options.sort != null) this.findOptions.sort = formatSort(options.sort);
  }

  clone() {
    const { session, ...options } = this.findOptions;
    return new FindCursor(this.client, this.namespace, this.cursorFilter, options, this.parentSettings);
  }

  openingOperation() {
    const { namespace } = this;
    const options = { ...this.findOptions, ...this.cursorOptions };
    return {
      method: 'find',
      client: this.client,
      database: namespace.db,
      namespace: namespace.toString(),
      settings: this.operationSettings(),
      command: findCommand(namespace.collection, this.cursorFilter, options),
      kind: READ | RETRYABLE,
      options,
      explain: Explain.fromOptions(options),
    };
  }

  adopt(reply) {
    super.adopt(reply);
    this.numReturned += this.documents.size;
  }

  async getMore() {
    const limit = this.findOptions.limit ?? Infinity;
    if (this.numReturned === limit && !this.cursorId.isZero()) {
      // A full first batch may leave the server's cursor open although the limit has been reached.
      await this.close();
      this.documents.clear();
      return 0;
    }
    return await super.getMore();
  }

  rewind() {
    this.numReturned = 0;
    super.rewind();
  }

  /** Counts what matches the filter, with the `count` command. */
  async count(options) {
    emitWarningOnce(
      'cursor.count is deprecated and will be removed in the next major version, please use `collection.estimatedDocumentCount` or `collection.countDocuments` instead ',
    );
    if (typeof options === 'boolean') throw new MongoInvalidArgumentError('Invalid first parameter to count');
    const merged = { ...this.findOptions, ...this.cursorOptions, ...options };
    const operation = this.openingOperation();
    operation.method = 'count';
    operation.command = countCommand(this.namespace.collection, this.cursorFilter, merged);
    operation.options = merged;
    operation.explain = undefined;
    const reply = await execute(operation);
    return Number(reply.toObject(this.cursorSettings.bson).n ?? 0);
  }

  filter(filter) {
    this.throwIfInitialized();
    this.cursorFilter = filter;
    return this;
  }

  hint(hint) {
    return this.#set('hint', hint);
  }

  min(min) {
    return this.#set('min', min);
  }

  max(max) {
    return this.#set('max', max);
  }

  returnKey(value) {
    return this.#set('returnKey', value);
  }

  showRecordId(value) {
    return this.#set('showRecordId', value);
  }

  comment(value) {
    return this.#set('comment', value);
  }

  project(value) {
    return this.#set('projection', value);
  }

  collation(value) {
    return this.#set('collation', value);
  }

  maxTimeMS(value) {
    this.throwIfInitialized();
    requireNumber(value, 'Argument for maxTimeMS must be a number');
    return this.#set('maxTimeMS', value);
  }

  maxAwaitTimeMS(value) {
    this.throwIfInitialized();
    requireNumber(value, 'Argument for maxAwaitTimeMS must be a number');
    return this.#set('maxAwaitTimeMS', value);
  }

  getMoreOptions() {
    const options = super.getMoreOptions();
    options.maxTimeMS ??= this.findOptions.maxAwaitTimeMS;
    return options;
  }

  sort(sort, direction) {
    this.throwIfInitialized();
    this.#refuseTailable('Tailable cursor does not support sorting');
    return this.#set('sort', formatSort(sort, direction));
  }

  allowDiskUse(allow = true) {
    this.throwIfInitialized();
    if (!this.findOptions.sort) {
      throw new MongoInvalidArgumentError('Option "allowDiskUse" requires a sort specification');
    }
    return this.#set('allowDiskUse', !!allow);
  }

  limit(value) {
    this.throwIfInitialized();
    this.#refuseTailable('Tailable cursor does not support limit');
    requireNumber(value, 'Operation "limit" requires an integer');
    return this.#set('limit', value);
  }

  skip(value) {
    this.throwIfInitialized();
    this.#refuseTailable('Tailable cursor does not support skip');
    requireNumber(value, 'Operation "skip" requires an integer');
    return this.#set('skip', value);
  }

  /** Sets an option by its name in the old wire protocol, such as `$orderby`. */
  addQueryModifier(name, value) {
    this.throwIfInitialized();
    if (name[0] !== '$') throw new MongoInvalidArgumentError(`${name} is not a valid query modifier`);
    if (name === '$query') {
      this.cursorFilter = value;
      return this;
    }
    const option = QUERY_MODIFIERS.get(name);
    if (option === undefined) throw new MongoInvalidArgumentError(`Invalid query modifier: ${name}`);
    return this.#set(option, option === 'sort' ? formatSort(value) : value);
  }

  #set(option, value) {
    this.throwIfInitialized();
    this.findOptions[option] = value;
    return this;
  }

  #refuseTailable(message) {
    if (this.findOptions.tailable) throw new MongoTailableCursorError(message);
  }
}

const QUERY_MODIFIERS = new Map([
  ['$comment', 'comment'],
  ['$explain', 'explain'],
  ['$hint', 'hint'],
  ['$max', 'max'],
  ['$maxTimeMS', 'maxTimeMS'],
  ['$min', 'min'],
  ['$orderby', 'sort'],
  ['$returnKey', 'returnKey'],
  ['$showDiskLoc', 'showRecordId'],
]);

function requireNumber(value, message) {
  if (typeof value !== 'number') throw new MongoInvalidArgumentError(message);
}
