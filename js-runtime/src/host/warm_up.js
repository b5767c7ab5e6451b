/**
 * Runs once, while the startup snapshot is made, through what nearly every migration calls, so that V8 stores these functions
 * compiled and no isolate compiles them again. Nothing here reaches a server, and nothing of it is left in the snapshot but compiled
 * code and modules that have been evaluated.
 */
import { setBridge, useNativeBridge } from '../bridge.js';
import { Long, ObjectId, serialize } from '../bson/index.js';
import { createRunClient, useAmbientSession } from '../driver/run_client.js';
import { Module, createRequire, startModules } from '../modules/index.js';
import { builtin } from '../node/registry.js';
import { carryContext } from './context.js';
import { describeFailure } from './failure.js';
import { callMigration, functionFor, migrationOf, verdictOn } from './migration.js';

/** Modules that loading any file needs; none of them asks for anything of the process when it is evaluated. */
const MODULES = ['events', 'fs', 'path', 'process', 'timers', 'url', 'util'];

const FACTS = { hosts: ['localhost:27017'], defaultDb: 'warm', setName: 'set', retryReads: true, retryWrites: true };

/** One of each type that documents usually hold. */
const DOCUMENT = {
  _id: new ObjectId('0123456789abcdef01234567'),
  text: 'a text',
  accents: 'déjà vu',
  number: 1,
  fraction: 1.5,
  large: 5_000_000_000,
  yes: true,
  nothing: null,
  at: new Date(0),
  list: [1, 'two', { three: 3 }],
  inner: { text: 'inner', number: 2 },
};

/** @param {object} reply */
const answer = (reply) => serialize({ ...reply, ok: 1 });

function firstBatch() {
  return { id: Long.fromNumber(7), ns: 'warm.up', firstBatch: [DOCUMENT, { ...DOCUMENT, _id: 2, n: 1 }] };
}

/** What a server would say to the commands below. */
function answering() {
  return {
    command: async () => answer({ n: 1, nModified: 1, cursor: firstBatch() }),
    openCursor: async () => answer({ cursor: firstBatch() }),
    nextBatch: async () => answer({ cursor: { id: Long.ZERO, ns: 'warm.up', nextBatch: [DOCUMENT] } }),
    closeCursor: async () => undefined,
    startSession: () => 1,
    sessionId: () => serialize({ id: 1 }),
    endSession: async () => undefined,
    advanceClusterTime: () => undefined,
    nextTransactionNumber: () => 1n,
    clusterTime: () => null,
    clientInfo: () => JSON.stringify(FACTS),
  };
}

/** The calls that the collected migrations make most. */
const migration = {
  useTransaction: false,
  async up(db) {
    const collection = db.collection('up');
    await collection.insertOne({ ...DOCUMENT });
    await collection.insertMany([{ ...DOCUMENT }, { ...DOCUMENT, _id: 2 }]);
    await collection.updateOne({ _id: 1 }, { $set: { text: 'other' } }, { upsert: true });
    await collection.updateMany({ text: { $exists: false } }, [{ $set: { text: '$accents' } }]);
    await collection.deleteMany({ number: { $lt: 0 } });
    await collection.deleteOne({ _id: 1 });
    await collection.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $unset: { text: '' } } } }], { ordered: false });
    await collection.findOne({ _id: 1 }, { projection: { text: 1 } });
    await collection.find({}).sort({ _id: 1 }).limit(10).toArray();
    for await (const document of collection.find({})) {
      await collection.replaceOne({ _id: document._id }, document);
    }
    await collection.aggregate([{ $match: {} }]).toArray();
    await collection.countDocuments({});
    await collection.createIndex({ text: 1 }, { unique: true });
  },
  async down() {},
};

/** Where the file system is asked for, while there is none to ask. */
const FILE = '/warm/up.js';

/** A module system that finds one file, whatever is asked for. */
function finding() {
  return {
    core: {},
    ops: {
      op_mmk_modules_compile: () => [(exports, require, module) => Object.assign(module.exports, migration)],
      op_mmk_modules_connect: () => undefined,
      op_mmk_modules_resolve: () => FILE,
      op_mmk_modules_read: () => ({ format: 'commonjs', code: '' }),
    },
    settings: {},
  };
}

function warmLoading() {
  startModules(finding());
  createRequire(FILE)('./up.js');
  delete Module._cache[FILE];
}

/** Settles without waiting for anything but promises; rejects when a part of it no longer works. */
export async function warmUp() {
  for (const name of MODULES) {
    builtin(name);
  }
  warmLoading();
  setBridge(answering());
  try {
    const client = createRunClient();
    verdictOn(migrationOf(migration));
    const db = carryContext({ db: client.db('warm'), client, models: {} });
    await callMigration(migration, functionFor(migration, 'up'), db, client);
    const session = client.startSession();
    session.startTransaction({ writeConcern: { w: 'majority' } });
    await useAmbientSession(client.db('warm'), session).collection('up').insertOne({ ...DOCUMENT });
    await session.commitTransaction();
    await session.endSession();
    describeFailure(new Error('none'), 'thrown');
  } finally {
    useNativeBridge();
  }
}
