/** Consecutive statements of one kind that fit into one command, and the merging of what the server says of them. */

import { createDocumentSequence } from '../bson.js';
import { BatchType } from '../enums.js';
import { WriteConcernError, WriteError } from './write_errors.js';

/** Statements of one future command, with their bytes. */
export class Batch {
  constructor(batchType, originalZeroIndex) {
    this.originalZeroIndex = originalZeroIndex;
    this.originalIndexes = [];
    this.batchType = batchType;
    this.operations = [];
    this.encoded = createDocumentSequence();
    this.size = 0;
    this.sizeBytes = 0;
  }

  /** The bytes are copied at once. */
  add(operation, bytes, originalIndex, sizeBytes) {
    this.operations.push(operation);
    this.encoded.addEncoded(bytes);
    this.originalIndexes.push(originalIndex);
    this.size++;
    this.sizeBytes += sizeBytes;
  }
}

/** The statements encoded again, because the options have changed since they were added. */
export function encodeAgain(operations, options) {
  const sequence = createDocumentSequence();
  for (const operation of operations) sequence.add(operation, options);
  return sequence;
}

/** The result of a bulk write that has done nothing yet. */
export function emptyBulkResult() {
  return {
    ok: 1,
    writeErrors: [],
    writeConcernErrors: [],
    insertedIds: [],
    nInserted: 0,
    nUpserted: 0,
    nMatched: 0,
    nModified: 0,
    nRemoved: 0,
    upserted: [],
  };
}

/** Adds the reply to a batch's command to the result, with indexes as the user counts them. */
export function mergeReply(batch, bulkResult, reply) {
  const { batchType } = batch;
  const n = reply.n ?? 0;
  if (batchType === BatchType.INSERT) bulkResult.nInserted += n;
  if (batchType === BatchType.DELETE) bulkResult.nRemoved += n;
  const upserted = Array.isArray(reply.upserted) ? reply.upserted : [];
  for (const { index, _id } of upserted) {
    bulkResult.upserted.push({ index: index + batch.originalZeroIndex, _id });
  }
  if (batchType === BatchType.UPDATE && n) {
    bulkResult.nUpserted += upserted.length;
    bulkResult.nMatched += n - upserted.length;
    bulkResult.nModified = typeof reply.nModified === 'number' ? bulkResult.nModified + reply.nModified : 0;
  }
  for (const { index, code, errmsg, errInfo } of reply.writeErrors ?? []) {
    const operation = batch.operations[index];
    bulkResult.writeErrors.push(
      new WriteError({ index: batch.originalIndexes[index], code, errmsg, errInfo, op: operation }),
    );
  }
  if (reply.writeConcernError) {
    bulkResult.writeConcernErrors.push(new WriteConcernError(reply.writeConcernError));
  }
}
