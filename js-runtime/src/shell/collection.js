/** A collection as the shell has it: arguments in the shell's order, results in mongosh's shape, and the old names that scripts still use. */
import { Code } from '../bson/index.js';

/** Counts under the names that the old shell's results had; they don't show when the result is printed. */
function withOldCounts(result, counts) {
  for (const [name, value] of Object.entries({ nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nRemoved: 0, ...counts })) {
    Object.defineProperty(result, name, { value, enumerable: false });
  }
  return result;
}

const updateCounts = (result) => withOldCounts(result, { nMatched: result.matchedCount, nModified: result.modifiedCount, nUpserted: result.upsertedCount });

/** `returnNewDocument` and `new` are the shell's words for `returnDocument`. */
function findAndOptions(options = {}) {
  const { returnNewDocument, returnOriginal, new: isNew, ...rest } = options;
  const isAfter = returnNewDocument === true || isNew === true || returnOriginal === false;
  return isAfter ? { returnDocument: 'after', ...rest } : rest;
}

function hasOperators(update) {
  return Array.isArray(update) || Object.keys(update ?? {}).some((key) => key.startsWith('$'));
}

function multiplied(options, name) {
  return typeof options === 'boolean' ? { [name]: options } : (options ?? {});
}

/** A selector may be an id alone. */
const filterOf = (query) => (query?._bsontype === 'ObjectId' ? { _id: query } : (query ?? {}));

/** Not a plain class of the driver: a script finds it as `db.users`, and nested names as `db.system.users`. */
export class ShellCollection {
  #database;
  #collection;

  constructor(database, collection) {
    this.#database = database;
    this.#collection = collection;
  }

  getName() {
    return this.#collection.collectionName;
  }

  getFullName() {
    return this.#collection.namespace;
  }

  getDB() {
    return this.#database;
  }

  getMongo() {
    return this.#database.getMongo();
  }

  toString() {
    return this.getFullName();
  }

  toShell() {
    return this.getFullName();
  }

  find(query, projection, options) {
    const cursor = this.#collection.find(filterOf(query), options ?? {});
    return projection === undefined || projection === null ? cursor : cursor.project(projection);
  }

  findOne(query, projection, options) {
    return this.#collection.findOne(filterOf(query), { ...options, ...(projection ? { projection } : {}) });
  }

