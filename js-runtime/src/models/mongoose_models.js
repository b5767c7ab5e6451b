/**
 * Models where mongoose is installed: the project's own mongoose, connected by the run's connection, with the models that its modules
 * register and one for each schema file. Indexes and collections are not made by connecting: a migration does what it says, and no more.
 */
import { asModels, Registry } from './registry.js';
import { aliasesOf } from './schema_files.js';
import { storedFields } from './schema.js';

const DISCONNECTED = 0;

/**
 * Connects every connection of mongoose's that nobody has opened.
 * @param {object} mongoose the project's
 * @param {object} client a view of the run's client, see client_view.js
 */
export function connectMongoose(mongoose, client) {
  for (const connection of mongoose.connections) {
    if (connection.readyState === DISCONNECTED && !connection.client) {
      connection.config.autoIndex = false;
      connection.config.autoCreate = false;
      connection.setClient(client);
      yieldToOwnConnect(connection);
    }
  }
}

/** A script that calls `mongoose.connect(uri)` itself gets what it asks for. */
function yieldToOwnConnect(connection) {
  Object.defineProperty(connection, 'openUri', {
    configurable: true,
    writable: true,
    value(...given) {
      delete connection.openUri;
      connection.readyState = DISCONNECTED;
      delete connection.config.autoIndex;
      delete connection.config.autoCreate;
      return connection.openUri(...given);
    },
  });
}

/** Makes and registers the model of a schema file. */
export function modelOf(mongoose, definition) {
  const schema = schemaOf(mongoose, definition);
  const { name } = definition;
  // Of several versions the last one has the name, as in dAvePi.
  if (mongoose.models[name] !== undefined) {
    mongoose.deleteModel(name);
  }
  return mongoose.model(name, schema);
}

function schemaOf(mongoose, definition) {
  const fields = {};
  for (const field of storedFields(definition)) {
    fields[field.name] = field.type === 'File' ? fileField(mongoose) : field;
  }
  if (fields.deletedAt !== undefined && definition.softDelete !== false) {
    fields.deletedAt = { ...fields.deletedAt, index: true };
  }
  const schema = new mongoose.Schema(fields);
  addTimestamps(schema);
  addIndexes(schema, definition);
  return schema;
}

function fileField(mongoose) {
  const parts = { key: String, bucket: String, size: Number, contentType: String, originalName: String, uploadedAt: Date };
  return { type: new mongoose.Schema(parts, { _id: false }), default: null };
}

/** What the plugin of dAvePi's models does. */
function addTimestamps(schema) {
  schema.pre('save', function () {
    if (!this.createdAt) {
      this.createdAt = this.updatedAt = new Date();
    } else if (this.isModified()) {
      this.updatedAt = new Date();
    }
  });
  schema.pre('findOneAndUpdate', function () {
    const update = this.getUpdate() ?? {};
    if (!Array.isArray(update)) {
      const now = new Date();
      this.setUpdate({ ...update, updatedAt: now, $setOnInsert: { ...update.$setOnInsert, createdAt: now } });
    }
  });
}

/** Nothing makes these by itself; they are here so that a script's `syncIndexes()` drops none of them. */
function addIndexes(schema, { path, fields, compositeIndex }) {
  schema.index({ createdAt: 1 });
  schema.index({ updatedAt: 1 });
  for (const index of [compositeIndex ?? []].flat()) {
    const isLong = typeof index.fields === 'object';
    schema.index(isLong ? index.fields : index, { unique: isLong ? index.unique !== false : true });
  }
  const searchable = fields.filter((field) => field.searchable);
  if (searchable.length > 0) {
    const weights = Object.fromEntries(searchable.map(({ name, searchWeight }) => [name, searchWeight || 1]));
    schema.index(Object.fromEntries(searchable.map(({ name }) => [name, 'text'])), { name: `${path}_text`, weights });
  }
}

function isModel(value) {
  return typeof value === 'function' && typeof value.modelName === 'string' && value.collection !== undefined;
}

/** Models among what a module exports. */
function exportedModels(exported) {
  const values = isModel(exported) ? [exported] : Object.values(exported ?? {}).flatMap((value) => (isModel(value) ? [value] : Object.values(value ?? {})));
  return values.filter(isModel);
}

/**
 * @param {object} parts
 * @param {object} parts.mongoose
 * @param {object} parts.client a view of the run's client
 * @param {import('./schema_files.js').Definition[]} parts.definitions
 * @param {unknown[]} parts.modules what the modules that the configuration names export
 * @param {(name: string) => object} parts.otherwise a model for a name, where neither schema files nor modules name any
 */
export function mongooseModels({ mongoose, client, definitions, modules, otherwise }) {
  const registry = new Registry();
  const add = (model, aliases = []) => registry.add(model.modelName, model, [model.collection.collectionName, ...aliases]);
  // The model of an older version stays usable only when it was made on an open connection.
  connectMongoose(mongoose, client);
  modules.flatMap(exportedModels).forEach((model) => add(model));
  for (const definition of definitions) {
    add(modelOf(mongoose, definition), aliasesOf(definition));
  }
  return asModels(registry, (name) => {
    // Models that scripts register while they run, or that files they require have registered.
    for (const model of mongoose.connections.flatMap((connection) => Object.values(connection.models))) {
      if (registry.find(model.modelName) === undefined) {
        add(model);
      }
    }
    return registry.find(name) ?? (registry.isEmpty ? otherwise(name) : undefined);
  });
}
