/** Models without mongoose: one for each schema file, or for any name where there are no schema files. */
import { makeModel } from './model.js';
import { collectionNameOf } from './pluralize.js';
import { asModels, Registry } from './registry.js';
import { aliasesOf } from './schema_files.js';
import { Schema, storedFields } from './schema.js';

/**
 * @param {object} parts
 * @param {object} parts.db the facade's Db
 * @param {object} parts.writer
 * @param {import('./schema_files.js').Definition[]} parts.definitions
 */
export function builtInModels({ db, writer, definitions }) {
  const registry = new Registry();
  for (const definition of definitions) {
    const { name } = definition;
    const collectionName = collectionNameOf(name);
    const schema = new Schema(storedFields(definition));
    const model = makeModel({ name, collection: db.collection(collectionName), writer, schema });
    registry.add(name, model, [collectionName, ...aliasesOf(definition)]);
  }
  if (!registry.isEmpty) {
    return asModels(registry, () => undefined);
  }
  return asModels(registry, anyModel(db, writer));
}

/** A model for any name, and the same one for all names of a collection. */
function anyModel(db, writer) {
  const models = new Map();
  return (name) => {
    const collectionName = collectionNameOf(name.slice(name.lastIndexOf('/') + 1));
    if (!models.has(collectionName)) {
      models.set(collectionName, makeModel({ name, collection: db.collection(collectionName), writer }));
    }
    return models.get(collectionName);
  };
}
