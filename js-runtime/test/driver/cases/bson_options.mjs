/** BSON options of client, database, collection and call, and BSON values through the server. */

const values = ({ Long, Decimal128, Binary, ObjectId, Timestamp, BSONRegExp, Code, MinKey, MaxKey, Int32, Double, BSONSymbol, DBRef, UUID }) => ({
  _id: 1,
  long: Long.fromNumber(5),
  big: Long.fromString('9007199254740993'),
  decimal: Decimal128.fromString('1.50'),
  binary: new Binary(new Uint8Array([1, 2, 3])),
  uuid: new UUID('0123456789abcdef0123456789abcdef'),
  id: new ObjectId('0123456789abcdef01234567'),
  timestamp: new Timestamp({ t: 5, i: 6 }),
  regexp: /a.b/i,
  bsonRegexp: new BSONRegExp('x', 'ix'),
  code: new Code('function() { return 1; }'),
  scoped: new Code('x', { x: 1 }),
  min: new MinKey(),
  max: new MaxKey(),
  int: new Int32(3),
  double: new Double(3),
  symbol: new BSONSymbol('s'),
  ref: new DBRef('c', new ObjectId('0123456789abcdef01234567')),
  date: new Date(1600000000000),
  none: null,
  list: [1, 'two', null, [3]],
  deep: { a: { b: { c: [] } } },
  text: 'äöü € 𝄞',
  bigint: 7n,
  minusZero: -0,
  huge: 2 ** 53,
  fraction: 0.1,
});
const stored = (run) => async (context) => {
  await context.c.insertOne(values(context.mongodb));
  return await run(context);
};

export const bsonCases = {
  'all types': stored(({ c }) => c.findOne()),
  'promoteLongs': stored(({ c }) => c.findOne({}, { promoteLongs: false })),
  'promoteValues': stored(({ c }) => c.findOne({}, { promoteValues: false })),
  'promoteBuffers': stored(({ c }) => c.findOne({}, { promoteBuffers: true, projection: { binary: 1 } })),
  'useBigInt64': stored(({ c }) => c.findOne({}, { useBigInt64: true, projection: { long: 1, big: 1, bigint: 1 } })),
  'useBigInt64 and promoteLongs': stored(({ c, attempt }) => attempt(() => c.findOne({}, { useBigInt64: true, promoteLongs: false }))),
  'bsonRegExp': stored(({ c }) => c.findOne({}, { bsonRegExp: true, projection: { regexp: 1, bsonRegexp: 1 } })),
  'raw': stored(async ({ c, mongodb }) => mongodb.BSON.deserialize(await c.findOne({}, { raw: true, projection: { text: 1 } }))),
  'raw toArray': stored(async ({ c }) => (await c.find({}, { raw: true }).toArray()).map((bytes) => bytes.length)),
  'options of the collection': stored(({ db }) => db.collection('c', { promoteLongs: false }).findOne({}, { projection: { long: 1 } })),
  'options of the database': stored(({ client, databaseName }) =>
    client.db(databaseName, { promoteValues: false }).collection('c').find({}, { projection: { long: 1, int: 1 } }).toArray(),
  ),
  'call over collection': stored(({ db }) =>
    db.collection('c', { promoteLongs: false }).findOne({}, { projection: { long: 1 }, promoteLongs: true }),
  ),
  'undefined becomes null': async ({ c }) => {
    await c.insertOne({ _id: 1, u: undefined, list: [undefined], deep: { u: undefined } });
    return await c.findOne();
  },
  'ignoreUndefined': async ({ c }) => {
    await c.insertOne({ _id: 1, u: undefined, list: [undefined], deep: { u: undefined } }, { ignoreUndefined: true });
    return await c.findOne();
  },
  'ignoreUndefined of the collection in bulk': async ({ db }) => {
    const c = db.collection('c', { ignoreUndefined: true });
    await c.insertMany([{ _id: 1, u: undefined }]);
    await c.updateOne({ _id: 1 }, { $set: { v: 1, w: undefined } });
    return await c.findOne();
  },
  'ignoreUndefined in filters': async ({ db, c }) => {
    await c.insertMany([{ _id: 1, a: null }, { _id: 2, a: 1 }]);
    return [
      await c.find({ a: undefined }).toArray(),
      await db.collection('c', { ignoreUndefined: true }).find({ a: undefined }).toArray(),
    ];
  },
  'serializeFunctions': async ({ c }) => {
    await c.insertOne({ _id: 1, f: (a) => a });
    await c.insertOne({ _id: 2, f: (a) => a }, { serializeFunctions: true });
    return await c.find().toArray();
  },
  'checkKeys': ({ c, attempt }) => attempt(() => c.insertOne({ _id: 1, 'a.b': 1 }, { checkKeys: true })),
  'Map as document': async ({ c }) => {
    await c.insertOne({ _id: 1, m: new Map([['b', 1], ['a', 2]]) });
    return await c.findOne();
  },
  'toBSON': async ({ c }) => {
    await c.insertOne({ _id: 1, v: { toBSON: () => ({ seen: true }) } });
    return await c.findOne();
  },
  'circular': ({ c, attempt }) => {
    const document = { _id: 1 };
    document.self = document;
    return attempt(() => c.insertOne(document));
  },
  'symbol key and prototype': async ({ c }) => {
    await c.insertOne(Object.assign(Object.create({ inherited: 1 }), { _id: 1, own: 1 }));
    return await c.findOne();
  },
  'zero in key': ({ c, attempt }) => attempt(() => c.insertOne({ _id: 1, 'a\0b': 1 })),
  'Buffer and typed arrays': async ({ c }) => {
    await c.insertOne({ _id: 1, bytes: new Uint8Array([1, 2]), floats: new Float32Array([1]) });
    return await c.findOne();
  },
  'numbers': async ({ c }) => {
    await c.insertOne({ _id: 1, list: [0, -1, 2147483647, 2147483648, -2147483649, 1.5, NaN, Infinity, 2 ** 60] });
    return [await c.findOne(), await c.aggregate([{ $project: { t: { $map: { input: '$list', in: { $type: '$$this' } } } } }]).toArray()];
  },
  'distinct with promoteValues': stored(({ c }) => c.distinct('long', {}, { promoteValues: false })),
  'findOneAndUpdate with promoteLongs': stored(({ c }) =>
    c.findOneAndUpdate({}, { $set: { a: 1 } }, { promoteLongs: false, projection: { long: 1 } }),
  ),
  'updateOne with promoteValues': stored(({ c }) => c.updateOne({}, { $set: { a: 1 } }, { promoteValues: false })),
  'bsonOptions': ({ c, db, client }) => [c, db, client].map(({ bsonOptions }) => Object.fromEntries(Object.entries(bsonOptions).filter(([key]) => key !== 'checkKeys'))),
  'custom ids': async ({ client, databaseName }) => {
    let next = 0;
    const c = client.db(databaseName, { pkFactory: { createPk: () => `id${++next}` } }).collection('c');
    return [await c.insertOne({}), await c.insertMany([{}, { _id: 5 }]), await c.bulkWrite([{ insertOne: { document: {} } }])];
  },
  'forceServerObjectId of the database': async ({ client, databaseName }) => {
    const c = client.db(databaseName, { forceServerObjectId: true }).collection('c');
    const documents = [{ a: 1 }, { a: 2 }];
    const results = [await c.insertOne(documents[0]), await c.insertMany([documents[1]])];
    await c.deleteMany({});
    return { results, documents };
  },
};
