/**
 * Plays specification files under Node with an npm `mongodb`: proves the runner against the official driver.
 * Usage: node run-node.mjs DIR... --uri URI --driver PATH [--filter TEXT] [--judge-deviations] [--verbose]
 */

import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { runSpecs, summaryLines } from './run_specs.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    uri: { type: 'string', default: 'mongodb://127.0.0.1:27017/?replicaSet=rs0' },
    driver: { type: 'string', default: 'mongodb' },
    filter: { type: 'string' },
    'judge-deviations': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false }
  }
});

async function* jsonFiles(directories) {
  for (const directory of directories) {
    const names = (await readdir(directory, { recursive: true })).filter(name => name.endsWith('.json')).sort();
    for (const name of names) yield { path: join(directory, name), json: await readFile(join(directory, name), 'utf8') };
  }
}

const requireFromHere = createRequire(resolve('package.json'));
const driver = requireFromHere(/^[./]/.test(values.driver) ? resolve(values.driver) : values.driver);
const summary = await runSpecs({
  driver,
  files: jsonFiles(positionals),
  uri: values.uri,
  filter: values.filter,
  deviations: values['judge-deviations'] ? 'judge' : 'skip',
  log: line => {
    if (values.verbose || line.startsWith('FAIL')) console.log(line);
  }
});
for (const line of summaryLines(summary)) console.log(line);
process.exit(summary.failed === 0 ? 0 : 1);
