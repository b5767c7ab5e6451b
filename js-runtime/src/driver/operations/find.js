/** The `find` command. */

import { MongoInvalidArgumentError } from '../errors.js';
import { normalizeHint } from '../hint.js';
import { formatSort } from '../sort.js';

/** The filter as the server takes it: an ObjectId alone means the document with that `_id`. */
export function findFilter(filter = {}) {
  if (typeof filter !== 'object' || Array.isArray(filter)) {
    throw new MongoInvalidArgumentError('Query filter must be a plain object or ObjectId');
  }
  return filter != null && (filter._bsontype === 'ObjectId' || filter._bsontype === 'ObjectID') ? { _id: filter } : filter;
}

function findProjection(projection) {
  if (!Array.isArray(projection)) return projection;
  if (projection.length === 0) return { _id: 1 };
  return Object.fromEntries(projection.map((field) => [field, 1]));
}

function addSizes(command, { skip, limit, batchSize, singleBatch }) {
  if (typeof skip === 'number') command.skip = skip;
  if (typeof limit === 'number') {
    if (limit < 0) {
      command.limit = -limit;
      command.singleBatch = true;
    } else {
      command.limit = limit;
    }
  }
  if (typeof batchSize === 'number') {
    if (batchSize < 0) command.limit = -batchSize;
    // One more than the limit lets the server close the cursor with the first batch.
    else command.batchSize = batchSize === limit ? batchSize + 1 : batchSize;
  }
  if (typeof singleBatch === 'boolean') command.singleBatch = singleBatch;
}

function addFlags(command, options) {
  for (const flag of ['returnKey', 'showRecordId', 'tailable', 'oplogReplay']) {
    if (typeof options[flag] === 'boolean') command[flag] = options[flag];
  }
  if (typeof options.timeout === 'boolean') command.noCursorTimeout = !options.timeout;
  else if (typeof options.noCursorTimeout === 'boolean') command.noCursorTimeout = options.noCursorTimeout;
  for (const flag of ['awaitData', 'allowPartialResults', 'allowDiskUse']) {
    if (typeof options[flag] === 'boolean') command[flag] = options[flag];
  }
}

/** The command without concerns and collation. */
export function findCommand(collection, filter, options) {
  const command = { find: collection, filter: findFilter(filter) };
  if (options.sort) command.sort = formatSort(options.sort);
  if (options.projection) command.projection = findProjection(options.projection);
  if (options.hint) command.hint = normalizeHint(options.hint);
  addSizes(command, options);
  if (options.comment !== undefined) command.comment = options.comment;
  if (options.max) command.max = options.max;
  if (options.min) command.min = options.min;
  addFlags(command, options);
  if (options.let) command.let = options.let;
  return command;
}
