/**
 * Collects writes, splits them into commands by the server's limits and sends these one after the other. Statements
 * are encoded once, when they are added: the bytes give the size and become part of the command.
 */

import { hasAtomicOperators } from '../atomic_operators.js';
import { serializeShared } from '../bson.js';
import { encodeOptions } from '../bson_options.js';
import { BatchType } from '../enums.js';
import {
  MongoBatchReExecutionError,
  MongoInvalidArgumentError,
  MongoNotConnectedError,
  MongoWriteConcernError,
} from '../errors.js';
import { execute, OWN_COLLATION, RETRYABLE, WRITE } from '../execute.js';
import { deleteStatement, updateStatement } from '../operations/statements.js';
import { deleteCommand, insertCommand, updateCommand } from '../operations/write.js';
import { addId } from '../primary_key.js';
import { asOptions, resolveSettings } from '../settings.js';
import { WriteConcern } from '../write_concern.js';
import { emptyBulkResult, encodeAgain, mergeReply } from './batch.js';
import { BulkWriteResult } from './bulk_write_result.js';
import { FindOperators } from './find_operators.js';
import { MongoBulkWriteError } from './write_errors.js';

const DEFAULT_DOCUMENT_SIZE = 16 * 1024 * 1024;
const DEFAULT_BATCH_SIZE = 1000;

/** Base of the ordered and the unordered bulk operation. */
export class BulkOperationBase {
  constructor(collection, options, isOrdered) {
    if (!collection.client.isConnected) {
      throw new MongoNotConnectedError('MongoClient must be connected to perform this operation');
    }
    options = asOptions(options);
    this.collection = collection;
    this.isOrdered = isOrdered;
    const settings = resolveSettings(collection.settings, options);
    const { maxBsonObjectSize, maxWriteBatchSize } = collection.client.facts;
    const batchLimit = maxWriteBatchSize || DEFAULT_BATCH_SIZE;
    this.s = {
      bulkResult: emptyBulkResult(),
      currentIndex: 0,
      batches: [],
      writeConcern: settings.writeConcern,
      maxBsonObjectSize: maxBsonObjectSize || DEFAULT_DOCUMENT_SIZE,
      maxBatchSizeBytes: maxBsonObjectSize || DEFAULT_DOCUMENT_SIZE,
      maxWriteBatchSize: batchLimit,
      // Each statement is an element of an array: its type, its index as text and a zero.
      maxKeySize: String(batchLimit - 1).length + 2,
      namespace: collection.fullNamespace,
      options,
      settings,
      encodeOptions: encodeOptions(settings.bson),
      executed: false,
      collection,
    };
  }

  get length() {
    return this.s.currentIndex;
  }

  get bsonOptions() {
    return this.s.settings.bson;
  }

  get writeConcern() {
    return this.s.writeConcern;
  }

  /** Batches that are complete, and those still being filled. */
  get batches() {
    return [...this.s.batches, ...this.openBatches()];
  }

  insert(document) {
    addId(this.collection, document, this.#forcesServerObjectId());
    return this.addToOperationsList(BatchType.INSERT, document);
  }

  find(selector) {
    if (!selector) throw new MongoInvalidArgumentError('Bulk find operation must specify a selector');
    return new FindOperators(this, selector);
  }

  /** Adds a write in the form that `collection.bulkWrite` takes. */
  raw(model) {
    if (model == null || typeof model !== 'object') {
      throw new MongoInvalidArgumentError('Operation must be an object with an operation key');
    }
    if ('insertOne' in model) {
      const { insertOne } = model;
      return this.insert(insertOne && insertOne.document == null ? insertOne : insertOne.document);
    }
    if ('replaceOne' in model) return this.#addReplacement(model.replaceOne);
    if ('updateOne' in model) return this.#addUpdate(model.updateOne, false);
    if ('updateMany' in model) return this.#addUpdate(model.updateMany, true);
    if ('deleteOne' in model) return this.#addDelete(model.deleteOne, 1);
    if ('deleteMany' in model) return this.#addDelete(model.deleteMany, 0);
    throw new MongoInvalidArgumentError(
      'bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany',
    );
  }

  #addReplacement(model) {
    refuseRaw(model);
    const statement = updateStatement(model.filter, model.replacement, model, false);
    if (hasAtomicOperators(statement.u)) {
      throw new MongoInvalidArgumentError('Replacement document must not use atomic operators');
    }
    return this.addToOperationsList(BatchType.UPDATE, statement);
  }

