/** The `findAndModify` command behind the three `findOneAnd…` methods. */

import { hasAtomicOperators } from '../atomic_operators.js';
import { ReturnDocument } from '../enums.js';
import { MongoInvalidArgumentError } from '../errors.js';
import { formatSort } from '../sort.js';

function requireObject(value, name) {
  if (value == null || typeof value !== 'object') {
    throw new MongoInvalidArgumentError(`Argument "${name}" must be an object`);
  }
}

function baseCommand(collection, filter, options) {
  const command = { findAndModify: collection, query: filter, remove: false, new: false, upsert: false };
  const sort = formatSort(options.sort);
  if (sort) command.sort = sort;
  if (options.projection) command.fields = options.projection;
  if (options.maxTimeMS) command.maxTimeMS = options.maxTimeMS;
  if (options.writeConcern) command.writeConcern = options.writeConcern;
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  if (options.collation && typeof options.collation === 'object') command.collation = options.collation;
  if (options.hint) command.hint = options.hint;
  return command;
}

function addUpdate(command, update, options) {
  command.update = update;
  command.new = options.returnDocument === ReturnDocument.AFTER;
  command.upsert = options.upsert === true;
  if (options.bypassDocumentValidation === true) command.bypassDocumentValidation = true;
  return command;
}

/** The command of `findOneAndDelete`. */
export function findOneAndDeleteCommand(collection, filter, options) {
  requireObject(filter, 'filter');
  const command = baseCommand(collection, filter, options);
  command.remove = true;
  return command;
}

/** The command of `findOneAndReplace`. */
export function findOneAndReplaceCommand(collection, filter, replacement, options) {
  requireObject(filter, 'filter');
  requireObject(replacement, 'replacement');
  if (hasAtomicOperators(replacement)) {
    throw new MongoInvalidArgumentError('Replacement document must not contain atomic operators');
  }
  return addUpdate(baseCommand(collection, filter, options), replacement, options);
}

/** The command of `findOneAndUpdate`. */
export function findOneAndUpdateCommand(collection, filter, update, options, bson) {
  requireObject(filter, 'filter');
  requireObject(update, 'update');
  if (!hasAtomicOperators(update, bson)) {
    throw new MongoInvalidArgumentError('Update document requires atomic operators');
  }
  const command = addUpdate(baseCommand(collection, filter, options), update, options);
  if (options.arrayFilters) command.arrayFilters = options.arrayFilters;
  return command;
}
