/**
 * The same calls with npm `mongodb` and with the facade, on the same server: values, errors, data and commands must be
 * alike. Needs `MMK_TEST_URI` (a replica set) and `MMK_NODE_MODULES` (a folder with mongodb 7.8); skipped without.
 */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { setBridge } from '../../src/bridge.js';
import * as facade from '../../src/driver/index.js';
import { createRunClient } from '../../src/driver/run_client.js';
import { allCases } from './cases/index.mjs';
import { KNOWN_DIFFERENCES } from './known_differences.mjs';
import { nodeBridge } from './node_bridge.mjs';
import { runCase } from './run_case.mjs';

const { MMK_TEST_URI: uri, MMK_NODE_MODULES: nodeModules, MMK_CASE: only } = process.env;
const skip = uri && nodeModules ? false : 'set MMK_TEST_URI and MMK_NODE_MODULES to compare with npm mongodb';

let official;
let officialClient;
let facadeClient;

before(async () => {
  if (skip) return;
  official = createRequire(join(nodeModules, 'index.js'))('mongodb');
  officialClient = await official.MongoClient.connect(uri, { monitorCommands: true });
  setBridge(nodeBridge(uri));
  facadeClient = createRunClient({ monitorCommands: true });
  facadeClient.s.url = uri;
  await facadeClient.db('admin').command({ ping: 1 });
});

after(async () => {
  if (skip) return;
  await officialClient.close();
  await facadeClient.close();
  setTimeout(() => process.exit(), 500).unref();
});

if (skip) test('comparison with npm mongodb', { skip }, () => {});

for (const testCase of skip ? [] : allCases) {
  if (only && !testCase.name.includes(only)) continue;
  test(testCase.name, async () => {
    const expected = await runCase(testCase, official, officialClient, 'mmk_official');
    const actual = await runCase(testCase, facade, facadeClient, 'mmk_facade');
    const adjust = KNOWN_DIFFERENCES[testCase.name] ?? ((lines) => lines);
    assert.deepEqual(adjust(actual), adjust(expected));
  });
}
