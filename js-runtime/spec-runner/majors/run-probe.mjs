/** Usage: node run-probe.mjs --driver PATH --uri URI [--only TEXT]: prints the outcomes of one installed npm `mongodb` as JSON lines. */

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { probe } from './probe.mjs';

const { values } = parseArgs({ options: { driver: { type: 'string' }, uri: { type: 'string' }, only: { type: 'string' } } });
const driver = createRequire(resolve('package.json'))(resolve(values.driver));
const isOld = createRequire(resolve('package.json'))(resolve(values.driver, 'package.json')).version.startsWith('3.');
const clientOptions = isOld ? { useUnifiedTopology: true, useNewUrlParser: true } : {};
const outcomes = await probe(driver, values.uri, { only: values.only, clientOptions });
for (const [name, outcome] of Object.entries(outcomes)) console.log(`${name}: ${JSON.stringify(outcome)}`);
process.exit(0);
