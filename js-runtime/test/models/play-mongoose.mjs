/** `node play-mongoose.mjs URI DATABASE MONGOOSE OUTPUT`: the scripts with a real mongoose under Node. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { modelOf } from '../../src/models/mongoose_models.js';
import { play } from './play.mjs';
import { DEFINITIONS } from './scripts.mjs';

const [uri, database, folder, output] = process.argv.slice(2);
const mongoose = createRequire(import.meta.url)(folder);
await mongoose.connect(uri, { dbName: database, autoIndex: false, autoCreate: false });
const models = Object.fromEntries(DEFINITIONS.map((definition) => [definition.name, modelOf(mongoose, definition)]));
models.Thing = mongoose.model('Thing', new mongoose.Schema({}, { strict: false }));
const raw = mongoose.connection.db;
const SYSTEM = new Set(['system.profile', 'system.indexes']);
const collectionName = (word) => (SYSTEM.has(word) ? word : mongoose.pluralize()(word));
const outcomes = {};
for (const kind of ['strict', 'open']) {
  outcomes[kind] = await play({ raw, kind, models, collectionName });
}
await raw.dropDatabase();
await mongoose.disconnect();
writeFileSync(output, JSON.stringify(outcomes));
