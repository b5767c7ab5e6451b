/**
 * GridFS and change streams with npm `mongodb` and with the facade on the same server. Needs `MMK_TEST_URI` (a replica set with
 * test commands enabled) and `MMK_NODE_MODULES` (a folder with mongodb 7.8); skipped without.
 */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { setBridge } from '../../src/bridge.js';
import * as facade from '../../src/driver/index.js';
import { nodeBridge } from '../../spec-runner/node_bridge.mjs';
import { changeStreamCases, runChangeStreamCase } from './change_stream_cases.mjs';
import { gridfsCases, runGridfsCase } from './gridfs_cases.mjs';

const { MMK_TEST_URI: uri, MMK_NODE_MODULES: nodeModules } = process.env;
const skip = uri && nodeModules ? false : 'set MMK_TEST_URI and MMK_NODE_MODULES to compare with npm mongodb';

let official;
let officialClient;
let facadeClient;

before(async () => {
  if (skip) return;
  official = createRequire(join(nodeModules, 'index.js'))('mongodb');
  officialClient = await official.MongoClient.connect(uri, { monitorCommands: true });
  setBridge(nodeBridge(uri));
  facadeClient = await facade.MongoClient.connect(uri, { monitorCommands: true });
});

after(async () => {
  if (skip) return;
  await officialClient.close();
  await facadeClient.close();
  setTimeout(() => process.exit(), 500).unref();
});

for (const name of Object.keys(gridfsCases)) {
  test(`gridfs: ${name}`, { skip }, async () => {
    const expected = await runGridfsCase(name, official, officialClient.db('streams_official'));
    assert.deepEqual(await runGridfsCase(name, facade, facadeClient.db('streams_facade')), expected);
  });
}

for (const name of Object.keys(changeStreamCases)) {
  test(`change stream: ${name}`, { skip }, async () => {
    const expected = await runChangeStreamCase(name, official, officialClient, 'streams_official');
    assert.deepEqual(await runChangeStreamCase(name, facade, facadeClient, 'streams_facade'), expected);
  });
}
