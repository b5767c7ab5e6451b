/** Errors as major 3 names them: one name for what the server says, and another for bulk writes. */

import { defineGetter } from './patch.js';

/** The classes and what users match on (`code`, `instanceof MongoError`) stay; only names differ. */
export function nameErrorsAsBefore({ MongoServerError, MongoBulkWriteError }) {
  defineGetter(MongoServerError, 'name', () => 'MongoError');
  defineGetter(MongoBulkWriteError, 'name', () => 'BulkWriteError');
  return { BulkWriteError: MongoBulkWriteError };
}
