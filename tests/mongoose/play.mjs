/**
 * Plays all cases with the mongoose of a folder, under Node or inside the host, and writes what was seen as JSON:
 * `play.mjs URI FOLDER TARGET [TEXT]`, where FOLDER holds the node_modules and TEXT selects cases by name.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { allCases } from './cases/index.mjs';
import { runCase } from './run_case.mjs';

const [uri, folder, target, text = ''] = process.argv.slice(2);
const require = createRequire(join(folder, 'index.js'));
const base = require('mongoose');
const client = await base.mongo.MongoClient.connect(uri);
const database = `mmk_mongoose_${process.pid}`;
const seen = {};
for (const [name, run] of allCases) {
  if (!name.includes(text)) continue;
  const start = Date.now();
  seen[name] = await runCase({ name, run, base, client, uri, require, database });
  if (process.env.SHOW_TIMES) console.log(`${Date.now() - start} ms  ${name}`);
}
await client.db(database).dropDatabase();
await client.close();
writeFileSync(target, JSON.stringify(seen, null, 1));
process.exit(0);
