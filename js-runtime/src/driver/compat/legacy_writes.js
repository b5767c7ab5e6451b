/** `insert`, `update`, `remove` of majors 3 and 4, and `save`, `findAndModify`, `findAndRemove` of 3. They warn once each. */

import { hasAtomicOperators } from '../atomic_operators.js';
import { formatSort } from '../sort.js';
import { emitWarningOnce } from '../warning.js';
import { defineMethod } from './patch.js';
import { updateReply } from './write_results.js';

function deprecate(Collection, name, instead, method) {
  defineMethod(Collection, name, function (...args) {
    emitWarningOnce(`collection.${name} is deprecated. Use ${instead} instead.`);
    return method.apply(this, args);
  });
}

/** `{w: 1}` and the like count; without any options the documents are inserted unordered. */
async function insert(documents, options) {
  const given = options ? { ...options } : { ordered: false };
  if (given.keepGoing === true) given.ordered = false;
  return await this.insertMany(Array.isArray(documents) ? documents : [documents], given);
}

/** Majors 3 and 4. In 4 the methods are other names of `updateMany` and `deleteMany`. */
export function addLegacyWrites({ Collection }) {
  deprecate(Collection, 'insert', 'insertOne, insertMany or bulkWrite', insert);
  deprecate(Collection, 'update', 'updateOne, updateMany, or bulkWrite', function (filter, update, options) {
    return this.updateMany(filter, update, options ?? {});
  });
  deprecate(Collection, 'remove', 'deleteOne, deleteMany, or bulkWrite', function (filter, options) {
    return options?.single === true ? this.deleteOne(filter, options) : this.deleteMany(filter, options ?? {});
  });
}

/** The methods as they were before results changed: these must not see the results that scripts of major 3 get. */
function modernMethods({ Collection }) {
  const { updateOne, updateMany, replaceOne, deleteOne, deleteMany } = Collection.prototype;
  return { updateOne, updateMany, replaceOne, deleteOne, deleteMany };
}

/** A replacement for many documents is refused by the server, in its words. */
async function updateManyByReplacement(collection, q, u, options) {
  const { session, upsert = false } = options;
  const command = { update: collection.collectionName, updates: [{ q, u, upsert, multi: true }] };
  return await collection.db.command(command, session === undefined ? {} : { session });
}

function legacyUpdate(modern) {
  return async function (selector, document, options) {
    const given = options ?? {};
    const hasOperators = Array.isArray(document) || hasAtomicOperators(document);
    if (!hasOperators && given.multi) return { result: await updateManyByReplacement(this, selector, document, given) };
    const method = !hasOperators ? modern.replaceOne : given.multi ? modern.updateMany : modern.updateOne;
    return { result: updateReply(await method.call(this, selector ?? {}, document, given)) };
  };
}

function legacyRemove(modern) {
  return async function (selector, options) {
    const method = options?.single ? modern.deleteOne : modern.deleteMany;
    const { acknowledged, deletedCount } = await method.call(this, selector ?? {}, options ?? {});
    return { result: acknowledged ? { n: deletedCount, ok: 1 } : { ok: 1 } };
  };
}

function legacySave(modern) {
  return async function (document, options) {
    if (document._id != null) {
      const given = { ...options, upsert: true };
      return { result: updateReply(await modern.replaceOne.call(this, { _id: document._id }, document, given)) };
    }
    const { insertedCount } = await this.insertOne(document, options ?? {});
    return { result: { ok: 1, n: insertedCount }, ops: [document] };
  };
}

async function findAndModify(query, sort, document, options) {
  const given = { ...options };
  const adapted = { ...given, projection: given.projection ?? given.fields };
  const order = formatSort(sort);
  if (order !== undefined) adapted.sort = order;
  if (given.remove) return await this.findOneAndDelete(query, adapted);
  adapted.returnDocument = given.new ? 'after' : 'before';
  const hasOperators = Array.isArray(document) || hasAtomicOperators(document);
  const name = hasOperators ? 'findOneAndUpdate' : 'findOneAndReplace';
  return await this[name](query, document, adapted);
}

/** Major 3; must run before results are changed. */
export function addServerWrites(driver) {
  const { Collection } = driver;
  const modern = modernMethods(driver);
  deprecate(Collection, 'insert', 'insertOne, insertMany or bulkWrite', insert);
  deprecate(Collection, 'update', 'updateOne, updateMany, or bulkWrite', legacyUpdate(modern));
  deprecate(Collection, 'remove', 'deleteOne, deleteMany, or bulkWrite', legacyRemove(modern));
  deprecate(Collection, 'save', 'insertOne, insertMany, updateOne, or updateMany', legacySave(modern));
  const findOneAnd = 'findOneAndUpdate, findOneAndReplace or findOneAndDelete';
  deprecate(Collection, 'findAndModify', findOneAnd, findAndModify);
  deprecate(Collection, 'findAndRemove', 'findOneAndDelete', function (query, sort, options) {
    return findAndModify.call(this, query, sort, null, { ...options, remove: true });
  });
  defineMethod(Collection, 'removeOne', function (...args) {
    return this.deleteOne(...args);
  });
  defineMethod(Collection, 'removeMany', function (...args) {
    return this.deleteMany(...args);
  });
}
