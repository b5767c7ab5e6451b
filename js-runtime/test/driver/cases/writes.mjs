/** Single inserts, updates, replacements and deletes, with their options and refusals. */

const three = [{ _id: 1, n: 1 }, { _id: 2, n: 2 }, { _id: 3, n: 3 }];
const seeded = (run) => async (context) => {
  await context.c.insertMany(three.map((each) => ({ ...each })));
  return await run(context);
};

export const writeCases = {
  'insertOne gives an id to the document': async ({ c }) => {
    const document = { a: 1 };
    const result = await c.insertOne(document);
    return { result, document, same: document._id === result.insertedId };
  },
  'insertOne keeps a given id': ({ c }) => c.insertOne({ _id: 'x', a: [1, { b: null }] }),
  'insertOne with a null id': ({ c }) => c.insertOne({ _id: null, a: 1 }),
  'insertOne with options': ({ c }) => c.insertOne({ _id: 1 }, { comment: 'why', bypassDocumentValidation: true, maxTimeMS: 5000 }),
  'insertOne with a falsy comment': ({ c }) => c.insertOne({ _id: 1 }, { comment: 0 }),
  'insertOne duplicate': async ({ c }) => {
    await c.insertOne({ _id: 1 });
    return await c.insertOne({ _id: 1 });
  },
  'insertOne of nothing': ({ c }) => c.insertOne(undefined),
  'insertOne of null': ({ c }) => c.insertOne(null),
  'insertOne of an array': ({ c }) => c.insertOne([{ a: 1 }]),
  'insertOne of a string': ({ c }) => c.insertOne('text'),
  'insertOne with dots and dollars': ({ c }) => c.insertOne({ _id: 1, 'a.b': 1, $c: 2 }),
  'insertOne leaves the id to the server': async ({ c }) => {
    const document = { a: 1 };
    const result = await c.insertOne(document, { forceServerObjectId: true });
    return { result, has: '_id' in document };
  },
  'insertOne with explain': ({ c }) => c.insertOne({ _id: 1 }, { explain: true }),
  'insertOne against a validator': async ({ db, c }) => {
    await db.createCollection('c', { validator: { $jsonSchema: { required: ['name'] } } });
    return await c.insertOne({ _id: 1 });
  },
  'insertOne into a system name': ({ db }) => db.collection('system.profile').insertOne({ _id: 1 }),
  'insertOne into an empty name': ({ db }) => db.collection('').insertOne({ _id: 1 }),
  'insertMany': async ({ c }) => {
    const documents = [{ a: 1 }, { _id: 7, a: 2 }, { a: 3 }];
    const result = await c.insertMany(documents);
    return { result, documents };
  },
  'insertMany of no array': ({ c }) => c.insertMany({ a: 1 }),
  'insertMany of an empty array': ({ c }) => c.insertMany([]),
  'insertMany with a hole': ({ c }) => c.insertMany([{ _id: 1 }, null, { _id: 2 }]),
  'insertMany with undefined': ({ c }) => c.insertMany([undefined]),
  'insertMany with a number': ({ c }) => c.insertMany([1]),
  'insertMany ordered stops': ({ c }) => c.insertMany([{ _id: 1 }, { _id: 1, again: 1 }, { _id: 2 }]),
  'insertMany unordered goes on': ({ c }) =>
    c.insertMany([{ _id: 1 }, { _id: 1, again: 1 }, { _id: 2 }, { _id: 2, again: 1 }], { ordered: false }),
  'insertMany with options': ({ c }) => c.insertMany([{ _id: 1 }], { comment: { k: 1 }, bypassDocumentValidation: false }),
  'insertMany against a validator': async ({ db, c }) => {
    await db.createCollection('c', { validator: { a: { $type: 'int' } } });
    return await c.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 'x' }]);
  },
  'updateOne': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { n: 10 } })),
  'updateOne changes nothing': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { n: 1 } })),
  'updateOne matches nothing': seeded(({ c }) => c.updateOne({ _id: 9 }, { $set: { n: 1 } })),
  'updateOne upserts': seeded(({ c }) => c.updateOne({ _id: 9 }, { $set: { n: 1 } }, { upsert: true })),
  'updateOne upserts with a new id': ({ c }) => c.updateOne({ k: 9 }, { $set: { n: 1 } }, { upsert: true }),
  'updateOne with a pipeline': seeded(({ c }) => c.updateOne({ _id: 1 }, [{ $set: { m: '$n' } }])),
  'updateOne with an empty pipeline': seeded(({ c }) => c.updateOne({ _id: 1 }, [])),
  'updateOne with arrayFilters': async ({ c }) => {
    await c.insertOne({ _id: 1, list: [{ k: 1 }, { k: 2 }] });
    return await c.updateOne({ _id: 1 }, { $set: { 'list.$[e].done': true } }, { arrayFilters: [{ 'e.k': 2 }] });
  },
  'updateOne with options': seeded(({ c }) =>
    c.updateOne(
      { n: '1' },
      { $set: { n: 1 } },
      { hint: { _id: 1 }, collation: { locale: 'en' }, let: { x: 1 }, comment: 'c', upsert: false, ordered: false },
    ),
  ),
  'updateOne without operators': seeded(({ c }) => c.updateOne({ _id: 1 }, { n: 5 })),
  'updateOne with an empty update': seeded(({ c }) => c.updateOne({ _id: 1 }, {})),
  'updateOne without update': seeded(({ c }) => c.updateOne({ _id: 1 })),
  'updateOne without filter': seeded(({ c }) => c.updateOne(null, { $set: { a: 1 } })),
  'updateOne with a text as filter': seeded(({ c }) => c.updateOne('x', { $set: { a: 1 } })),
  'updateOne with unknown operator': seeded(({ c }) => c.updateOne({ _id: 1 }, { $nope: 1 })),
  'updateOne with undefined values': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { u: undefined, v: null } })),
  'updateOne dropping undefined operators': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: undefined }, { ignoreUndefined: true })),
  'updateOne of the id': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { _id: 5 } })),
  'updateOne explained': seeded(({ c }) => c.updateOne({ _id: 1 }, { $set: { n: 2 } }, { explain: 'queryPlanner' })),
  'updateOne sorted': seeded(({ c }) => c.updateOne({}, { $set: { first: 1 } }, { sort: { n: -1 } })),
  'updateMany': seeded(({ c }) => c.updateMany({ n: { $gt: 1 } }, { $inc: { n: 1 } })),
  'updateMany of all': seeded(({ c }) => c.updateMany({}, { $unset: { n: '' } })),
  'updateMany upserts': ({ c }) => c.updateMany({ k: 1 }, { $set: { v: 1 } }, { upsert: true }),
  'updateMany with a pipeline': seeded(({ c }) => c.updateMany({}, [{ $set: { twice: { $multiply: ['$n', 2] } } }])),
  'updateMany without operators': seeded(({ c }) => c.updateMany({}, { n: 5 })),
  'updateMany breaking uniqueness': seeded(async ({ c, attempt }) => {
    await c.createIndex({ n: 1 }, { unique: true });
    return await attempt(() => c.updateMany({}, { $set: { n: 7 } }));
  }),
  'replaceOne': seeded(({ c }) => c.replaceOne({ _id: 1 }, { other: true })),
  'replaceOne upserts': ({ c }) => c.replaceOne({ _id: 5 }, { a: 1 }, { upsert: true }),
  'replaceOne with operators': seeded(({ c }) => c.replaceOne({ _id: 1 }, { $set: { a: 1 } })),
  'replaceOne with nothing': seeded(({ c }) => c.replaceOne({ _id: 1 })),
  'replaceOne with an empty document': seeded(({ c }) => c.replaceOne({ _id: 1 }, {})),
  'replaceOne explained': seeded(({ c }) => c.replaceOne({ _id: 1 }, {}, { explain: true })),
  'deleteOne': seeded(({ c }) => c.deleteOne({ n: { $gt: 1 } })),
  'deleteOne without filter': seeded(({ c }) => c.deleteOne()),
  'deleteOne matching nothing': seeded(({ c }) => c.deleteOne({ n: 100 })),
  'deleteOne with options': seeded(({ c }) =>
    c.deleteOne({ n: 1 }, { hint: '_id_', collation: { locale: 'de' }, comment: 'bye', let: { y: 2 } }),
  ),
  'deleteOne with a null filter': seeded(({ c }) => c.deleteOne(null)),
  'deleteMany': seeded(({ c }) => c.deleteMany({ n: { $lt: 3 } })),
  'deleteMany of all': seeded(({ c }) => c.deleteMany({})),
  'deleteMany with a limit': seeded(({ c }) => c.deleteMany({}, { limit: 1 })),
  'deleteMany explained': seeded(({ c }) => c.deleteMany({}, { explain: 'queryPlanner' })),
  'findOneAndUpdate': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { n: 5 } })),
  'findOneAndUpdate after': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { n: 5 } }, { returnDocument: 'after' })),
  'findOneAndUpdate with metadata': seeded(({ c }) =>
    c.findOneAndUpdate({ _id: 1 }, { $set: { n: 5 } }, { includeResultMetadata: true }),
  ),
  'findOneAndUpdate missing': seeded(({ c }) => c.findOneAndUpdate({ _id: 9 }, { $set: { n: 5 } })),
  'findOneAndUpdate upserting': ({ c }) =>
    c.findOneAndUpdate({ k: 9 }, { $set: { n: 5 } }, { upsert: true, returnDocument: 'after', includeResultMetadata: true }),
  'findOneAndUpdate with everything': seeded(({ c }) =>
    c.findOneAndUpdate(
      { n: { $gt: 0 } },
      { $set: { n: 5 } },
      {
        sort: [['n', -1]],
        projection: { n: 1 },
        maxTimeMS: 1000,
        comment: 'x',
        collation: { locale: 'en' },
        hint: { _id: 1 },
        let: { z: 1 },
        bypassDocumentValidation: true,
      },
    ),
  ),
  'findOneAndUpdate with array filters': async ({ c }) => {
    await c.insertOne({ _id: 1, l: [1, 2] });
    return await c.findOneAndUpdate({ _id: 1 }, { $inc: { 'l.$[e]': 5 } }, { arrayFilters: [{ e: 2 }], returnDocument: 'after' });
  },
  'findOneAndUpdate without operators': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 }, { n: 5 })),
  'findOneAndUpdate without filter': seeded(({ c }) => c.findOneAndUpdate(null, { $set: { n: 5 } })),
  'findOneAndUpdate without update': seeded(({ c }) => c.findOneAndUpdate({ _id: 1 })),
  'findOneAndReplace': seeded(({ c }) => c.findOneAndReplace({ _id: 1 }, { r: 1 }, { returnDocument: 'after' })),
  'findOneAndReplace with operators': seeded(({ c }) => c.findOneAndReplace({ _id: 1 }, { $set: { r: 1 } })),
  'findOneAndReplace without replacement': seeded(({ c }) => c.findOneAndReplace({ _id: 1 })),
  'findOneAndDelete': seeded(({ c }) => c.findOneAndDelete({ _id: 2 })),
  'findOneAndDelete with metadata': seeded(({ c }) => c.findOneAndDelete({ _id: 2 }, { includeResultMetadata: true, sort: { n: 1 } })),
  'findOneAndDelete missing': seeded(({ c }) => c.findOneAndDelete({ _id: 20 }, { includeResultMetadata: true })),
  'findOneAndDelete without filter': seeded(({ c }) => c.findOneAndDelete()),
  'findOneAndUpdate breaking uniqueness': seeded(async ({ c, attempt }) => {
    await c.createIndex({ n: 1 }, { unique: true });
    return await attempt(() => c.findOneAndUpdate({ _id: 1 }, { $set: { n: 2 } }));
  }),
};
