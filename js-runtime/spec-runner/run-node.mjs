/**
 * Plays specification files under Node: with an installed npm `mongodb`, which proves the runner, or with the facade over a bridge
 * written for Node, which needs no host.
 * Usage: node run-node.mjs DIR... --uri URI --driver PATH|facade [--filter TEXT] [--judge-deviations] [--verbose]
 */

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { loadDriver } from './node_driver.mjs';
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

const { driver, unobserved } = await loadDriver(values.driver, values.uri);
const summary = await runSpecs({
  driver,
  files: jsonFiles(positionals),
  uri: values.uri,
  filter: values.filter,
  unobserved,
  deviations: values['judge-deviations'] ? 'judge' : 'skip',
  log: line => {
    if (values.verbose || line.startsWith('FAIL')) console.log(line);
  }
});
for (const line of summaryLines(summary)) console.log(line);
process.exit(summary.failed === 0 ? 0 : 1);
