/** What a bulk write has done. */

import { EJSON } from '../bson.js';
import { CODES } from '../error_codes.js';
import { WriteConcernError } from './write_errors.js';

function idsByIndex(ids) {
  const byIndex = {};
  for (const { index, _id } of ids) byIndex[index] = _id;
  return byIndex;
}

/** Ids are known before the server has seen the documents, so those of failed inserts must be taken out. */
function successfullyInserted({ insertedIds, writeErrors }, isOrdered) {
  if (writeErrors.length === 0) return insertedIds;
  if (isOrdered) return insertedIds.slice(0, writeErrors[0].index);
  const failed = new Set(writeErrors.map((error) => error.index));
  return insertedIds.filter(({ index }) => !failed.has(index));
}

/** Counts and ids of a bulk write, complete or up to its failure. */
export class BulkWriteResult {
  constructor(bulkResult, isOrdered) {
    Object.defineProperty(this, 'result', { value: bulkResult, writable: true, configurable: true });
    this.insertedCount = bulkResult.nInserted ?? 0;
    this.matchedCount = bulkResult.nMatched ?? 0;
    this.modifiedCount = bulkResult.nModified ?? 0;
    this.deletedCount = bulkResult.nRemoved ?? 0;
    this.upsertedCount = bulkResult.upserted.length ?? 0;
    this.upsertedIds = idsByIndex(bulkResult.upserted);
    this.insertedIds = idsByIndex(successfullyInserted(bulkResult, isOrdered));
  }

  get ok() {
    return this.result.ok;
  }

  getUpsertedIdAt(index) {
    return this.result.upserted[index];
  }

  getRawResponse() {
    return this.result;
  }

  hasWriteErrors() {
    return this.result.writeErrors.length > 0;
  }

  getWriteErrorCount() {
    return this.result.writeErrors.length;
  }

  getWriteErrorAt(index) {
    return this.result.writeErrors[index];
  }

  getWriteErrors() {
    return this.result.writeErrors;
  }

  getWriteConcernError() {
    const errors = this.result.writeConcernErrors;
    if (errors.length <= 1) return errors[0];
    const [first, ...others] = errors.map((error) => error.errmsg);
    return new WriteConcernError({
      errmsg: `${first} and ${others.join('')}`,
      code: CODES.WriteConcernTimeout,
    });
  }

  toString() {
    return `BulkWriteResult(${EJSON.stringify(this.result)})`;
  }

  isOk() {
    return this.result.ok === 1;
  }
}
