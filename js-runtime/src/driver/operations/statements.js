/** The statements inside `update` and `delete` commands. */

import { MongoInvalidArgumentError } from '../errors.js';
import { formatSort } from '../sort.js';

/** One statement of an `update` command. */
export function updateStatement(filter, update, options, multi) {
  if (filter == null || typeof filter !== 'object') {
    throw new MongoInvalidArgumentError('Selector must be a valid JavaScript object');
  }
  if (update == null || typeof update !== 'object') {
    throw new MongoInvalidArgumentError('Document must be a valid JavaScript object');
  }
  const statement = { q: filter, u: update };
  if (typeof options.upsert === 'boolean') statement.upsert = options.upsert;
  if (multi) statement.multi = multi;
  if (options.hint) statement.hint = options.hint;
  if (options.arrayFilters) statement.arrayFilters = options.arrayFilters;
  if (options.collation) statement.collation = options.collation;
  if (!multi && options.sort != null) statement.sort = formatSort(options.sort);
  return statement;
}

/** One statement of a `delete` command; a limit of 0 deletes all that match. */
export function deleteStatement(filter, options, limit) {
  const statement = { q: filter, limit };
  if (options.collation) statement.collation = options.collation;
  if (options.hint) statement.hint = options.hint;
  return statement;
}
