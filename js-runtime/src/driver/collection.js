/** A collection: the methods that scripts call, each one command or cursor. */

import { OrderedBulkOperation } from './bulk/ordered.js';
import { UnorderedBulkOperation } from './bulk/unordered.js';
import { ChangeStream } from './change_stream.js';
import { AggregationCursor } from './cursor/aggregation_cursor.js';
import { FindCursor } from './cursor/find_cursor.js';
import { ListIndexesCursor } from './cursor/list_indexes_cursor.js';
import { ListSearchIndexesCursor } from './cursor/list_search_indexes_cursor.js';
import { DocumentBatch } from './document_batch.js';
import { MongoAPIError, MongoInvalidArgumentError, MongoOperationTimeoutError } from './errors.js';
import { execute, OWN_COLLATION, READ, RETRYABLE, WRITE } from './execute.js';
import { Explain } from './explain.js';
import { hasAtomicOperators } from './atomic_operators.js';
import { decodeOptions } from './bson_options.js';
import { normalizeHint } from './hint.js';
import { MongoDBCollectionNamespace } from './namespace.js';
import { aggregateCommand } from './operations/aggregate.js';
import { countCommand, countPipeline, estimateCommand } from './operations/count.js';
import {
  findOneAndDeleteCommand,
  findOneAndReplaceCommand,
  findOneAndUpdateCommand,
} from './operations/find_and_modify.js';
import { findCommand } from './operations/find.js';
import { createIndexesCommand, indexDescription, indexKey } from './operations/indexes.js';
import { renameCollection } from './operations/rename.js';
import { createSearchIndexes, dropSearchIndex, updateSearchIndex } from './operations/search_indexes.js';
import { deleteStatement, updateStatement } from './operations/statements.js';
import {
  deleteCommand,
  deleteResult,
  insertCommand,
  throwWriteError,
  updateCommand,
  updateResult,
} from './operations/write.js';
import { addId, DEFAULT_PK_FACTORY } from './primary_key.js';
import { asOptions, NO_OPTIONS, resolveSettings, withoutWriteConcern, withSession } from './settings.js';

const RETRYABLE_WRITE = WRITE | RETRYABLE;
const RETRYABLE_READ = READ | RETRYABLE;

/** Documents of one name in one database. */
export class Collection {
  constructor(db, name, options = NO_OPTIONS) {
    this.db = db;
    this.client = db.client;
    // Options may come from a call such as `createCollection`, whose session is not the collection's.
    const settings = withSession(resolveSettings(db.settings, options), db.settings.session);
    this.s = {
      db,
      options,
      namespace: new MongoDBCollectionNamespace(db.databaseName, name),
      pkFactory: db.options?.pkFactory ?? DEFAULT_PK_FACTORY,
      settings,
      collectionHint: undefined,
    };
  }

  get dbName() {
    return this.s.namespace.db;
  }

  get collectionName() {
    return this.s.namespace.collection;
  }

  get namespace() {
    return this.s.namespace.toString();
  }

  get fullNamespace() {
    return this.s.namespace;
  }

  /** What operations inherit; not part of the public API. */
  get settings() {
    return this.s.settings;
  }

  /** What operations inherit that inherit nothing but the ambient session. */
  get nothingInherited() {
    return this.db.nothingInherited;
  }

  get readConcern() {
    return this.settings.readConcern;
  }

  get writeConcern() {
    return this.settings.writeConcern;
  }

  get readPreference() {
    return this.settings.readPreference;
  }

  get bsonOptions() {
    return this.settings.bson;
  }

  get timeoutMS() {
    return undefined;
  }

  get hint() {
    return this.s.collectionHint;
  }

  set hint(hint) {
    this.s.collectionHint = normalizeHint(hint);
  }

