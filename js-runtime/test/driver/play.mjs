/**
 * Plays all differential cases with the driver that `require('mongodb')` gives here, npm's under Node or ours inside the host, and
 * writes what was seen as JSON: `play.mjs URI FOLDER TARGET`, where FOLDER holds the node_modules to resolve from.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { allCases } from './cases/index.mjs';
import { runCase } from './run_case.mjs';

const [uri, folder, target] = process.argv.slice(2);
const mongodb = createRequire(join(folder, 'index.js'))('mongodb');
const client = await mongodb.MongoClient.connect(uri, { monitorCommands: true });
const seen = {};
for (const testCase of allCases) {
  seen[testCase.name] = await runCase(testCase, mongodb, client, 'mmk_play');
}
await client.close();
writeFileSync(target, JSON.stringify(seen));
process.exit(0);
