/** Sends a query: casts what it carries, calls the driver, and makes documents of what comes back. */
import { castFilter, castUpdate, withInsertDefaults } from './cast_query.js';
import { ModelCursor } from './cursor.js';

/** Options of ours that mean nothing to the driver. */
const OURS = new Set(['new', 'returnOriginal', 'rawResult', 'strict', 'runValidators', 'setDefaultsOnInsert', 'overwrite', 'timestamps', 'multi', 'useFindAndModify', 'omitUndefined', 'context', 'populate', 'orFail', 'autopopulate', 'validateBeforeSave', 'multipleCastError', 'strictQuery', 'translateAliases', 'sanitizeFilter']);

/** A write that had nothing left to write; what mongoose answers then. */
const NOTHING_WRITTEN = Object.freeze({ acknowledged: false });

function driverOptions(options) {
  return Object.fromEntries(Object.entries(options).filter(([name, value]) => !OURS.has(name) && value !== undefined));
}

const RUNS = {
  async find(query) {
    const documents = await query.model.collection.find(castFilter(query.model, query.filter), driverOptions(query.options)).toArray();
    const hydrate = hydratorOf(query);
    return documents.map(hydrate);
  },
  async findOne(query) {
    const fields = await query.model.collection.findOne(castFilter(query.model, query.filter), driverOptions(query.options));
    return fields === null || fields === undefined ? null : hydratorOf(query)(fields);
  },
  async countDocuments(query) {
    const { sort: _, projection: __, ...options } = driverOptions(query.options);
    return await query.model.collection.countDocuments(castFilter(query.model, query.filter), options);
  },
  async estimatedDocumentCount(query) {
    return await query.model.collection.estimatedDocumentCount(driverOptions(query.options));
  },
  async distinct(query) {
    return await query.model.collection.distinct(query.key, castFilter(query.model, query.filter), driverOptions(query.options));
  },
  async exists(query) {
    const options = { ...driverOptions(query.options), projection: { _id: 1 } };
    const fields = await query.model.collection.findOne(castFilter(query.model, query.filter), options);
    return fields === null || fields === undefined ? null : { _id: fields._id };
  },
  updateOne: (query) => update(query, 'updateOne'),
  updateMany: (query) => update(query, 'updateMany'),
  async replaceOne(query) {
    const { collection } = query.model;
    return await collection.replaceOne(castFilter(query.model, query.filter), replacementOf(query), driverOptions(query.options));
  },
  async deleteOne(query) {
    return await query.model.collection.deleteOne(castFilter(query.model, query.filter), driverOptions(query.options));
  },
  async deleteMany(query) {
    return await query.model.collection.deleteMany(castFilter(query.model, query.filter), driverOptions(query.options));
  },
  async findOneAndUpdate(query) {
    const { model, filter } = query;
    const changed = castUpdate(model, stamped(query));
    if (!Array.isArray(changed) && Object.keys(changed).length === 0) {
      return await RUNS.findOne(query);
    }
    return await findAndModify(query, 'findOneAndUpdate', query.options.upsert ? withInsertDefaults(model, filter, changed) : changed);
  },
  findOneAndReplace: (query) => findAndModify(query, 'findOneAndReplace', replacementOf(query)),
  findOneAndDelete: (query) => findAndModify(query, 'findOneAndDelete'),
};

/** @param {import('./query.js').Query} query */
export async function runQuery(query) {
  return await RUNS[query.op](query);
}

/** @param {import('./query.js').Query} query */
export function openCursor(query) {
  const { model } = query;
  const source = model.collection.find(castFilter(model, query.filter), driverOptions(query.options));
  return new ModelCursor(source, hydratorOf(query), () => model.writer.settle());
}

async function update(query, method) {
  const { model, filter, options } = query;
  const changed = castUpdate(model, query.update);
  if (!Array.isArray(changed) && Object.keys(changed).length === 0) {
    return { ...NOTHING_WRITTEN };
  }
  const sent = options.upsert ? withInsertDefaults(model, filter, changed) : changed;
  return await model.collection[method](castFilter(model, filter), sent, driverOptions(options));
}

/** The plugin of dAvePi's models touches `findOneAndUpdate`, and no other update. */
function stamped({ model, update: given }) {
  if (!model.hasTimestamps || Array.isArray(given)) {
    return given;
  }
  const now = new Date();
  return { ...given, updatedAt: now, $setOnInsert: { ...given?.$setOnInsert, createdAt: now } };
}

function replacementOf({ model, update: given }) {
  const { _id, ...fields } = new model(given).toObject();
  const versioned = { ...fields, __v: fields.__v ?? 0 };
  return given?._id === undefined ? versioned : { _id, ...versioned };
}

async function findAndModify(query, method, change) {
  const { model, options } = query;
  const given = driverOptions(options);
  if (options.new === true || options.returnOriginal === false) {
    given.returnDocument = 'after';
  }
  const wantsMetadata = options.includeResultMetadata === true || options.rawResult === true;
  const filter = castFilter(model, query.filter);
  const parts = change === undefined ? [filter] : [filter, change];
  const result = await model.collection[method](...parts, { ...given, includeResultMetadata: true });
  const value = result.value === null || result.value === undefined ? null : hydratorOf(query)(result.value);
  return wantsMetadata ? { ...result, value } : value;
}

/** Makes a document, or leaves a plain object where the query is lean. */
function hydratorOf({ model, isLean, options }) {
  if (isLean) {
    return (fields) => fields;
  }
  const reading = { isSelected: selectionOf(options.projection), session: options.session ?? null };
  return (fields) => model.hydrated(fields, reading);
}

/** Whether a projection lets a field through. */
function selectionOf(projection) {
  const names = Object.keys(projection ?? {}).filter((name) => name !== '_id' && !name.includes('.'));
  if (names.length === 0) {
    return undefined;
  }
  const includes = names.some((name) => projection[name] === 1 || projection[name] === true);
  return (name) => (name === '_id' ? projection._id !== 0 : names.includes(name) === includes);
}
