/**
 * Prints what a driver answers to the probes, one JSON line each; compare the lines of an installed npm `mongodb` and of the facade.
 * Usage: node run-probe.mjs --uri URI --driver PATH|facade [--major N] [--only TEXT]
 */

import { parseArgs } from 'node:util';

import { loadDriver } from '../node_driver.mjs';
import { probe } from './probe.mjs';

const { values } = parseArgs({
  options: { driver: { type: 'string' }, uri: { type: 'string' }, major: { type: 'string' }, only: { type: 'string' } }
});
const { driver, version } = await loadDriver(values.driver, values.uri, values.major && Number(values.major));
const clientOptions = version.startsWith('3.') ? { useUnifiedTopology: true, useNewUrlParser: true } : {};
const outcomes = await probe(driver, values.uri, { only: values.only, clientOptions });
for (const [name, outcome] of Object.entries(outcomes)) console.log(`${name}: ${JSON.stringify(outcome)}`);
process.exit(0);
