/**
 * Plays specification files through the facade inside the host:
 * `mmk-js run --allow-read js-runtime/spec-runner/run-host.mjs URI DIR... [--filter TEXT] [--verbose]`.
 */
import * as driver from 'mongodb';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { runSpecs, summaryLines } from './run_specs.js';

/** Kinds of events that the facade can't report: connections and monitoring are native. */
const UNOBSERVED = ['cmap', 'sdam'];

/** Tests of what the native client can't do, by file and description, with the reason. */
const NOT_NATIVE = [
  {
    file: 'transactions/unified/error-labels-blockConnection.json',
    test: /^add RetryableWriteError and UnknownTransactionCommitResult labels to connection errors$/,
    reason: 'the native client has no socket timeout (`socketTimeoutMS`)',
  },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { filter: { type: 'string' }, verbose: { type: 'boolean', default: false } },
});
const [uri, ...directories] = positionals;

async function* jsonFiles() {
  for (const directory of directories) {
    const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.json')).sort();
    for (const name of names) {
      yield { path: join(directory, name), json: await readFile(join(directory, name), 'utf8') };
    }
  }
}

const summary = await runSpecs({
  driver: driver.default ?? driver,
  files: jsonFiles(),
  uri,
  filter: values.filter,
  excluded: NOT_NATIVE,
  unobserved: UNOBSERVED,
  deviations: 'skip',
  log: (line) => {
    if (values.verbose || line.startsWith('FAIL')) console.log(line);
  },
});
for (const line of summaryLines(summary)) console.log(line);
process.exit(summary.failed === 0 ? 0 : 1);
