/** What the facade asks of the native side: when, how often, with which flags; and what it makes of failures there. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { setBridge } from '../../src/bridge.js';
import * as mongodb from '../../src/driver/index.js';
import { createRunClient } from '../../src/driver/run_client.js';
import { bridgeError, cursorReply, FakeBridge } from './fake_bridge.mjs';

const READ = 1;
const WRITE = 2;
const NUMBERED = 4;

let bridge;
let client;
let users;

beforeEach(() => {
  bridge = new FakeBridge();
  setBridge(bridge);
  client = createRunClient();
  users = client.db('shop').collection('users');
});

const flagsOf = async (call) => {
  await call().catch(() => {});
  return bridge.calls.at(-1).flags;
};

test('an operation is sent when it is called, not when it is awaited', () => {
  void users.insertOne({ a: 1 });
  assert.equal(bridge.commands.length, 1);
});

test('a cursor sends nothing until its first document is asked for', async () => {
  const cursor = users.aggregate([{ $merge: 'other' }]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(bridge.calls.length, 0);
  bridge.replies.push(cursorReply([]));
  await cursor.toArray();
  assert.equal(bridge.calls.length, 1);
});

test('single writes may be retried, writes of many documents may not', async () => {
  assert.equal(await flagsOf(() => users.insertOne({})), WRITE);
  assert.equal(await flagsOf(() => users.updateOne({}, { $set: { a: 1 } })), WRITE);
  assert.equal(await flagsOf(() => users.replaceOne({}, {})), WRITE);
  assert.equal(await flagsOf(() => users.deleteOne({})), WRITE);
  assert.equal(await flagsOf(() => users.findOneAndDelete({})), WRITE);
  assert.equal(await flagsOf(() => users.insertMany([{}, {}])), WRITE);
  assert.equal(await flagsOf(() => users.updateMany({}, { $set: { a: 1 } })), 0);
  assert.equal(await flagsOf(() => users.deleteMany({})), 0);
  assert.equal(await flagsOf(() => users.bulkWrite([{ deleteMany: { filter: {} } }])), 0);
  assert.equal(await flagsOf(() => users.insertOne({}, { writeConcern: { w: 0 } })), 0);
  assert.equal(await flagsOf(() => users.createIndex({ a: 1 })), 0);
});

test('reads may be retried, pipelines that write and raw commands may not', async () => {
  assert.equal(await flagsOf(() => users.find().toArray()), READ);
  assert.equal(await flagsOf(() => users.findOne()), READ);
  assert.equal(await flagsOf(() => users.countDocuments()), READ);
  assert.equal(await flagsOf(() => users.distinct('a')), READ);
  assert.equal(await flagsOf(() => users.indexes()), READ);
  assert.equal(await flagsOf(() => users.aggregate([{ $out: 'x' }]).toArray()), 0);
  assert.equal(await flagsOf(() => users.db.command({ ping: 1 })), 0);
});

test('nothing is retried when the client says so', async () => {
  bridge.info = { ...bridge.info, retryReads: false, retryWrites: false };
  users = createRunClient().db('shop').collection('users');
  assert.equal(await flagsOf(() => users.insertOne({})), 0);
  assert.equal(await flagsOf(() => users.findOne()), 0);
});

test('the read preference goes with reads only', async () => {
  const nearest = client.db('shop', { readPreference: { mode: 'nearest', tags: [{ dc: 'a' }] } }).collection('users');
  await nearest.findOne().catch(() => {});
  assert.deepEqual(JSON.parse(bridge.calls.at(-1).readPreference), { mode: 'nearest', tags: [{ dc: 'a' }] });
  await nearest.insertOne({}).catch(() => {});
  assert.equal(bridge.calls.at(-1).readPreference, '');
  await users.findOne().catch(() => {});
  assert.equal(bridge.calls.at(-1).readPreference, '');
});

test('batches come from the native cursor, which is closed when it is abandoned', async () => {
  bridge.replies.push(cursorReply([{ a: 1 }], 99), cursorReply([{ a: 2 }], 99, 'nextBatch'));
  const seen = [];
  for await (const document of users.find({}, { batchSize: 1, comment: 'c' })) {
    seen.push(document.a);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(bridge.calls.map((call) => call.name), ['openCursor', 'nextBatch', 'closeCursor']);
  assert.deepEqual(bridge.calls[0].options, { batchSize: 1, comment: 'c' });
  assert.equal(new Set(bridge.calls.map((call) => call.cursor)).size, 1);
});

test('two cursors have two handles', async () => {
  bridge.replies.push(cursorReply([]), cursorReply([]));
  await users.find().toArray();
  await users.find().toArray();
  assert.notEqual(bridge.calls[0].cursor, bridge.calls[1].cursor);
});

test('a transaction numbers its commands once and starts once', async () => {
  const session = client.startSession();
  session.startTransaction();
  await users.insertOne({}, { session });
  await users.insertOne({}, { session });
  await session.commitTransaction();
  const fields = bridge.commands.map(({ txnNumber, autocommit, startTransaction }) => ({ txnNumber, autocommit, startTransaction }));
  assert.deepEqual(fields, [
    { txnNumber: 1, autocommit: false, startTransaction: true },
    { txnNumber: 1, autocommit: false, startTransaction: undefined },
    { txnNumber: 1, autocommit: false, startTransaction: undefined },
  ]);
  assert.ok(bridge.calls.every((call) => call.flags === NUMBERED && call.session === 101));
  await session.endSession();
  assert.equal(bridge.calls.at(-1).name, 'endSession');
});

test('in a transaction cursors are commands that carry its fields', async () => {
  const session = client.startSession();
  session.startTransaction();
  bridge.replies.push(cursorReply([{ a: 1 }], 5), cursorReply([{ a: 2 }], 5, 'nextBatch'));
  const cursor = users.find({}, { session });
  await cursor.next();
  await cursor.next();
  await cursor.close();
  assert.deepEqual(bridge.calls.map((call) => call.name), ['command', 'command', 'command']);
  const [, getMore, kill] = bridge.commands;
  assert.deepEqual([getMore.getMore, getMore.collection, getMore.txnNumber], [5, 'users', 1]);
  assert.deepEqual([kill.killCursors, kill.cursors, kill.autocommit], ['users', [5], false]);
});

test('a transaction that sent nothing commits and aborts without a word', async () => {
  const session = client.startSession();
  await session.withTransaction(async () => {});
  session.startTransaction();
  await session.abortTransaction();
  assert.equal(bridge.calls.length, 0);
});

test('commit is tried again with majority, and an unknown result is labelled', async () => {
  const session = client.startSession();
  session.startTransaction();
  await users.insertOne({}, { session });
  bridge.replies.push(bridgeError('network', 'gone'), bridgeError('network', 'gone again'));
  const error = await session.commitTransaction().catch((thrown) => thrown);
  assert.ok(error instanceof mongodb.MongoNetworkError);
  assert.ok(error.hasErrorLabel('UnknownTransactionCommitResult'));
  assert.deepEqual(bridge.commands.at(-1).writeConcern, { w: 'majority', wtimeout: 10000 });
});

test('withTransaction starts over after a transient error', async () => {
  const session = client.startSession();
  bridge.replies.push({ ok: 0, code: 112, codeName: 'WriteConflict', errmsg: 'conflict', errorLabels: ['TransientTransactionError'] });
  let attempts = 0;
  await session.withTransaction(async () => {
    attempts++;
    await users.insertOne({}, { session });
  });
  assert.equal(attempts, 2);
  assert.deepEqual(bridge.commands.map((command) => Object.keys(command)[0]), ['insert', 'abortTransaction', 'insert', 'commitTransaction']);
});

const failures = [
  ['network', 'MongoNetworkError', ['RetryableWriteError']],
  ['networkTimeout', 'MongoNetworkTimeoutError', ['RetryableWriteError']],
  ['poolCleared', 'MongoNetworkError', ['PoolRequestedRetry', 'RetryableWriteError']],
  ['serverSelection', 'MongoServerSelectionError', []],
  ['authentication', 'MongoServerError', []],
  ['invalidArgument', 'MongoInvalidArgumentError', []],
  ['closed', 'MongoClientClosedError', []],
  ['internal', 'MongoRuntimeError', []],
];
for (const [kind, name, labels] of failures) {
  test(`a failure of kind ${kind} becomes a ${name}`, async () => {
    bridge.replies.push(bridgeError(kind, 'why'));
    const error = await users.findOne().catch((thrown) => thrown);
    assert.equal(error.name, name);
    assert.ok(error instanceof mongodb.MongoError);
    assert.deepEqual(error.errorLabels, labels);
  });
}

test('an authentication failure has its code', async () => {
  bridge.replies.push(bridgeError('authentication', 'Authentication failed.'));
  const error = await users.findOne().catch((thrown) => thrown);
  assert.deepEqual([error.code, error.codeName, error.message], [18, 'AuthenticationFailed', 'Authentication failed.']);
});

test('the fence passes through everything untouched', async () => {
  const fence = bridgeError('fence', 'the run is being stopped');
  for (const call of [
    () => users.findOne(),
    () => users.insertMany([{}]),
    () => users.dropIndexes(),
    () => users.drop(),
    () => users.find().toArray(),
  ]) {
    bridge.replies.push(fence);
    assert.equal(await call().catch((thrown) => thrown), fence);
  }
});

test('a network failure in a transaction is transient', async () => {
  const session = client.startSession();
  session.startTransaction();
  bridge.replies.push(bridgeError('network', 'gone'));
  const error = await users.insertOne({}, { session }).catch((thrown) => thrown);
  assert.deepEqual(error.errorLabels, ['TransientTransactionError']);
});

test('a second client opens its connection with its first operation and closes it', async () => {
  const second = new mongodb.MongoClient('mongodb://me:p%40ss@h1,h2:5/db?replicaSet=rs&w=majority&timeoutMS=5', { appName: 'x' });
  assert.equal(bridge.calls.length, 0);
  await Promise.all([second.db().collection('c').insertOne({}), second.db().collection('c').insertOne({})]);
  const opened = bridge.calls.filter((call) => call.name === 'connectClient');
  assert.equal(opened.length, 1);
  assert.equal(
    opened[0].uri,
    'mongodb://me:p%40ss@h1:27017,h2:5/db?appName=x&connectTimeoutMS=30000&heartbeatFrequencyMS=10000&localThresholdMS=15&maxConnecting=2&maxPoolSize=100&minPoolSize=0&replicaSet=rs&retryReads=true&retryWrites=true&serverSelectionTimeoutMS=30000&authSource=db',
  );
  assert.deepEqual(bridge.calls.at(-1).command.writeConcern, { w: 'majority' });
  await second.close();
  assert.deepEqual(bridge.calls.at(-1), { name: 'closeClient', client: 7 });
});

test("closing the run's own client leaves the connection open", async () => {
  await client.close();
  assert.equal(bridge.calls.length, 0);
  const error = await users.findOne().catch((thrown) => thrown);
  assert.equal(error.name, 'MongoNotConnectedError');
});

test('an error says where the script called the driver', async () => {
  async function myMigrationStep() {
    await users.insertOne({});
  }
  bridge.replies.push({ ok: 0, code: 1, errmsg: 'no' });
  const error = await myMigrationStep().catch((thrown) => thrown);
  assert.match(error.stack, /myMigrationStep/);
  bridge.replies.push({ ok: 0, code: 1, errmsg: 'no' });
  async function myLoop() {
    for await (const document of users.find()) void document;
  }
  assert.match((await myLoop().catch((thrown) => thrown)).stack, /myLoop/);
  bridge.replies.push({ ok: 1, n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'dup' }] });
  async function myBulk() {
    await users.insertMany([{}]);
  }
  assert.match((await myBulk().catch((thrown) => thrown)).stack, /myBulk/);
});

test('a signal that is aborted rejects with its reason', async () => {
  const controller = new AbortController();
  bridge.replies.push(new Promise(() => {}));
  const running = users.findOne({}, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await assert.rejects(running, /enough/);
  await assert.rejects(users.findOne({}, { signal: controller.signal }), /enough/);
});
