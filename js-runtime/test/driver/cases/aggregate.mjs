/** Aggregations of collections and databases. */

const seeded = (run) => async (context) => {
  await context.c.insertMany(Array.from({ length: 8 }, (_, index) => ({ _id: index, g: index % 3, v: index })));
  return await run(context);
};

export const aggregateCases = {
  'never iterated, never run': seeded(async ({ c }) => {
    await c.aggregate([{ $merge: 'other' }]);
    c.aggregate([{ $out: 'other' }]);
    return 'nothing';
  }),
  'toArray': seeded(({ c }) => c.aggregate([{ $group: { _id: '$g', sum: { $sum: '$v' } } }, { $sort: { _id: 1 } }]).toArray()),
  'for await': seeded(async ({ c }) => {
    const seen = [];
    for await (const document of c.aggregate([{ $match: { g: 1 } }])) seen.push(document._id);
    return seen;
  }),
  'next': seeded(({ c }) => c.aggregate([{ $count: 'n' }]).next()),
  'batches': seeded(async ({ c }) => (await c.aggregate([{ $sort: { v: -1 } }], { batchSize: 3 }).toArray()).length),
  'batchSize method': seeded(async ({ c }) => (await c.aggregate([]).batchSize(2).toArray()).length),
  'options': seeded(({ c }) =>
    c
      .aggregate([{ $match: { $expr: { $eq: ['$g', '$$x'] } } }], {
        allowDiskUse: true,
        maxTimeMS: 500,
        hint: { _id: 1 },
        let: { x: 1 },
        comment: 'agg',
        collation: { locale: 'en' },
        bypassDocumentValidation: true,
        readConcern: { level: 'majority' },
      })
      .toArray(),
  ),
  'cursor option': seeded(({ c }) => c.aggregate([], { cursor: { batchSize: 100 } }).toArray()),
  'cursor option of a wrong type': ({ c, attempt }) => attempt(() => c.aggregate([], { cursor: 5 }).toArray()),
  'stage methods': seeded(({ c }) =>
    c
      .aggregate()
      .match({ v: { $gt: 1 } })
      .sort({ v: -1 })
      .skip(1)
      .limit(3)
      .project({ v: 1 })
      .addStage({ $addFields: { w: 1 } })
      .toArray(),
  ),
  'more stage methods': seeded(({ c }) =>
    c
      .aggregate()
      .group({ _id: '$g', all: { $push: '$v' } })
      .unwind('$all')
      .lookup({ from: 'c', localField: 'all', foreignField: '_id', as: 'found' })
      .redact('$$KEEP')
      .sort({ all: 1 })
      .limit(2)
      .toArray(),
  ),
  'merge': seeded(async ({ c }) => [await c.aggregate([{ $match: { g: 0 } }, { $merge: { into: 'other' } }]).toArray()]),
  'out method': seeded(async ({ c }) => [await c.aggregate().match({ g: 1 }).out('other').toArray()]),
  'out option': seeded(async ({ c }) => [await c.aggregate([{ $match: { g: 2 } }], { out: 'other', batchSize: 5 }).toArray()]),
  'merge with write concern': seeded(({ c }) => c.aggregate([{ $merge: 'other' }], { writeConcern: { w: 1 } }).toArray()),
  'write concern without writing': seeded(async ({ c }) => (await c.aggregate([], { writeConcern: { w: 1 } }).toArray()).length),
  'no array': ({ c, attempt }) => attempt(() => c.aggregate({ $match: {} })),
  'unknown stage': ({ c }) => c.aggregate([{ $nope: 1 }]).toArray(),
  'two fields in a stage': ({ c }) => c.aggregate([{ $match: {}, $limit: 1 }]).toArray(),
  'of the database': ({ db }) => db.aggregate([{ $documents: [{ a: 1 }, { a: 2 }] }]).toArray(),
  'of the admin database': async ({ client }) => (await client.db('admin').aggregate([{ $currentOp: {} }, { $limit: 1 }]).toArray()).length,
  'explain': seeded(async ({ c }) => (await c.aggregate([{ $match: { g: 1 } }]).explain('queryPlanner')).ok),
  'explain option': seeded(async ({ c }) => Object.keys(await c.aggregate([{ $match: { g: 1 } }], { explain: true }).next())),
  'explain of a write': seeded(async ({ c }) => Object.keys(await c.aggregate([{ $merge: 'other' }]).explain('queryPlanner'))),
  'clone': seeded(async ({ c }) => {
    const cursor = c.aggregate([{ $match: { g: 1 } }], { comment: 'k' });
    return [await cursor.clone().toArray(), cursor.pipeline];
  }),
  'pipeline is the given array': ({ c }) => {
    const pipeline = [{ $match: {} }];
    c.aggregate(pipeline).limit(1);
    return pipeline;
  },
  'after the start': seeded(async ({ c, attempt }) => {
    const cursor = c.aggregate([]);
    await cursor.next();
    return await attempt(() => cursor.match({}));
  }),
  'null options': seeded(async ({ c }) => (await c.aggregate([], null).toArray()).length),
  'map': seeded(({ c }) => c.aggregate([{ $sort: { _id: 1 } }, { $limit: 2 }]).map((document) => document.v).toArray()),
};
