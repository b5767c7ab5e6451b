/** The `insert`, `update` and `delete` commands, and what their replies become. */

import { MongoServerError } from '../errors.js';

/** The `insert` command. */
export function insertCommand(collection, documents, options) {
  const command = { insert: collection, documents, ordered: isOrdered(options) };
  if (typeof options.bypassDocumentValidation === 'boolean') {
    command.bypassDocumentValidation = options.bypassDocumentValidation;
  }
  if (options.comment !== undefined) command.comment = options.comment;
  return command;
}

/** The `update` command. */
export function updateCommand(collection, updates, options) {
  const command = { update: collection, updates, ordered: options.ordered ?? true };
  if (typeof options.bypassDocumentValidation === 'boolean') {
    command.bypassDocumentValidation = options.bypassDocumentValidation;
  }
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  return command;
}

/** The `delete` command. */
export function deleteCommand(collection, deletes, options) {
  const command = { delete: collection, deletes, ordered: isOrdered(options) };
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  return command;
}

function isOrdered(options) {
  return typeof options.ordered === 'boolean' ? options.ordered : true;
}

/** Throws the error of a single write. */
export function throwWriteError(reply) {
  if (reply.code) throw new MongoServerError(reply);
  if (reply.writeErrors) throw new MongoServerError(reply.writeErrors[0]);
}

/** What `updateOne` and its like resolve with. */
export function updateResult(reply, writeConcern) {
  throwWriteError(reply);
  const { upserted } = reply;
  const didUpsert = Array.isArray(upserted) && upserted.length > 0;
  return {
    acknowledged: writeConcern?.w !== 0,
    modifiedCount: reply.nModified ?? reply.n,
    upsertedId: didUpsert ? upserted[0]._id : null,
    upsertedCount: didUpsert ? upserted.length : 0,
    matchedCount: didUpsert ? 0 : reply.n,
  };
}

/** What `deleteOne` and `deleteMany` resolve with. */
export function deleteResult(reply, writeConcern) {
  throwWriteError(reply);
  return { acknowledged: writeConcern?.w !== 0, deletedCount: reply.n };
}
