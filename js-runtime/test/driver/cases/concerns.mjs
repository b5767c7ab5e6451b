/** Read concern, write concern and read preference: who inherits what from whom, and what goes over the wire. */

const wc = { w: 'majority', wtimeoutMS: 5000, journal: true };

export const concernCases = {
  'write concern of the call': ({ c }) => c.insertOne({ _id: 1 }, { writeConcern: wc }),
  'write concern of the collection': async ({ db }) => {
    const c = db.collection('c', { writeConcern: wc });
    await c.insertMany([{ _id: 1 }]);
    await c.updateOne({ _id: 1 }, { $set: { a: 1 } });
    await c.findOneAndUpdate({ _id: 1 }, { $set: { a: 2 } });
    await c.createIndex({ a: 1 });
    await c.dropIndex('a_1');
    await c.deleteMany({});
    await c.distinct('a');
    await c.find().toArray();
    await c.countDocuments();
    await c.drop();
    return c.writeConcern;
  },
  'write concern of the database': async ({ client, databaseName }) => {
    const db = client.db(databaseName, { writeConcern: { w: 1 } });
    await db.createCollection('c');
    await db.collection('c').insertOne({ _id: 1 });
    await db.collection('c').bulkWrite([{ deleteOne: { filter: {} } }]);
    await db.createIndex('c', { a: 1 });
    await db.collection('c').rename('other');
    await db.dropCollection('other');
    await db.command({ ping: 1 });
    return db.writeConcern;
  },
  'call over collection over database': async ({ client, databaseName }) => {
    const c = client.db(databaseName, { writeConcern: { w: 1 } }).collection('c', { writeConcern: { w: 'majority' } });
    await c.insertOne({ _id: 1 });
    await c.insertOne({ _id: 2 }, { writeConcern: { w: 1, j: true } });
    return c.writeConcern;
  },
  'old names of write concern fields': ({ c }) => c.insertOne({ _id: 1 }, { writeConcern: { w: '1', wtimeout: 100, fsync: true } }),
  'top-level w is not a write concern': ({ c }) => c.insertOne({ _id: 1 }, { w: 1, j: true }),
  'write concern that can not be met': async ({ c, attempt }) => [
    await attempt(() => c.insertOne({ _id: 1 }, { writeConcern: { w: 5, wtimeout: 100 } })),
    await attempt(() => c.updateOne({ _id: 1 }, { $set: { a: 1 } }, { writeConcern: { w: 5, wtimeout: 100 } })),
    await attempt(() => c.findOneAndUpdate({ _id: 1 }, { $set: { a: 1 } }, { writeConcern: { w: 5, wtimeout: 100 } })),
    await attempt(() => c.insertMany([{ _id: 2 }, { _id: 3 }], { writeConcern: { w: 5, wtimeout: 100 } })),
    await attempt(() => c.bulkWrite([{ insertOne: { document: { _id: 4 } } }, { deleteOne: { filter: { _id: 1 } } }], { ordered: false, writeConcern: { w: 5, wtimeout: 100 } })),
    await attempt(() => c.insertMany([{ _id: 2 }], { writeConcern: { w: 5, wtimeout: 100 } })),
  ],
  'unknown write concern mode': ({ c }) => c.insertOne({ _id: 1 }, { writeConcern: { w: 'nope' } }),
  'unacknowledged': async ({ c }) => {
    const options = { writeConcern: { w: 0 } };
    const results = [
      await c.insertOne({ _id: 1 }, options),
      await c.updateOne({ _id: 1 }, { $set: { a: 1 } }, options),
      await c.updateMany({}, { $set: { b: 1 } }, options),
      await c.replaceOne({ _id: 1 }, { c: 1 }, options),
      await c.deleteOne({ _id: 5 }, options),
      await c.deleteMany({ _id: 5 }, options),
      await c.insertOne({ _id: 1 }, options),
    ];
    await c.findOne();
    return results;
  },
  'unacknowledged in a session': async ({ c, client, attempt }) => {
    const session = client.startSession();
    const outcome = await attempt(() => c.insertOne({ _id: 1 }, { session, writeConcern: { w: 0 } }));
    await session.endSession();
    return outcome;
  },
  'read concern of the collection': async ({ db }) => {
    const c = db.collection('c', { readConcern: { level: 'majority' } });
    await c.find().toArray();
    await c.findOne();
    await c.aggregate([]).toArray();
    await c.countDocuments();
    await c.estimatedDocumentCount();
    await c.count();
    await c.distinct('a');
    await c.insertOne({ _id: 1 });
    await c.updateOne({ _id: 1 }, { $set: { a: 1 } });
    await c.indexes();
    return c.readConcern;
  },
  'read concern as text': ({ c }) => c.find({}, { readConcern: 'available' }).toArray(),
  'withReadConcern': ({ c }) => c.find({}, { readConcern: 'available' }).withReadConcern({ level: 'local' }).toArray(),
  'unknown read concern': ({ c }) => c.find({}, { readConcern: { level: 'nope' } }).toArray(),
  'read preference': async ({ client, databaseName, attempt }) => {
    const db = client.db(databaseName, { readPreference: 'secondaryPreferred' });
    const c = db.collection('c');
    return [
      db.readPreference,
      c.readPreference,
      db.collection('c', { readPreference: { mode: 'nearest', tags: [{ dc: 'ny' }] } }).readPreference,
      await attempt(() => c.find({}, { readPreference: 'nope' })),
      await attempt(() => c.find({}).withReadPreference('primary').toArray()),
    ];
  },
  'the classes': ({ mongodb, attempt }) => {
    const { ReadConcern, ReadPreference, WriteConcern } = mongodb;
    const tried = (...args) => attempt(() => new ReadPreference(...args));
    return Promise.all([
      new ReadConcern('majority'),
      new ReadConcern('own'),
      new ReadConcern('majority').toJSON(),
      ReadConcern.MAJORITY,
      new WriteConcern(1, 100, true),
      new WriteConcern('majority'),
      new WriteConcern('2', undefined, undefined, true),
      WriteConcern.apply({ a: 1 }, new WriteConcern(1, 5, true)),
      WriteConcern.fromOptions({ writeConcern: { w: 2 } }),
      WriteConcern.fromOptions({}) ?? 'none',
      WriteConcern.fromOptions(3),
      ReadPreference.primary,
      ReadPreference.fromString('nearest'),
      ReadPreference.isValid('nope'),
      ReadPreference.secondary.toJSON(),
      new ReadPreference('secondary', [{ a: 'b' }], { maxStalenessSeconds: 120, hedge: { enabled: true } }).toJSON(),
      ReadPreference.nearest.equals(new ReadPreference('nearest')),
      ReadPreference.fromOptions({ readPreference: 'secondary', readPreferenceTags: [{ x: '1' }] }),
      ReadPreference.fromOptions({ readPreference: { preference: 'nearest' } }),
      ReadPreference.fromOptions({}) ?? 'none',
      ReadPreference.translate({ readPreference: 'nearest' }),
      attempt(() => ReadPreference.translate({ readPreference: 5 })),
      tried('nope'),
      tried('primary', [{ a: 1 }]),
      tried('primary', undefined, { maxStalenessSeconds: 90 }),
      tried('primary', undefined, { hedge: {} }),
      tried('secondary', undefined, { maxStalenessSeconds: -1 }),
      tried('secondary', 'text'),
    ]);
  },
};
