/** Calls that nobody awaited are counted, named and can be waited for. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { setBridge } from '../../src/bridge.js';
import { describePending, drain, pendingCount } from '../../src/driver/pending.js';
import { createRunClient } from '../../src/driver/run_client.js';
import { bridgeError, cursorReply, FakeBridge } from './fake_bridge.mjs';

let bridge;
let users;

beforeEach(() => {
  bridge = new FakeBridge();
  setBridge(bridge);
  users = createRunClient().db('shop').collection('users');
});

test('awaited calls leave nothing behind', async () => {
  await users.insertOne({});
  await users.insertMany([{}, {}]);
  bridge.replies.push(cursorReply([]));
  await users.find().toArray();
  assert.equal(pendingCount(), 0);
});

test('calls under way are named, alike ones together', async () => {
  void users.insertOne({});
  void users.updateOne({}, { $set: { a: 1 } });
  void users.updateOne({}, { $set: { a: 1 } });
  assert.equal(pendingCount(), 3);
  assert.deepEqual(describePending(), ['shop.users.insertOne()', 'shop.users.updateOne() (2 times)']);
  await drain();
  assert.equal(pendingCount(), 0);
});

test('drain also waits for what finished calls lead to', async () => {
  let steps = 0;
  const work = async () => {
    await users.insertOne({});
    steps++;
    await Promise.resolve();
    await users.insertOne({});
    steps++;
  };
  void work();
  await drain();
  assert.equal(steps, 2);
});

test('failed calls are finished as well', async () => {
  bridge.replies.push(bridgeError('network', 'gone'));
  users.insertOne({}).catch(() => {});
  await drain();
  assert.equal(pendingCount(), 0);
});

test('drain without calls resolves at once', async () => {
  await drain();
});