  #addUpdate(model, multi) {
    refuseRaw(model);
    const statement = updateStatement(model.filter, model.update, model, multi);
    if (!hasAtomicOperators(statement.u, this.bsonOptions)) {
      throw new MongoInvalidArgumentError('Update document requires atomic operators');
    }
    return this.addToOperationsList(BatchType.UPDATE, statement);
  }

  #addDelete(model, limit) {
    refuseRaw(model);
    return this.addToOperationsList(BatchType.DELETE, deleteStatement(model.filter, model, limit));
  }

  #forcesServerObjectId() {
    const { options, collection } = this.s;
    return options.forceServerObjectId === true || collection.db.options?.forceServerObjectId === true;
  }

  /** Encodes a statement and puts it where it belongs; subclasses choose the batch. */
  addToOperationsList(batchType, document) {
    const { s } = this;
    const bytes = serializeShared(document, s.encodeOptions);
    if (bytes.length >= s.maxBsonObjectSize) {
      throw new MongoInvalidArgumentError(`Document is larger than the maximum size ${s.maxBsonObjectSize}`);
    }
    if (Array.isArray(document)) {
      throw new MongoInvalidArgumentError('Operation passed in cannot be an Array');
    }
    const index = s.currentIndex++;
    if (batchType === BatchType.INSERT) s.bulkResult.insertedIds.push({ index, _id: document._id });
    const sizeBytes = s.maxKeySize + bytes.length;
    this.batchFor(batchType, sizeBytes, index).add(document, bytes, index, sizeBytes);
    return this;
  }

  /** Whether a batch has no room for another statement of that size. */
  isFull(batch, sizeBytes) {
    const { maxWriteBatchSize, maxBatchSizeBytes } = this.s;
    return (
      batch.size + 1 >= maxWriteBatchSize || (batch.size > 0 && batch.sizeBytes + sizeBytes >= maxBatchSizeBytes)
    );
  }

  /** Sends everything; a bulk operation can be executed once. */
  async execute(options = {}) {
    const { s } = this;
    if (s.executed) throw new MongoBatchReExecutionError();
    s.batches.push(...this.openBatches());
    if (s.batches.length === 0) {
      throw new MongoInvalidArgumentError('Invalid BulkOperation, Batch cannot be empty');
    }
    s.executed = true;
    const merged = { ...s.options, ...options };
    const settings = resolveSettings(this.collection.settings, merged);
    s.writeConcern = WriteConcern.fromOptions(options) ?? s.writeConcern;
    settings.writeConcern = s.writeConcern;
    const commandOptions = { ...merged, ordered: this.isOrdered };
    // `false` is the server's default; only `true` is sent.
    if (merged.bypassDocumentValidation !== true) delete commandOptions.bypassDocumentValidation;
    for (const batch of s.batches) {
      await this.#send(batch, commandOptions, settings);
      this.handleWriteError(batch);
    }
    s.batches.length = 0;
    return new BulkWriteResult(s.bulkResult, this.isOrdered);
  }

  async #send(batch, options, settings) {
    const { bulkResult } = this.s;
    try {
      const reply = await execute(this.#operation(batch, options, settings));
      mergeReply(batch, bulkResult, reply.toObject(settings.bson));
    } catch (error) {
      if (error?.kind === 'fence') throw error;
      if (!(error instanceof MongoWriteConcernError)) {
        throw new MongoBulkWriteError(error, new BulkWriteResult(bulkResult, this.isOrdered));
      }
      mergeReply(batch, bulkResult, error.result);
      const { errmsg, code } = error.result.writeConcernError;
      throw new MongoBulkWriteError(
        { message: errmsg, code },
        new BulkWriteResult(bulkResult, this.isOrdered),
      );
    } finally {
      batch.encoded.release();
      batch.encoded = null;
    }
  }

  #operation(batch, options, settings) {
    const { namespace, settings: addedWith } = this.s;
    const statements = sameEncoding(settings.bson, addedWith.bson)
      ? batch.encoded
      : encodeAgain(batch.operations, encodeOptions(settings.bson));
    const { command, kind } = commandOf(batch, statements, namespace.collection, options);
    return {
      method: 'bulkWrite',
      client: this.collection.client,
      database: namespace.db,
      namespace: namespace.toString(),
      settings,
      command,
      kind,
      options,
    };
  }

  /** Throws what has gone wrong so far. */
  handleWriteError() {
    const { bulkResult } = this.s;
    const [first] = bulkResult.writeErrors;
    if (first !== undefined) {
      const message = first.errmsg ? first.errmsg : 'write operation failed';
      const error = { message, code: first.code, writeErrors: bulkResult.writeErrors };
      throw new MongoBulkWriteError(error, new BulkWriteResult(bulkResult, this.isOrdered));
    }
    const result = new BulkWriteResult(bulkResult, this.isOrdered);
    const writeConcernError = result.getWriteConcernError();
    if (writeConcernError) throw new MongoBulkWriteError(writeConcernError, result);
  }
}

function refuseRaw(model) {
  if ('q' in model) throw new MongoInvalidArgumentError('Raw operations are not allowed');
}

function sameEncoding(left, right) {
  return (
    left === right ||
    (left.ignoreUndefined === right.ignoreUndefined &&
      left.serializeFunctions === right.serializeFunctions &&
      left.checkKeys === right.checkKeys)
  );
}

/** The command of a batch; statements that concern many documents can't be retried. */
function commandOf({ batchType, operations }, statements, collection, options) {
  switch (batchType) {
    case BatchType.INSERT:
      return { command: insertCommand(collection, statements, options), kind: WRITE | RETRYABLE };
    case BatchType.UPDATE: {
      const retry = operations.some((statement) => statement.multi) ? 0 : RETRYABLE;
      return { command: updateCommand(collection, statements, options), kind: WRITE | OWN_COLLATION | retry };
    }
    default: {
      const retry = operations.some((statement) => statement.limit === 0) ? 0 : RETRYABLE;
      return { command: deleteCommand(collection, statements, options), kind: WRITE | retry };
    }
  }
}
