/** mongoose's models of the scripts' schema files, made by the code that makes them inside the host. */
import { asModels, Registry } from '../../src/models/registry.js';
import { modelOf } from '../../src/models/mongoose_models.js';
import { DEFINITIONS } from './scripts.mjs';

export function mongooseModelsFor(mongoose) {
  const registry = new Registry();
  for (const definition of DEFINITIONS) {
    registry.add(definition.name, modelOf(mongoose, definition));
  }
  const Thing = mongoose.model('Thing', new mongoose.Schema({}, { strict: false }));
  registry.add('Thing', Thing);
  return () => asModels(registry, () => undefined);
}
