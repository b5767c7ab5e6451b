/** Handles with an ambient session: what joins it, and how a call stays out. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { setBridge } from '../../src/bridge.js';
import { MongoClient } from '../../src/driver/index.js';
import { createRunClient, useAmbientSession } from '../../src/driver/run_client.js';
import { cursorReply, FakeBridge } from './fake_bridge.mjs';

let bridge;
let client;
let session;
let db;

beforeEach(() => {
  bridge = new FakeBridge();
  setBridge(bridge);
  client = createRunClient();
  session = client.startSession();
  session.startTransaction();
  db = useAmbientSession(client.db('shop'), session);
});

const joins = async (call, reply) => {
  if (reply) bridge.replies.push(reply);
  await call();
  const { command, session: handle } = bridge.calls.at(-1);
  return handle === 101 && command.autocommit === false;
};

test('every kind of call joins', async () => {
  const users = db.collection('users');
  assert.ok(await joins(() => users.insertOne({})));
  assert.ok(await joins(() => users.insertOne({}, { comment: 'x' })));
  assert.ok(await joins(() => users.insertMany([{}])));
  assert.ok(await joins(() => users.updateMany({}, { $set: { a: 1 } })));
  assert.ok(await joins(() => users.bulkWrite([{ deleteOne: { filter: {} } }], { ordered: false })));
  assert.ok(await joins(() => users.initializeOrderedBulkOp().insert({}).execute()));
  assert.ok(await joins(() => users.find().toArray(), cursorReply([])));
  assert.ok(await joins(() => users.findOne({}), cursorReply([])));
  assert.ok(await joins(() => users.countDocuments(), cursorReply([])));
  assert.ok(await joins(() => users.aggregate([]).toArray(), cursorReply([])));
  assert.ok(await joins(() => users.findOneAndDelete({})));
  assert.ok(await joins(() => users.distinct('a')));
  assert.ok(await joins(() => db.command({ ping: 1 })));
  assert.ok(await joins(() => db.createCollection('x')));
  assert.ok(await joins(() => db.admin().ping()));
});

test('what is made from the handle joins too', async () => {
  const [users] = await (bridge.replies.push(cursorReply([{ name: 'users' }])), db.collections());
  assert.ok(await joins(() => users.insertOne({})));
  assert.ok(await joins(() => db.client.db('other').collection('c').insertOne({})));
  assert.ok(await joins(async () => (await users.rename('people')).insertOne({})));
  assert.ok(await joins(() => users.find().clone().toArray(), cursorReply([])));
  assert.ok(db.client instanceof MongoClient);
});

test('a call with its own session, or null, stays out', async () => {
  const users = db.collection('users');
  assert.ok(!(await joins(() => users.insertOne({}, { session: null }))));
  assert.equal(bridge.calls.at(-1).session, 0);
  const own = db.client.startSession();
  assert.ok(!(await joins(() => users.insertOne({}, { session: own }))));
  assert.equal(bridge.calls.at(-1).session, 102);
  assert.ok(!(await joins(() => users.find({}, { session: null }).toArray(), cursorReply([]))));
  assert.equal(bridge.calls.at(-1).name, 'openCursor');
});

test('the original handles stay out', async () => {
  assert.ok(!(await joins(() => client.db('shop').collection('users').insertOne({}))));
});

test('concerns of handles are not sent in the transaction', async () => {
  await db.collection('users', { writeConcern: { w: 1 }, readConcern: { level: 'majority' } }).insertOne({});
  assert.equal(bridge.commands.at(-1).writeConcern, undefined);
});

test('the session of createCollection is not the session of the collection', async () => {
  const plain = client.db('shop');
  const own = client.startSession();
  const created = await plain.createCollection('x', { session: own });
  await created.insertOne({});
  assert.equal(bridge.calls.at(-1).session, 0);
});
