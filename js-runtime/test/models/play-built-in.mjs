/** `play-built-in.mjs URI DATABASE OUTPUT [MONGODB]`: the scripts with built-in models, on npm `mongodb` under Node or on ours inside the host. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { builtInModels } from '../../src/models/built_in.js';
import { directWriter } from '../../src/models/direct_writer.js';
import { DEFINITIONS, play } from './play.mjs';

const [uri, database, output, driver] = process.argv.slice(2);
const { MongoClient } = createRequire(import.meta.url)(driver ?? 'mongodb');
const client = await MongoClient.connect(uri);
const db = client.db(database);
const sets = { strict: DEFINITIONS, open: [] };
const outcomes = await play({
  raw: db,
  modelsOf: (kind) => builtInModels({ db, writer: directWriter, definitions: sets[kind] }),
});
await client.close();
writeFileSync(output, JSON.stringify(outcomes, null, 1));
