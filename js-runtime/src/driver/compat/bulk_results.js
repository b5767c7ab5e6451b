/**
 * Bulk writes as older majors have them: the server's names for counts until 5, the raw result in sight until 4,
 * `remove` in 3.
 */

import { BulkWriteResult } from '../bulk/bulk_write_result.js';
import { FindOperators } from '../bulk/find_operators.js';
import { defineGetter, defineMethod, replaceMethod } from './patch.js';

const COUNTS = ['nInserted', 'nUpserted', 'nMatched', 'nModified', 'nRemoved'];

/** Majors 3 to 5. */
export function nameCountsAsServer() {
  for (const name of COUNTS) {
    defineGetter(BulkWriteResult, name, function () {
      return this.result[name];
    });
  }
  defineMethod(BulkWriteResult, 'getInsertedIds', function () {
    return this.result.insertedIds;
  });
  defineMethod(BulkWriteResult, 'getUpsertedIds', function () {
    return this.result.upserted;
  });
}

/** Majors 3 and 4: what prints and enumerates is `result`; the counts are there but don't show. */
export function showRawBulkResult({ OrderedBulkOperation, UnorderedBulkOperation }) {
  for (const Class of [OrderedBulkOperation, UnorderedBulkOperation]) {
    replaceMethod(Class, 'execute', (execute) => async function (...args) {
      const bulkResult = await execute.apply(this, args);
      for (const name of Object.keys(bulkResult)) Object.defineProperty(bulkResult, name, { enumerable: false });
      return Object.defineProperty(bulkResult, 'result', { enumerable: true });
    });
  }
}

/** Major 3. */
export function addBulkRemove() {
  const { delete: deleteAll, deleteOne } = FindOperators.prototype;
  defineMethod(FindOperators, 'remove', deleteAll);
  defineMethod(FindOperators, 'removeOne', deleteOne);
}