  #operation(method, command, kind, settings, options) {
    const { namespace } = this.s;
    return {
      method,
      client: this.client,
      database: namespace.db,
      namespace: namespace.toString(),
      settings,
      command,
      kind,
      options,
      explain: undefined,
    };
  }

  async insertOne(document, options) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const isLeftToServer = options.forceServerObjectId ?? this.db.options?.forceServerObjectId ?? false;
    addId(this, document, isLeftToServer);
    const command = insertCommand(this.collectionName, [document], options);
    const reply = await execute(this.#operation('insertOne', command, RETRYABLE_WRITE, settings, options));
    throwWriteError(reply.toObject(settings.bson));
    return { acknowledged: settings.writeConcern?.w !== 0, insertedId: document._id };
  }

  async insertMany(documents, options) {
    if (!Array.isArray(documents)) {
      throw new MongoInvalidArgumentError('Argument "docs" must be an array of documents');
    }
    options = asOptions(options);
    const { writeConcern } = resolveSettings(this.settings, options);
    if (!this.client.isConnected) await this.client.open();
    const bulk = this.#newBulk(options);
    // An element that is no document becomes the field of one, as in npm `mongodb`.
    for (const document of documents) bulk.insert(document == null ? { document } : document);
    const { insertedCount, insertedIds } = await bulk.execute();
    return { acknowledged: writeConcern?.w !== 0, insertedCount, insertedIds };
  }

  async bulkWrite(operations, options) {
    if (!Array.isArray(operations)) {
      throw new MongoInvalidArgumentError('Argument "operations" must be an array of documents');
    }
    if (!this.client.isConnected) await this.client.open();
    const bulk = this.#newBulk(asOptions(options));
    for (const operation of operations) bulk.raw(operation);
    return await bulk.execute();
  }

  #newBulk(options) {
    return options.ordered === false
      ? this.initializeUnorderedBulkOp(options)
      : this.initializeOrderedBulkOp(options);
  }

  initializeOrderedBulkOp(options) {
    return new OrderedBulkOperation(this, options);
  }

  initializeUnorderedBulkOp(options) {
    return new UnorderedBulkOperation(this, options);
  }

  async updateOne(filter, update, options) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const statement = updateStatement(filter, update, options, false);
    requireOperators(update, settings.bson);
    return await this.#update('updateOne', statement, RETRYABLE_WRITE | OWN_COLLATION, settings, options);
  }

  async updateMany(filter, update, options) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const statement = updateStatement(filter, update, options, true);
    requireOperators(update, settings.bson);
    return await this.#update('updateMany', statement, WRITE | OWN_COLLATION, settings, options);
  }

  async replaceOne(filter, replacement, options) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const statement = updateStatement(filter, replacement, options, false);
    if (hasAtomicOperators(replacement)) {
      throw new MongoInvalidArgumentError('Replacement document must not contain atomic operators');
    }
    const kind = RETRYABLE_WRITE | OWN_COLLATION;
    const command = updateCommand(this.collectionName, [statement], options);
    const reply = await execute(this.#operation('replaceOne', command, kind, settings, options));
    return updateResult(reply.toObject(settings.bson), settings.writeConcern);
  }

  async #update(method, statement, kind, settings, options) {
    const command = updateCommand(this.collectionName, [statement], options);
    const operation = this.#operation(method, command, kind, settings, options);
    operation.explain = Explain.fromOptions(options);
    const reply = await execute(operation);
    const result = reply.toObject(settings.bson);
    return operation.explain === undefined ? updateResult(result, settings.writeConcern) : result;
  }

  async deleteOne(filter = {}, options = NO_OPTIONS) {
    return await this.#delete('deleteOne', filter, 1, RETRYABLE_WRITE | OWN_COLLATION, asOptions(options));
  }

  async deleteMany(filter = {}, options = NO_OPTIONS) {
    options = asOptions(options);
    const limit = typeof options.limit === 'number' ? options.limit : 0;
    return await this.#delete('deleteMany', filter, limit, WRITE | OWN_COLLATION, options);
  }

  async #delete(method, filter, limit, kind, options) {
    const settings = resolveSettings(this.settings, options);
    const command = deleteCommand(this.collectionName, [deleteStatement(filter, options, limit)], options);
    const operation = this.#operation(method, command, kind, settings, options);
    operation.explain = Explain.fromOptions(options);
    const reply = await execute(operation);
    const result = reply.toObject(settings.bson);
    return operation.explain === undefined ? deleteResult(result, settings.writeConcern) : result;
  }

  find(filter = {}, options = NO_OPTIONS) {
    return new FindCursor(this.client, this.s.namespace, filter, asOptions(options), this.settings);
  }

  /** One batch of at most one document leaves no cursor behind, so none is made. */
  async findOne(filter = {}, options = NO_OPTIONS) {
    const settings = withoutWriteConcern(resolveSettings(this.settings, asOptions(options)));
    const merged = { ...options, limit: 1, singleBatch: true };
    const command = findCommand(this.collectionName, filter, merged);
    const operation = this.#operation('findOne', command, RETRYABLE_READ, settings, merged);
    operation.explain = Explain.fromOptions(merged);
    const reply = await execute(operation);
    if (operation.explain !== undefined) return reply.toObject(settings.bson);
    return firstDocument(reply, settings);
  }

  async findOneAndDelete(filter, options) {
    const given = { ...options };
    return await this.#findAndModify('findOneAndDelete', given, (settings) =>
      findOneAndDeleteCommand(this.collectionName, filter, withConcern(given, settings)),
    );
  }

  async findOneAndReplace(filter, replacement, options) {
    const given = { ...options };
    return await this.#findAndModify('findOneAndReplace', given, (settings) =>
      findOneAndReplaceCommand(this.collectionName, filter, replacement, withConcern(given, settings)),
    );
  }

  async findOneAndUpdate(filter, update, options) {
    const given = { ...options };
    return await this.#findAndModify('findOneAndUpdate', given, (settings) =>
      findOneAndUpdateCommand(this.collectionName, filter, update, withConcern(given, settings), settings.bson),
    );
  }

  async #findAndModify(method, options, makeCommand) {
    const settings = resolveSettings(this.settings, options);
    const operation = this.#operation(method, makeCommand(settings), RETRYABLE_WRITE, settings, options);
    operation.explain = Explain.fromOptions(options);
    const reply = await execute(operation);
    const result = reply.toObject(settings.bson);
    return options.includeResultMetadata ? result : (result.value ?? null);
  }

  aggregate(pipeline = [], options = NO_OPTIONS) {
    if (!Array.isArray(pipeline)) {
      throw new MongoInvalidArgumentError('Argument "pipeline" must be an array of aggregation stages');
    }
    return new AggregationCursor(this.client, this.s.namespace, pipeline, asOptions(options), this.settings);
  }

  async countDocuments(filter = {}, options = NO_OPTIONS) {
    options = asOptions(options);
    const settings = withoutWriteConcern(resolveSettings(this.settings, options));
    const command = aggregateCommand(this.collectionName, countPipeline(filter, options), options);
    const operation = this.#operation('countDocuments', command, RETRYABLE_READ, settings, options);
    operation.explain = Explain.fromOptions(options);
    const reply = await execute(operation);
    if (operation.explain !== undefined) return reply.toObject(settings.bson).n ?? 0;
    return firstDocument(reply, settings)?.n ?? 0;
  }

  async estimatedDocumentCount(options) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const command = estimateCommand(this.collectionName, options);
    const reply = await execute(
      this.#operation('estimatedDocumentCount', command, RETRYABLE_READ, settings, options),
    );
    return Number(reply.toObject(settings.bson).n ?? 0);
  }

  /** Counts with the `count` command. */
  async count(filter = {}, options = NO_OPTIONS) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const command = countCommand(this.collectionName, filter, options);
    const reply = await execute(this.#operation('count', command, RETRYABLE_READ, settings, options));
    return Number(reply.toObject(settings.bson).n ?? 0);
  }

  async distinct(key, filter = {}, options = NO_OPTIONS) {
    options = asOptions(options);
    const settings = resolveSettings(this.settings, options);
    const command = { distinct: this.collectionName, key, query: filter };
    if (options.comment !== undefined) command.comment = options.comment;
    if (options.hint != null) command.hint = options.hint;
    const operation = this.#operation('distinct', command, RETRYABLE_READ, settings, options);
    operation.explain = Explain.fromOptions(options);
    const reply = await execute(operation);
    const result = reply.toObject(settings.bson);
    return operation.explain === undefined ? result.values : result;
  }

  /** Index options and command options may be given apart; together, unknown index options are dropped. */
  async createIndex(specification, indexOptions, commandOptions) {
    const areApart = commandOptions != null;
    const description = { ...indexOptions, key: indexKey(specification) };
    const options = asOptions(areApart ? commandOptions : indexOptions);
    const [name] = await this.#createIndexes('createIndex', [description], areApart, options);
    return name;
  }

  async createIndexes(descriptions, commandOptions, allowUnknownIndexOptions = false) {
    const options = { ...commandOptions, maxTimeMS: undefined };
    return await this.#createIndexes('createIndexes', descriptions, allowUnknownIndexOptions, options);
  }

  async #createIndexes(method, descriptions, keepsUnknownOptions, options) {
    const indexes = descriptions.map((each) => indexDescription(each, keepsUnknownOptions));
    const settings = resolveSettings(this.settings, options);
    const command = createIndexesCommand(this.collectionName, indexes, options);
    // Each index has its own collation; the command as a whole has none.
    await execute(this.#operation(method, command, WRITE | OWN_COLLATION, settings, options));
    return indexes.map((index) => index.name || '');
  }

  async dropIndex(indexName, options) {
    return await this.#dropIndex('dropIndex', indexName, asOptions(options));
  }

  /** Drops all indexes but `_id`; false when that failed, for whatever reason. */
  async dropIndexes(options) {
    try {
      await this.#dropIndex('dropIndexes', '*', asOptions(options));
      return true;
    } catch (error) {
      if (error instanceof MongoOperationTimeoutError || error?.kind === 'fence') throw error;
      return false;
    }
  }

  async #dropIndex(method, index, options) {
    const settings = resolveSettings(this.settings, options);
    const command = { dropIndexes: this.collectionName, index };
    const reply = await execute(this.#operation(method, command, WRITE, settings, options));
    return reply.toObject(settings.bson);
  }

  listIndexes(options) {
    return new ListIndexesCursor(this, asOptions(options));
  }

  async indexes(options) {
    const indexes = await this.listIndexes(options).toArray();
    if (options?.full ?? true) return indexes;
    return Object.fromEntries(indexes.map(({ name, key }) => [name, Object.entries(key)]));
  }

  async indexInformation(options) {
    return await this.indexes({ ...options, full: options?.full ?? false });
  }

  async indexExists(indexes, options) {
    const wanted = Array.isArray(indexes) ? indexes : [indexes];
    const present = new Set((await this.listIndexes(options).toArray()).map((index) => index.name));
    return wanted.every((name) => present.has(name));
  }

  async rename(newName, options) {
    return await renameCollection(this, newName, asOptions(options));
  }

  async drop(options) {
    return await this.db.dropCollection(this.collectionName, options);
  }

  async options(options) {
    const filter = { name: this.collectionName };
    const [collection] = await this.#collectionsOfDb(filter, { ...options, nameOnly: false });
    if (collection?.options == null) throw new MongoAPIError(`collection ${this.namespace} not found`);
    return collection.options;
  }

  async #collectionsOfDb(filter, options) {
    const { readPreference, session } = this.settings;
    return await this.db.listCollections(filter, { readPreference, session, ...options }).toArray();
  }

  async isCapped(options) {
    const { capped } = await this.options(options);
    return Boolean(capped);
  }

  watch(pipeline = [], options = {}) {
    if (!Array.isArray(pipeline)) return new ChangeStream(this, [], pipeline);
    return new ChangeStream(this, pipeline, options);
  }

  listSearchIndexes(indexNameOrOptions, options) {
    const isOptions = typeof indexNameOrOptions === 'object';
    const name = indexNameOrOptions == null || isOptions ? null : indexNameOrOptions;
    return new ListSearchIndexesCursor(this, name, { ...(isOptions ? indexNameOrOptions : options) });
  }

  async createSearchIndex(description) {
    const [name] = await createSearchIndexes(this, [description]);
    return name;
  }

  async createSearchIndexes(descriptions) {
    return await createSearchIndexes(this, descriptions);
  }

  async dropSearchIndex(name) {
    return await dropSearchIndex(this, name);
  }

  async updateSearchIndex(name, definition) {
    return await updateSearchIndex(this, name, definition);
  }
}

function requireOperators(update, bson) {
  if (!hasAtomicOperators(update, bson)) {
    throw new MongoInvalidArgumentError('Update document requires atomic operators');
  }
}

function firstDocument(reply, settings) {
  const batch = new DocumentBatch(reply.bytes, reply.view, reply.cursor().batchAt);
  return batch.shift(decodeOptions(settings.bson));
}

/** `findAndModify` names its write concern early; `execute` replaces the value by the server's form of it. */
function withConcern(options, { writeConcern, session }) {
  return writeConcern === undefined || session?.inTransaction() ? options : { ...options, writeConcern };
}
