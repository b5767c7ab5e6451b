/** What real migrations do although the driver says otherwise: all of it must have the same effect. */

const seeded = (run) => async (context) => {
  await context.c.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 2 }]);
  return await run(context);
};

export const strangeCases = {
  'shell arguments of updateMany': seeded(({ c }) => c.updateMany({}, { $set: { a: 1 } }, false, true)),
  'another update as options': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { a: 1 } }, { $unset: { n: 1 } })),
  'multi is ignored': seeded(({ c }) => c.updateMany({}, { $set: { a: 1 } }, { multi: true })),
  'multi in updateOne': seeded(({ c }) => c.updateOne({}, { $set: { a: 1 } }, { multi: true })),
  'new and returnNewDocument are ignored': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { a: 1 } }, { new: true, returnNewDocument: true })),
  'returnOriginal is ignored': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { a: 1 } }, { returnOriginal: false })),
  'legacy projection in find': seeded(({ c }) => c.find({}, { n: 1, _id: 0 }).toArray()),
  'fields in find': seeded(({ c }) => c.find({}, { fields: { n: 1 } }).toArray()),
  'array as options of find': seeded(({ c }) => c.find({}, ['n']).toArray()),
  'callback instead of options': seeded(({ c }) => c.insertOne({ _id: 3 }, () => {})),
  'callback in createCollection': ({ db }) => db.createCollection('c', () => {}).then((c) => c.collectionName),
  'callback in drop': seeded(({ c }) => c.drop(() => {})),
  'callback in updateOne': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { a: 1 } }, () => {})),
  'callback in deleteMany': seeded(({ c }) => c.deleteMany({}, () => {})),
  'unset with a text': seeded(({ c }) => c.updateMany({}, { $unset: 'n' })),
  'unset with other values': seeded(({ c }) => c.updateMany({}, { $unset: { n: null, m: undefined, o: false } })),
  'update without dollar': seeded(({ c }) => c.updateOne({ _id: 1 }, { unset: { n: 1 } })),
  'legacy methods are gone': ({ c, db }) =>
    ['insert', 'update', 'remove', 'save', 'ensureIndex', 'removeIndex', 'stats', 'mapReduce'].map((name) => typeof c[name]).concat(typeof db.getCollection),
  'not awaited': async ({ c }) => {
    const first = c.insertOne({ _id: 1 });
    const second = c.insertOne({ _id: 2 });
    await second;
    // Only so that the count is no race; it was sent long before.
    await first;
    await c.countDocuments();
    return (await c.find().sort({ _id: 1 }).toArray()).length;
  },
  'async forEach': seeded(async ({ c }) => {
    const running = [];
    await c.find().forEach(async (document) => {
      running.push(c.updateOne({ _id: document._id }, { $set: { seen: true } }));
      await running.at(-1);
    });
    await Promise.all(running);
    return running.length;
  }),
  'Promise.all of writes': async ({ c }) => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, _id) => c.insertOne({ _id })));
    return [results.length, await c.countDocuments()];
  },
  'ops and result fields are gone': seeded(async ({ c }) => {
    const inserted = await c.insertOne({ _id: 9 });
    const updated = await c.updateOne({ _id: 9 }, { $set: { a: 1 } });
    return [inserted.ops, inserted.result, updated.result, updated.n, updated.nModified];
  }),
  'then of a cursor': ({ c }) => typeof c.find().then,
  'dropIndex with an index option object': async ({ c }) => {
    await c.createIndex({ a: 1 }, { unique: true });
    return (await c.dropIndex('a_1', { unique: true })).nIndexesWas;
  },
  'iterating a stream pipeline': seeded(async ({ c }) => {
    const ids = [];
    for await (const document of c.find({}, { sort: { _id: 1 } }).stream()) ids.push(document._id);
    return ids;
  }),
  'collection names with dots': async ({ db }) => {
    await db.collection('a.b.c').insertOne({ _id: 1 });
    return [db.collection('a.b.c').collectionName, db.collection('a.b.c').namespace.endsWith('.a.b.c'), await db.collection('a.b.c').countDocuments()];
  },
  'ObjectId text as filter': seeded(({ c }) => c.findOne({ _id: '0123456789abcdef01234567' })),
  'frozen document': ({ c, attempt }) => attempt(() => c.insertOne(Object.freeze({ a: 1 }))),
  'same document twice': async ({ c, attempt }) => {
    const document = { a: 1 };
    await c.insertOne(document);
    const { error } = await attempt(() => c.insertOne(document));
    return error.code;
  },
  'error fields': async ({ c, mongodb, attempt }) => {
    await c.insertOne({ _id: 1 });
    const { error } = await attempt(() => c.insertOne({ _id: 1 }));
    return {
      classes: [error instanceof mongodb.MongoServerError, error instanceof mongodb.MongoError, error instanceof Error],
      name: error.name,
      code: error.code,
      errmsg: error.errmsg,
      keyPattern: error.keyPattern,
      keyValue: error.keyValue,
      errorLabels: error.errorLabels,
      has: error.hasErrorLabel('x'),
      own: Object.getOwnPropertyNames(error).filter((each) => each !== 'stack'),
      text: String(error),
      json: Object.keys(JSON.parse(JSON.stringify(error))),
    };
  },
};
