/** Sessions and transactions. */

const withSession = (run) => async (context) => {
  await context.db.createCollection('c');
  const session = context.client.startSession();
  try {
    return await run({ ...context, session });
  } finally {
    await session.endSession();
  }
};
const state = (session) => ({ state: session.transaction.state, in: session.inTransaction(), ended: session.hasEnded });

export const sessionCases = {
  'properties': withSession(async ({ session, client, mongodb }) => {
    await Promise.resolve();
    return {
      id: session.id?.id?.sub_type,
      ended: session.hasEnded,
      in: session.inTransaction(),
      explicit: session.explicit,
      equal: session.equals(session),
      other: session.equals(5),
      operationTime: session.operationTime,
      supports: session.supports,
      isSession: session instanceof mongodb.ClientSession,
      client: session.client === client,
    };
  }),
  'operations in a session': withSession(async ({ session, c }) => {
    await c.insertOne({ _id: 1 }, { session });
    const hasTime = session.operationTime?._bsontype;
    const found = await c.find({}, { session }).toArray();
    return { hasTime, found, cluster: Object.keys(session.clusterTime) };
  }),
  'without causal consistency': async ({ client, c }) => {
    const session = client.startSession({ causalConsistency: false });
    await c.insertOne({ _id: 1 }, { session });
    await c.findOne({}, { session });
    await session.endSession();
    return [session.operationTime, session.supports];
  },
  'use after the end': withSession(async ({ session, c, attempt }) => {
    await session.endSession();
    return [
      await attempt(() => c.insertOne({ _id: 1 }, { session })),
      await attempt(() => c.findOne({}, { session })),
      await attempt(() => c.bulkWrite([{ insertOne: { document: {} } }], { session })),
      session.hasEnded,
      await session.endSession(),
    ];
  }),
  'ended event': async ({ client }) => {
    const session = client.startSession();
    let ended = 0;
    session.on('ended', () => ended++);
    await session.endSession();
    await session.endSession();
    return ended;
  },
  'commit': withSession(async ({ session, c }) => {
    session.startTransaction();
    const states = [state(session)];
    await c.insertOne({ _id: 1 }, { session });
    states.push(state(session));
    const result = await session.commitTransaction();
    states.push(state(session));
    return { states, result };
  }),
  'abort': withSession(async ({ session, c }) => {
    session.startTransaction();
    await c.insertOne({ _id: 1 }, { session });
    const result = await session.abortTransaction();
    return { result, state: state(session) };
  }),
  'empty commit and abort send nothing': withSession(async ({ session }) => {
    session.startTransaction();
    await session.commitTransaction();
    const committed = state(session);
    session.startTransaction();
    await session.abortTransaction();
    return [committed, state(session)];
  }),
  'isolation': withSession(async ({ session, c }) => {
    session.startTransaction();
    await c.insertOne({ _id: 1 }, { session });
    const outside = await c.countDocuments();
    const inside = await c.countDocuments({}, { session });
    await session.commitTransaction();
    return [outside, inside, await c.countDocuments()];
  }),
  'all kinds of operations': withSession(async ({ session, c, db }) => {
    await c.insertMany(Array.from({ length: 5 }, (_, _id) => ({ _id, n: _id })));
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    await c.updateOne({ _id: 1 }, { $set: { n: 9 } }, { session });
    const found = await c.find({}, { session, batchSize: 2 }).toArray();
    const one = await c.findOne({ _id: 1 }, { session });
    const sum = await c.aggregate([{ $group: { _id: null, n: { $sum: '$n' } } }], { session }).toArray();
    const distinct = await c.distinct('n', {}, { session });
    await c.bulkWrite([{ insertOne: { document: { _id: 20 } } }, { deleteOne: { filter: { _id: 2 } } }], { session });
    await c.findOneAndUpdate({ _id: 3 }, { $inc: { n: 1 } }, { session });
    await c.insertMany([{ _id: 30 }], { session });
    await c.deleteMany({ _id: 4 }, { session });
    const count = await db.command({ find: 'c', filter: {} }, { session });
    await session.commitTransaction();
    return { found, one, sum, distinct, count: count.cursor.firstBatch.length };
  }),
  'concerns are not inherited in a transaction': withSession(async ({ session, db }) => {
    const c = db.collection('c', { readConcern: { level: 'majority' }, writeConcern: { w: 1 } });
    session.startTransaction();
    await c.insertOne({ _id: 1 }, { session });
    await c.find({}, { session }).toArray();
    await session.commitTransaction();
  }),
  'own write concern in a transaction': withSession(async ({ session, c, attempt }) => {
    session.startTransaction();
    const outcomes = [
      await attempt(() => c.insertOne({ _id: 1 }, { session, writeConcern: { w: 1 } })),
      await attempt(() => c.findOneAndUpdate({ _id: 1 }, { $set: { a: 1 } }, { session, writeConcern: { w: 1 } })),
    ];
    await session.abortTransaction();
    return outcomes;
  }),
  'read preference in a transaction': withSession(async ({ session, c, db, attempt }) => {
    session.startTransaction();
    const outcomes = [
      await attempt(() => c.findOne({}, { session, readPreference: 'secondary' })),
      await attempt(() => db.command({ ping: 1 }, { session, readPreference: 'secondary' })),
    ];
    await session.abortTransaction();
    session.startTransaction({ readPreference: 'secondary' });
    outcomes.push(await attempt(() => c.findOne({}, { session })));
    await session.abortTransaction();
    return outcomes;
  }),
  'misuse': withSession(async ({ session, c, attempt }) => {
    const outcomes = [
      await attempt(() => session.commitTransaction()),
      await attempt(() => session.abortTransaction()),
    ];
    session.startTransaction();
    outcomes.push(await attempt(() => session.startTransaction()));
    await c.insertOne({ _id: 1 }, { session });
    await session.abortTransaction();
    outcomes.push(await attempt(() => session.abortTransaction()), await attempt(() => session.commitTransaction()));
    session.startTransaction();
    await c.insertOne({ _id: 2 }, { session });
    await session.commitTransaction();
    outcomes.push(await attempt(() => session.abortTransaction()), await attempt(() => session.commitTransaction()));
    outcomes.push(await attempt(() => session.toBSON()));
    outcomes.push(await attempt(() => session.startTransaction({ writeConcern: { w: 0 } })));
    return outcomes;
  }),
  'error inside a transaction': withSession(async ({ session, c, attempt }) => {
    await c.insertOne({ _id: 1 });
    session.startTransaction();
    const first = await attempt(() => c.insertOne({ _id: 1 }, { session }));
    const labels = first.error.errorLabels;
    const second = await attempt(() => c.insertOne({ _id: 2 }, { session }));
    const commit = await attempt(() => session.commitTransaction());
    return { first, labels, second: [second.error?.name, second.error?.code, second.error?.errorLabels], commit: [commit.error?.name, commit.error?.code] };
  }),
  'write conflict': async ({ client, db, c, attempt }) => {
    await db.createCollection('c');
    await c.insertOne({ _id: 1 });
    const [one, two] = [client.startSession(), client.startSession()];
    one.startTransaction();
    two.startTransaction();
    await c.updateOne({ _id: 1 }, { $set: { by: 'one' } }, { session: one });
    const { error } = await attempt(() => c.updateOne({ _id: 1 }, { $set: { by: 'two' } }, { session: two }));
    await one.commitTransaction();
    await two.abortTransaction();
    await one.endSession();
    await two.endSession();
    return [error.code, error.codeName, error.errorLabels, error.hasErrorLabel('TransientTransactionError')];
  },
  'withTransaction': withSession(async ({ session, c }) => {
    const result = await session.withTransaction(async (given) => {
      await c.insertOne({ _id: 1 }, { session: given });
      return { same: given === session };
    });
    return { result, state: state(session) };
  }),
  'withTransaction without a promise': withSession(({ session, attempt }) => attempt(() => session.withTransaction(() => 5))),
  'withTransaction throwing': withSession(async ({ session, c, attempt }) => {
    const outcome = await attempt(() =>
      session.withTransaction(async () => {
        await c.insertOne({ _id: 1 }, { session });
        throw new Error('mine');
      }),
    );
    return { outcome, state: state(session) };
  }),
  'withTransaction retried': withSession(async ({ session, c, mongodb }) => {
    let attempts = 0;
    await session.withTransaction(async () => {
      attempts++;
      await c.insertOne({ _id: attempts }, { session });
      if (attempts < 3) {
        const error = new mongodb.MongoError('again');
        error.addErrorLabel('TransientTransactionError');
        throw error;
      }
    });
    return attempts;
  }),
  'withTransaction aborted inside': withSession(async ({ session, c }) => {
    const result = await session.withTransaction(async () => {
      await c.insertOne({ _id: 1 }, { session });
      await session.abortTransaction();
      return 'aborted';
    });
    return { result, state: state(session) };
  }),
  'withTransaction committed inside': withSession(async ({ session, c }) => {
    await session.withTransaction(async () => {
      await c.insertOne({ _id: 1 }, { session });
      await session.commitTransaction();
    });
    return state(session);
  }),
  'withTransaction without operations': withSession(async ({ session }) => {
    const result = await session.withTransaction(async () => 'nothing');
    return { result, state: state(session) };
  }),
  'withTransaction whose operations forget the session': withSession(async ({ session, c }) => {
    await session.withTransaction(async () => {
      await c.insertOne({ _id: 1 });
    });
    return state(session);
  }),
  'withTransaction with a duplicate key': withSession(async ({ session, c, attempt }) => {
    await c.insertOne({ _id: 1 });
    return await attempt(() => session.withTransaction(async () => void (await c.insertOne({ _id: 1 }, { session }))));
  }),
  'default transaction options': async ({ client, db, c }) => {
    await db.createCollection('c');
    const session = client.startSession({
      defaultTransactionOptions: { readConcern: { level: 'majority' }, writeConcern: { w: 1 }, maxCommitTimeMS: 3000 },
    });
    await session.withTransaction(async () => void (await c.insertOne({ _id: 1 }, { session })));
    session.startTransaction({ readConcern: { level: 'local' } });
    await c.insertOne({ _id: 2 }, { session });
    await session.commitTransaction();
    await session.endSession();
    return session.defaultTransactionOptions;
  },
  'commit twice': withSession(async ({ session, c }) => {
    session.startTransaction({ writeConcern: { w: 1 } });
    await c.insertOne({ _id: 1 }, { session });
    await session.commitTransaction();
    await session.commitTransaction();
    return state(session);
  }),
  'ending aborts': async ({ client, db, c }) => {
    await db.createCollection('c');
    const session = client.startSession();
    session.startTransaction();
    await c.insertOne({ _id: 1 }, { session });
    await session.endSession();
    return state(session);
  },
  'operation after commit': withSession(async ({ session, c }) => {
    session.startTransaction();
    await c.insertOne({ _id: 1 }, { session });
    await session.commitTransaction();
    await c.insertOne({ _id: 2 }, { session });
    return state(session);
  }),
  'snapshot session': async ({ client, db, c, attempt }) => {
    await db.createCollection('c');
    await c.insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } });
    const session = client.startSession({ snapshot: true });
    const first = await c.countDocuments({}, { session });
    await c.insertOne({ _id: 2 }, { writeConcern: { w: 'majority' } });
    const second = await c.countDocuments({}, { session });
    const found = await c.find({}, { session }).toArray();
    const distinct = await c.distinct('_id', {}, { session });
    const refused = [
      await attempt(() => session.startTransaction()),
      await attempt(() => c.insertOne({ _id: 3 }, { session })),
      await attempt(() => client.startSession({ snapshot: true, causalConsistency: true })),
    ];
    await session.endSession();
    return { first, second, found, distinct, refused };
  },
  'client.withSession': async ({ client, c, attempt }) => {
    let seen;
    const result = await client.withSession(async (session) => {
      seen = session;
      await c.insertOne({ _id: 1 }, { session });
      return 'done';
    });
    const options = await client.withSession({ causalConsistency: false }, async (session) => session.supports);
    return { result, ended: seen.hasEnded, options, refused: await attempt(() => client.withSession()) };
  },
  'advancing times': withSession(async ({ session, mongodb, attempt }) => {
    const { Timestamp, Binary, Long } = mongodb;
    const outcomes = [
      await attempt(() => session.advanceClusterTime()),
      await attempt(() => session.advanceClusterTime({})),
      await attempt(() => session.advanceClusterTime({ clusterTime: new Timestamp({ t: 1, i: 1 }) })),
    ];
    session.advanceClusterTime({
      clusterTime: new Timestamp({ t: 1, i: 1 }),
      signature: { hash: new Binary(new Uint8Array(20)), keyId: Long.fromNumber(0) },
    });
    session.advanceOperationTime(new Timestamp({ t: 5, i: 1 }));
    session.advanceOperationTime(new Timestamp({ t: 3, i: 1 }));
    return { outcomes, time: session.operationTime.t, cluster: session.clusterTime.clusterTime.t };
  }),
  'session of another client': async ({ mongodb, client, c, attempt }) => {
    const another = new mongodb.MongoClient(client.s.url);
    const session = another.startSession();
    const outcome = await attempt(() => c.insertOne({ _id: 1 }, { session }));
    await session.endSession();
    await another.close();
    return outcome;
  },
  'bulk builder in a transaction': withSession(async ({ session, c }) => {
    session.startTransaction();
    const builder = c.initializeOrderedBulkOp({ session });
    builder.insert({ _id: 1 });
    builder.find({ _id: 1 }).updateOne({ $set: { a: 1 } });
    await builder.execute();
    await session.abortTransaction();
  }),
  'createCollection and createIndex in a transaction': withSession(async ({ session, db }) => {
    session.startTransaction();
    await db.createCollection('other', { session });
    await db.collection('other').createIndex({ a: 1 }, { session });
    await session.commitTransaction();
    return (await db.collection('other').indexes()).map((each) => each.name);
  }),
};
