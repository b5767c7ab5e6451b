/**
 * Makes a built-in model: a class of documents that also finds and writes them. It is what scripts get in place of a mongoose model where
 * mongoose isn't installed.
 */
import { castFilter, castUpdate, withInsertDefaults } from './cast_query.js';
import { Aggregate } from './aggregate.js';
import { Document } from './document.js';
import { ValidationError } from './errors.js';
import { Query } from './query.js';

/** The statics of all models. */
export class Model extends Document {
  static find(filter, projection, options) {
    return new Query(this, 'find', { filter, options: { ...options, projection } });
  }

  static findOne(filter, projection, options) {
    return new Query(this, 'findOne', { filter, options: { ...options, projection } });
  }

  static findById(id, projection, options) {
    return this.findOne({ _id: id ?? null }, projection, options);
  }

  static findOneAndUpdate(filter, update, options) {
    return new Query(this, 'findOneAndUpdate', { filter, update, options });
  }

  static findByIdAndUpdate(id, update, options) {
    return this.findOneAndUpdate({ _id: idOf(id) }, update, options);
  }

  static findOneAndReplace(filter, update, options) {
    return new Query(this, 'findOneAndReplace', { filter, update, options });
  }

  static findOneAndDelete(filter, options) {
    return new Query(this, 'findOneAndDelete', { filter, options });
  }

  static findByIdAndDelete(id, options) {
    return this.findOneAndDelete({ _id: idOf(id) }, options);
  }

  static where(path, value) {
    return new Query(this, 'find').where(path, value);
  }

  static updateOne(filter, update, options) {
    return new Query(this, 'updateOne', { filter, update, options });
  }

  static updateMany(filter, update, options) {
    return new Query(this, 'updateMany', { filter, update, options });
  }

  static replaceOne(filter, update, options) {
    return new Query(this, 'replaceOne', { filter, update, options });
  }

  static deleteOne(filter, options) {
    return new Query(this, 'deleteOne', { filter, options });
  }

  static deleteMany(filter, options) {
    return new Query(this, 'deleteMany', { filter, options });
  }

  static countDocuments(filter, options) {
    return new Query(this, 'countDocuments', { filter, options });
  }

  static estimatedDocumentCount(options) {
    return new Query(this, 'estimatedDocumentCount', { options });
  }

  static distinct(key, filter, options) {
    return new Query(this, 'distinct', { key, filter, options });
  }

  static exists(filter, options) {
    return new Query(this, 'exists', { filter, options });
  }

  static aggregate(pipeline, options) {
    return new Aggregate(this, pipeline, options);
  }

  static watch(pipeline, options) {
    return this.collection.watch(pipeline, options);
  }

  static startSession(options) {
    return this.collection.db.client.startSession(options);
  }

  /** Saves one document, several given one after the other, or an array of them with options. */
  static async create(given, ...rest) {
    if (Array.isArray(given)) {
      const documents = [];
      for (const fields of given) {
        documents.push(await newDocument(this, fields).save(rest[0]));
      }
      return documents;
    }
    const isOptions = rest.length === 1 && isSaveOptions(rest[0]);
    if (rest.length === 0 || isOptions) {
      return given === undefined || given === null ? null : await newDocument(this, given).save(rest[0]);
    }
    return await this.create([given, ...rest]);
  }

  /** Inserts all documents by as few commands as possible; timestamps are not set, as with mongoose and dAvePi's plugin. */
  static async insertMany(given, { lean, rawResult, limit: _, ...options } = {}) {
    const documents = (Array.isArray(given) ? given : [given]).map((fields) => newDocument(this, fields));
    const valid = [];
    for (const document of documents) {
      try {
        await Document.validated(document);
        valid.push(document);
      } catch (error) {
        if (options.ordered !== false || !(error instanceof ValidationError)) {
          throw error;
        }
      }
    }
    const fields = valid.map((document) => forInsert(document));
    if (fields.length === 0) {
      return rawResult ? { acknowledged: true, insertedCount: 0, insertedIds: {} } : [];
    }
    const result = await this.collection.insertMany(fields, options);
    if (rawResult) {
      return result;
    }
    return lean ? fields : fields.map((each) => this.hydrated(each));
  }

  /** Several writes by as few commands as possible; filters and updates are cast, new documents checked. */
  static async bulkWrite(operations, options) {
    const cast = [];
    for (const operation of operations) {
      cast.push(await castOperation(this, operation));
    }
    if (cast.length === 0) {
      return emptyBulkResult();
    }
    return await this.collection.bulkWrite(cast, options);
  }

  /** Saves many documents by one command. */
  static async bulkSave(documents, options) {
    const session = options?.session;
    for (const document of documents) {
      await document.save(session === undefined ? undefined : { session });
    }
  }

  /** A document of fields that are known to be stored so. */
  static hydrate(fields) {
    return this.hydrated({ ...fields });
  }

  /** Indexes are the application's business, so there is nothing to prepare. */
  static async init() {
    return this;
  }
}

function idOf(id) {
  return id instanceof Document ? id._id : id;
}

function newDocument(model, fields) {
  return fields instanceof model ? fields : new model(fields);
}

function isSaveOptions(value) {
  return value === undefined || value === null || ('session' in value && Object.keys(value).length === 1);
}

function forInsert(document) {
  const fields = document.toObject();
  if (fields.__v === undefined) {
    fields.__v = 0;
  }
  return fields;
}

async function castOperation(model, operation) {
  const [kind] = Object.keys(operation);
  const { timestamps: _, setDefaultsOnInsert: __, ...given } = operation[kind] ?? {};
  switch (kind) {
    case 'insertOne': {
      const document = newDocument(model, given.document);
      await Document.validated(document);
      return { insertOne: { document: forInsert(document) } };
    }
    case 'updateOne':
    case 'updateMany': {
      const changed = castUpdate(model, given.update);
      const update = given.upsert ? withInsertDefaults(model, given.filter, changed) : changed;
      return { [kind]: { ...given, filter: castFilter(model, given.filter), update } };
    }
    case 'replaceOne': {
      const { _id, ...fields } = forInsert(newDocument(model, given.replacement));
      return { replaceOne: { ...given, filter: castFilter(model, given.filter), replacement: fields } };
    }
    default:
      return { [kind]: { ...given, filter: castFilter(model, given.filter) } };
  }
}

function emptyBulkResult() {
  return {
    acknowledged: true,
    insertedCount: 0,
    matchedCount: 0,
    modifiedCount: 0,
    deletedCount: 0,
    upsertedCount: 0,
    upsertedIds: {},
    insertedIds: {},
  };
}

/**
 * @param {object} parts
 * @param {string} parts.name
 * @param {object} parts.collection the driver's
 * @param {object} parts.writer sends updates of documents, see direct_writer.js
 * @param {import('./schema.js').Schema} [parts.schema] without it, any fields go
 * @returns {typeof Model}
 */
export function makeModel({ name, collection, writer, schema }) {
  const Made = { [name]: class extends Model {} }[name];
  const facts = { modelName: name, collection, writer, schema, db: collection.db, hasTimestamps: schema !== undefined };
  for (const [key, value] of Object.entries(facts)) {
    Object.defineProperty(Made, key, { value, enumerable: false });
  }
  if (schema !== undefined) {
    Document.defineFields(Made);
  }
  return Made;
}
