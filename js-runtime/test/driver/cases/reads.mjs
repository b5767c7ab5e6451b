/** find, findOne, counting and distinct: commands, results and refusals. */

const documents = Array.from({ length: 12 }, (_, index) => ({ _id: index, n: index % 4, t: `t${index % 3}` }));
const seeded = (run) => async (context) => {
  await context.c.insertMany(documents.map((each) => ({ ...each })));
  return await run(context);
};

export const readCases = {
  'find all': seeded(({ c }) => c.find().toArray()),
  'find with filter': seeded(({ c }) => c.find({ n: 2 }).toArray()),
  'find with every option': seeded(({ c }) =>
    c
      .find(
        { n: { $gte: 0 } },
        {
          sort: { n: -1, _id: 1 },
          projection: { t: 1 },
          hint: { _id: 1 },
          skip: 1,
          limit: 5,
          batchSize: 2,
          comment: 'look',
          maxTimeMS: 9000,
          returnKey: false,
          showRecordId: false,
          noCursorTimeout: true,
          allowPartialResults: true,
          allowDiskUse: true,
          collation: { locale: 'en' },
          let: { q: 1 },
          readConcern: { level: 'local' },
        },
      )
      .toArray(),
  ),
  'find with min and max': seeded(({ c }) => c.find({}, { hint: { _id: 1 }, min: { _id: 3 }, max: { _id: 6 } }).toArray()),
  'find with a list as projection': seeded(({ c }) => c.find({}, { projection: ['t'], limit: 1 }).toArray()),
  'find with an empty list as projection': seeded(({ c }) => c.find({}, { projection: [], limit: 1 }).toArray()),
  'find with a list as hint': seeded(({ c }) => c.find({}, { hint: ['_id'], limit: 1 }).toArray()),
  'find with negative limit': seeded(({ c }) => c.find({}, { limit: -2 }).toArray()),
  'find with negative batch size': seeded(({ c }) => c.find({}, { batchSize: -3 }).toArray()),
  'find with limit equal to batch size': seeded(({ c }) => c.find({}, { limit: 4, batchSize: 4 }).toArray()),
  'find with a batch size of zero': seeded(({ c }) => c.find({}, { batchSize: 0, limit: 3 }).toArray()),
  'find by an ObjectId alone': async ({ c, mongodb }) => {
    const id = new mongodb.ObjectId();
    await c.insertOne({ _id: id });
    return await c.find(id).toArray();
  },
  'find with a text': ({ c, attempt }) => attempt(() => c.find('x').toArray()),
  'find with an array': ({ c, attempt }) => attempt(() => c.find([]).toArray()),
  'find with null': seeded(({ c }) => c.find(null, { limit: 1 }).toArray()),
  'find sorted by text': seeded(({ c }) => c.find({}, { sort: 'n', limit: 2 }).toArray()),
  'find sorted by pairs': seeded(({ c }) => c.find({}, { sort: [['n', 'desc'], ['_id', 'ascending']], limit: 2 }).toArray()),
  'find sorted by a pair': seeded(({ c }) => c.find({}, { sort: ['n', -1], limit: 2 }).toArray()),
  'find sorted by names': seeded(({ c }) => c.find({}, { sort: ['n', '_id'], limit: 2 }).toArray()),
  'find sorted by a map': seeded(({ c }) => c.find({}, { sort: new Map([['n', '-1']]), limit: 2 }).toArray()),
  'find sorted by nothing': seeded(({ c }) => c.find({}, { sort: {}, limit: 2 }).toArray()),
  'find sorted badly': ({ c, attempt }) => attempt(() => c.find({}, { sort: { a: 'up' } }).toArray()),
  'find sorted by a number': ({ c, attempt }) => attempt(() => c.find({}, { sort: 5 }).toArray()),
  'find with an unknown operator': ({ c }) => c.find({ a: { $nope: 1 } }).toArray(),
  'find explained': seeded(async ({ c }) => Object.keys(await c.find({}, { explain: true }).next())),
  'find().explain()': seeded(async ({ c }) => (await c.find({ n: 1 }).explain('queryPlanner')).queryPlanner.parsedQuery),
  'find().explain(object)': seeded(async ({ c }) => (await c.find({ n: 1 }).explain({ verbosity: 'queryPlanner', maxTimeMS: 500 })).ok),
  'find().explain() says everything': seeded(async ({ c }) => Object.keys(await c.find({ n: 1 }).explain())),
  'find().explain(false)': seeded(async ({ c }) => Object.keys(await c.find({ n: 1 }).explain(false))),
  'findOne': seeded(({ c }) => c.findOne({ n: 3 })),
  'findOne without arguments': seeded(({ c }) => c.findOne()),
  'findOne missing': seeded(({ c }) => c.findOne({ n: 99 })),
  'findOne with options': seeded(({ c }) => c.findOne({}, { sort: { _id: -1 }, projection: { n: 1, _id: 0 }, skip: 1, comment: 'one', maxTimeMS: 50 })),
  'findOne with limit and batch size': seeded(({ c }) => c.findOne({}, { limit: 5, batchSize: 1 })),
  'findOne by id alone': seeded(({ c, mongodb }) => c.findOne(new mongodb.ObjectId('0123456789abcdef01234567'))),
  'findOne with a text': ({ c }) => c.findOne('x'),
  'findOne explained': seeded(async ({ c }) => Object.keys(await c.findOne({}, { explain: 'queryPlanner' }))),
  'findOne with collation': seeded(({ c }) => c.findOne({ t: 'T1' }, { collation: { locale: 'en', strength: 2 } })),
  'countDocuments': seeded(({ c }) => c.countDocuments()),
  'countDocuments with filter': seeded(({ c }) => c.countDocuments({ n: 1 })),
  'countDocuments with options': seeded(({ c }) =>
    c.countDocuments({ n: { $gt: 0 } }, { skip: 2, limit: 4, hint: '_id_', maxTimeMS: 4000, comment: 'cnt', collation: { locale: 'en' } }),
  ),
  'countDocuments of nothing': ({ c }) => c.countDocuments({ a: 1 }),
  'countDocuments with null': seeded(({ c }) => c.countDocuments(null)),
  'countDocuments with a bad operator': ({ c }) => c.countDocuments({ $nope: 1 }),
  'estimatedDocumentCount': seeded(({ c }) => c.estimatedDocumentCount({ maxTimeMS: 100, comment: 'est' })),
  'estimatedDocumentCount of nothing': ({ c }) => c.estimatedDocumentCount(),
  'count': seeded(({ c }) => c.count({ n: 1 }, { limit: 2, skip: 0, hint: '_id_' })),
  'count of all': seeded(({ c }) => c.count()),
  'distinct': seeded(({ c }) => c.distinct('t')),
  'distinct with filter': seeded(({ c }) => c.distinct('n', { t: 't1' })),
  'distinct with options': seeded(({ c }) => c.distinct('t', {}, { maxTimeMS: 100, comment: 'd', collation: { locale: 'en' } })),
  'distinct of nothing': ({ c }) => c.distinct('x'),
  'distinct explained': seeded(async ({ c }) => Object.keys(await c.distinct('t', {}, { explain: 'queryPlanner' }))),
  'find on a view': seeded(async ({ db }) => {
    await db.createCollection('v', { viewOn: 'c', pipeline: [{ $match: { n: 1 } }] });
    return [await db.collection('v').find().toArray(), await db.collection('v').countDocuments()];
  }),
  'writing into a view': seeded(async ({ db, attempt }) => {
    await db.createCollection('v', { viewOn: 'c', pipeline: [] });
    return await attempt(() => db.collection('v').insertOne({ _id: 99 }));
  }),
  'collection properties': ({ c, db, databaseName }) => {
    c.hint = ['a', 'b'];
    const { collectionName, namespace, dbName, hint, readConcern, writeConcern, readPreference } = c;
    return { collectionName, namespace, dbName, hint, readConcern, writeConcern, readPreference, same: db.databaseName === databaseName };
  },
};
