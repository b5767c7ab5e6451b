/** Other methods of `Collection` that are gone: `stats` (until 5), `mapReduce` (until 4), and what only 3 has. */

import { Code } from '../bson.js';
import { MongoInvalidArgumentError } from '../errors.js';
import { emitWarningOnce } from '../warning.js';
import { defineMethod, replaceMethod } from './patch.js';

const sessionOf = (options) => (options?.session === undefined ? {} : { session: options.session });

/** Majors 3 to 5. */
export function addStats({ Collection }) {
  defineMethod(Collection, 'stats', async function (options) {
    const command = { collStats: this.collectionName };
    if (options?.scale != null) command.scale = options.scale;
    return await this.db.command(command, sessionOf(options));
  });
}

const NOT_SENT = new Set([
  'explain', 'readPreference', 'readConcern', 'session', 'writeConcern', 'w', 'wtimeout', 'j', 'raw', 'fieldsAsRaw',
  'promoteLongs', 'promoteValues', 'promoteBuffers', 'bsonRegExp', 'serializeFunctions', 'ignoreUndefined',
  'enableUtf8Validation', 'scope', 'verbose',
]);

const source = (code) => (typeof code === 'function' ? code.toString() : code);

/** Functions in a scope are code for the server. */
function scopeOf(scope) {
  if (scope == null || typeof scope !== 'object' || scope._bsontype) return scope;
  return Object.fromEntries(
    Object.entries(scope).map(([name, value]) => [name, typeof value === 'function' ? new Code(String(value)) : scopeOf(value)]),
  );
}

function mapReduceResult(collection, reply, options) {
  const isVerbose = Boolean(options.verbose);
  if (reply.results) return isVerbose ? { results: reply.results, stats: {} } : reply.results;
  const { result } = reply;
  const database = typeof result === 'object' ? collection.client.db(result.db) : collection.db;
  const output = database.collection(typeof result === 'object' ? result.collection : result);
  return isVerbose ? { collection: output, stats: {} } : output;
}

/** Majors 3 and 4. */
export function addMapReduce({ Collection }) {
  defineMethod(Collection, 'mapReduce', async function (map, reduce, options) {
    emitWarningOnce('collection.mapReduce is deprecated. Use the aggregation pipeline instead.');
    if (options?.out == null) {
      throw new MongoInvalidArgumentError('Option "out" must be defined, see mongodb docs for possible values');
    }
    const command = { mapReduce: this.collectionName, map: source(map), reduce: source(reduce) };
    if (options.scope) command.scope = scopeOf(options.scope);
    for (const [name, value] of Object.entries(options)) {
      if (!NOT_SENT.has(name)) command[name] = name === 'finalize' ? source(value) : value;
    }
    return mapReduceResult(this, await this.db.command(command, sessionOf(options)), options);
  });
}

function indexName(specification, options) {
  if (options?.name) return options.name;
  const key = typeof specification === 'string' ? { [specification]: 1 } : specification;
  const pairs = Array.isArray(key) ? key : Object.entries(key);
  return pairs.map(([field, direction]) => `${field}_${direction}`).join('_');
}

/** An index of that name is taken for the right one. */
async function ensureIndex(specification, options) {
  emitWarningOnce('collection.ensureIndex is deprecated. Use createIndexes instead.');
  const name = indexName(specification, options);
  const isThere = await this.indexExists(name).catch(() => false);
  return isThere ? name : await this.createIndex(specification, options ?? {});
}

async function group(keys, condition, initial, reduce, finalize, _command, options) {
  const key = Array.isArray(keys) ? Object.fromEntries(keys.map((name) => [name, 1])) : keys;
  const body = { ns: this.collectionName, key, $reduce: new Code(source(reduce)), cond: condition, initial };
  if (typeof finalize === 'function') body.finalize = new Code(source(finalize));
  const { retval } = await this.db.command({ group: body }, sessionOf(options));
  return retval;
}

/** Major 3. */
export function addOldCollectionMethods({ Collection }) {
  defineMethod(Collection, 'ensureIndex', ensureIndex);
  defineMethod(Collection, 'group', group);
  defineMethod(Collection, 'dropAllIndexes', function (options) {
    return this.dropIndexes(options);
  });
  defineMethod(Collection, 'reIndex', async function (options) {
    const { ok } = await this.db.command({ reIndex: this.collectionName }, sessionOf(options));
    return ok === 1;
  });
  replaceMethod(Collection, 'createIndexes', (createIndexes) => async function (descriptions, options) {
    const before = await this.indexes().catch(() => []);
    await createIndexes.call(this, descriptions, options);
    const after = await this.indexes();
    return {
      numIndexesBefore: before.length || 1,
      numIndexesAfter: after.length,
      createdCollectionAutomatically: before.length === 0,
      ok: 1,
    };
  });
}

function adaptFindOptions(options) {
  if (options?.fields === undefined) return options;
  const { fields, ...rest } = options;
  return { projection: fields, ...rest };
}

/** A selector may be an id. */
function adaptSelector(selector) {
  return selector?._bsontype === 'ObjectId' || selector?._bsontype === 'ObjectID' ? { _id: selector } : (selector ?? {});
}

/** Major 3: `fields` for `projection`, an id for a filter, and a callback that gets the cursor. */
export function adaptFind({ Collection, Db }) {
  replaceMethod(Collection, 'find', (find) => function (...args) {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const cursor = find.call(this, adaptSelector(args[0]), adaptFindOptions(args[1]));
    callback?.(null, cursor);
    return cursor;
  });
  replaceMethod(Collection, 'findOne', (findOne) => function (selector, options) {
    return findOne.call(this, adaptSelector(selector), adaptFindOptions(options));
  });
  for (const Class of [Collection, Db]) {
    replaceMethod(Class, 'aggregate', (aggregate) => function (...args) {
      const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
      const stages = Array.isArray(args[0]) || args.length === 0 ? args : [args];
      const cursor = aggregate.apply(this, stages);
      if (callback === undefined) return cursor;
      callback(null, cursor);
      return undefined;
    });
  }
}

/** Major 4 refuses a callback where it takes none. */
export function refuseFindCallbacks({ Collection }) {
  for (const name of ['find', 'aggregate']) {
    replaceMethod(Collection, name, (method) => function (...args) {
      if (typeof args[1] === 'function') throw new MongoInvalidArgumentError('Argument "options" must not be function');
      return method.apply(this, args);
    });
  }
}