  insertOne(document, options) {
    return withOldCounts(this.#collection.insertOne(document, options), { nInserted: 1 });
  }

  insertMany(documents, options) {
    const { acknowledged, insertedIds } = this.#collection.insertMany(documents, options);
    return withOldCounts({ acknowledged, insertedIds }, { nInserted: documents.length });
  }

  /** One document or many. */
  insert(documents, options) {
    return this.insertMany(Array.isArray(documents) ? documents : [documents], options);
  }

  /** Replaces the document of the same `_id`, or inserts it. */
  save(document, options) {
    if (document._id === undefined) {
      return this.insertOne(document, options);
    }
    return this.replaceOne({ _id: document._id }, document, { ...options, upsert: true });
  }

  updateOne(query, update, options) {
    return updateCounts(this.#collection.updateOne(filterOf(query), update, options));
  }

  updateMany(query, update, options) {
    return updateCounts(this.#collection.updateMany(filterOf(query), update, options));
  }

  replaceOne(query, replacement, options) {
    return updateCounts(this.#collection.replaceOne(filterOf(query), replacement, options));
  }

  /** `update(query, update, { upsert, multi })`, or with the two as booleans. */
  update(query, update, optionsOrUpsert, multi) {
    const options = { ...multiplied(optionsOrUpsert, 'upsert'), ...(multi === undefined ? {} : { multi }) };
    const { multi: isMulti, ...rest } = options;
    if (!hasOperators(update)) {
      return this.replaceOne(query, update, rest);
    }
    return isMulti ? this.updateMany(query, update, rest) : this.updateOne(query, update, rest);
  }

  deleteOne(query, options) {
    const result = this.#collection.deleteOne(filterOf(query), options);
    return withOldCounts(result, { nRemoved: result.deletedCount });
  }

  deleteMany(query, options) {
    const result = this.#collection.deleteMany(filterOf(query), options);
    return withOldCounts(result, { nRemoved: result.deletedCount });
  }

  /** `remove(query, justOne)`, or with options. */
  remove(query, optionsOrJustOne) {
    if (query === undefined) {
      throw new Error('remove needs a query; `remove({})` removes every document');
    }
    const { justOne, ...options } = multiplied(optionsOrJustOne, 'justOne');
    return justOne ? this.deleteOne(query, options) : this.deleteMany(query, options);
  }

  findOneAndDelete(query, options) {
    return this.#collection.findOneAndDelete(filterOf(query), options);
  }

  findOneAndReplace(query, replacement, options) {
    return this.#collection.findOneAndReplace(filterOf(query), replacement, findAndOptions(options));
  }

  findOneAndUpdate(query, update, options) {
    return this.#collection.findOneAndUpdate(filterOf(query), update, findAndOptions(options));
  }

  /** `findAndModify({ query, sort, update, remove, new, fields, upsert })`. */
  findAndModify({ query, update, remove, fields, ...given }) {
    const options = findAndOptions({ ...given, ...(fields ? { projection: fields } : {}) });
    if (remove) {
      return this.findOneAndDelete(query, options);
    }
    return hasOperators(update) ? this.findOneAndUpdate(query, update, options) : this.findOneAndReplace(query, update, options);
  }

  bulkWrite(operations, options) {
    const { insertedCount, insertedIds, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds } = this.#collection.bulkWrite(operations, options);
    return { acknowledged: true, insertedCount, insertedIds, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds };
  }

  initializeOrderedBulkOp(options) {
    return this.#collection.initializeOrderedBulkOp(options);
  }

  initializeUnorderedBulkOp(options) {
    return this.#collection.initializeUnorderedBulkOp(options);
  }

  /** A pipeline with options, or its stages one by one. */
  aggregate(...args) {
    const [pipeline, options] = Array.isArray(args[0]) ? args : [args, undefined];
    const cursor = this.#collection.aggregate(pipeline, options);
    const last = Object.keys(pipeline.at(-1) ?? {})[0];
    if (last === '$out' || last === '$merge') {
      // Nobody reads the cursor of a pipeline that writes; it has to run all the same.
      cursor.hasNext();
    }
    return cursor;
  }

  count(query, options) {
    return this.#collection.count(filterOf(query), options);
  }

  countDocuments(query, options) {
    return this.#collection.countDocuments(filterOf(query), options);
  }

  estimatedDocumentCount(options) {
    return this.#collection.estimatedDocumentCount(options);
  }

  distinct(field, query, options) {
    return this.#collection.distinct(field, filterOf(query), options);
  }

  createIndex(keys, options) {
    return this.#collection.createIndex(keys, options);
  }

  ensureIndex(keys, options) {
    return this.createIndex(keys, options);
  }

  /** A list of key documents, all with the same options. */
  createIndexes(keys, options) {
    return this.#collection.createIndexes(keys.map((key) => ({ ...options, key })));
  }

  getIndexes() {
    return this.#collection.indexes();
  }

  getIndices() {
    return this.getIndexes();
  }

  getIndexKeys() {
    return this.getIndexes().map(({ key }) => key);
  }

  dropIndex(index) {
    return this.#collection.dropIndex(index);
  }

  dropIndexes(indexes = '*') {
    return this.runCommand({ dropIndexes: this.getName(), index: indexes });
  }

  hideIndex(index) {
    return this.#setIndex(index, { hidden: true });
  }

  unhideIndex(index) {
    return this.#setIndex(index, { hidden: false });
  }

  #setIndex(index, changes) {
    const selector = typeof index === 'string' ? { name: index } : { keyPattern: index };
    return this.runCommand({ collMod: this.getName(), index: { ...selector, ...changes } });
  }

  reIndex() {
    return this.runCommand({ reIndex: this.getName() });
  }

  /** False where there was nothing to drop. */
  drop(options) {
    const wasThere = this.exists() !== null;
    this.#collection.drop(options);
    return wasThere;
  }

  renameCollection(name, dropTarget = false) {
    this.#collection.rename(name, { dropTarget });
    return { ok: 1 };
  }

  convertToCapped(size) {
    return this.runCommand({ convertToCapped: this.getName(), size });
  }

  exists() {
    return this.#database.getCollectionInfos({ name: this.getName() })[0] ?? null;
  }

  isCapped() {
    return Boolean(this.exists()?.options?.capped);
  }

  stats(options) {
    return this.runCommand({ collStats: this.getName(), ...(typeof options === 'number' ? { scale: options } : options) });
  }

  dataSize() {
    return this.stats().size;
  }

  storageSize() {
    return this.stats().storageSize;
  }

  totalIndexSize() {
    return this.stats().totalIndexSize;
  }

  totalSize() {
    const { storageSize, totalIndexSize } = this.stats();
    return Number(storageSize) + Number(totalIndexSize);
  }

  validate(options) {
    return this.runCommand({ validate: this.getName(), ...(typeof options === 'boolean' ? { full: options } : options) });
  }

  mapReduce(map, reduce, optionsOrOut) {
    const options = typeof optionsOrOut === 'string' || optionsOrOut?.out === undefined ? { out: optionsOrOut } : optionsOrOut;
    const code = Object.fromEntries(Object.entries({ map, reduce, finalize: options.finalize }).filter(([, fn]) => fn !== undefined).map(([name, fn]) => [name, new Code(String(fn))]));
    return this.runCommand({ mapReduce: this.getName(), ...options, ...code });
  }

  watch(pipeline, options) {
    return this.#collection.watch(pipeline, options);
  }

  explain(verbosity = 'queryPlanner') {
    const explained = (method) => (...args) => this[method](...args).explain(verbosity);
    return { find: explained('find'), aggregate: explained('aggregate') };
  }

  /** `runCommand('collStats')`, or a whole command. */
  runCommand(command, options) {
    return this.#database.runCommand(typeof command === 'string' ? { [command]: this.getName(), ...options } : command);
  }
}
