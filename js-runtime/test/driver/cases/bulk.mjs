/** bulkWrite and the bulk builders: order, splitting, results and errors. */

const report = ({ value, error }) =>
  error === undefined
    ? { value, raw: value?.getRawResponse?.(), text: value?.toString?.(), ok: value?.ok, isOk: value?.isOk?.() }
    : {
        error,
        insertedCount: error.insertedCount,
        matchedCount: error.matchedCount,
        upsertedIds: error.upsertedIds,
        insertedIds: error.insertedIds,
        writeErrors: [error.writeErrors].flat().map((each) => each?.toJSON?.()),
        operations: [error.writeErrors].flat().map((each) => each?.getOperation?.()),
        result: error.result,
      };
const bulk = (operations, options) => async ({ c, attempt }) => {
  await c.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 2 }, { _id: 3, n: 3 }]);
  return report(await attempt(() => c.bulkWrite(operations, options)));
};

export const bulkCases = {
  'all kinds': bulk([
    { insertOne: { document: { _id: 10 } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { n: 10 } } } },
    { updateMany: { filter: {}, update: { $inc: { k: 1 } } } },
    { replaceOne: { filter: { _id: 2 }, replacement: { r: 1 } } },
    { deleteOne: { filter: { _id: 3 } } },
    { deleteMany: { filter: { n: 99 } } },
  ]),
  'all kinds unordered': bulk(
    [
      { deleteOne: { filter: { _id: 3 } } },
      { insertOne: { document: { _id: 10 } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { n: 10 } }, upsert: true } },
      { insertOne: { document: { _id: 11 } } },
      { updateOne: { filter: { _id: 77 }, update: { $set: { n: 10 } }, upsert: true } },
    ],
    { ordered: false },
  ),
  'statement options': bulk([
    {
      updateOne: {
        filter: { n: 1 },
        update: { $set: { 'l.$[e]': 1 } },
        arrayFilters: [{ e: 1 }],
        collation: { locale: 'en' },
        hint: { _id: 1 },
        upsert: false,
      },
    },
    { replaceOne: { filter: { _id: 5 }, replacement: { a: 1 }, upsert: true, hint: '_id_' } },
    { deleteOne: { filter: { n: 5 }, collation: { locale: 'en' }, hint: '_id_' } },
    { updateMany: { filter: { q: 1 }, update: [{ $set: { z: 1 } }] } },
  ]),
  'command options': bulk([{ updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } }], {
    let: { x: 1 },
    comment: 'bulk',
    bypassDocumentValidation: true,
  }),
  'bypassDocumentValidation false': bulk([{ insertOne: { document: { _id: 50 } } }], { bypassDocumentValidation: false }),
  'upserted ids across batches': bulk([
    { updateOne: { filter: { _id: 21 }, update: { $set: { a: 1 } }, upsert: true } },
    { insertOne: { document: { _id: 22 } } },
    { updateOne: { filter: { _id: 23 }, update: { $set: { a: 1 } }, upsert: true } },
    { replaceOne: { filter: { _id: 24 }, replacement: {}, upsert: true } },
  ]),
  'ordered duplicate': bulk([
    { insertOne: { document: { _id: 31 } } },
    { insertOne: { document: { _id: 31 } } },
    { insertOne: { document: { _id: 32 } } },
  ]),
  'unordered duplicates': bulk(
    [
      { insertOne: { document: { _id: 31 } } },
      { insertOne: { document: { _id: 31, again: true } } },
      { updateOne: { filter: { _id: 1 }, update: { $set: { _id: 8 } } } },
      { insertOne: { document: { _id: 32 } } },
      { deleteOne: { filter: { _id: 2 } } },
    ],
    { ordered: false },
  ),
  'error in the second batch': bulk([
    { updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } },
    { insertOne: { document: { _id: 1 } } },
    { deleteMany: { filter: {} } },
  ]),
  'server refuses the command': bulk([{ updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } }], { let: 'no document' }),
  'unknown operator inside': bulk([{ updateOne: { filter: {}, update: { $nope: 1 } } }]),
  'nothing': bulk([]),
  'no array': ({ c }) => c.bulkWrite({ insertOne: {} }),
  'null operation': bulk([null]),
  'text operation': bulk(['insertOne']),
  'unknown operation': bulk([{ upsertOne: {} }]),
  'raw statement': bulk([{ updateOne: { q: {}, u: {} } }]),
  'raw delete': bulk([{ deleteOne: { q: {} } }]),
  'update without operators': bulk([{ updateOne: { filter: {}, update: { a: 1 } } }]),
  'updateMany without operators': bulk([{ updateMany: { filter: {}, update: { a: 1 } } }]),
  'replacement with operators': bulk([{ replaceOne: { filter: {}, replacement: { $set: { a: 1 } } } }]),
  'update without filter': bulk([{ updateOne: { update: { $set: { a: 1 } } } }]),
  'update without update': bulk([{ updateOne: { filter: {} } }]),
  'delete without filter': bulk([{ deleteOne: {} }]),
  'insertOne without document': bulk([{ insertOne: { _id: 60, a: 1 } }]),
  'ids are added': async ({ c }) => {
    const document = { a: 1 };
    const result = await c.bulkWrite([{ insertOne: { document } }]);
    return [result.insertedIds, document];
  },
  'validation stops before anything is sent': bulk([{ insertOne: { document: { _id: 70 } } }, { nope: 1 }]),
  'validator failure': async ({ db, c, attempt }) => {
    await db.createCollection('c', { validator: { a: { $exists: true } } });
    return report(await attempt(() => c.bulkWrite([{ insertOne: { document: { _id: 1, a: 1 } } }, { insertOne: { document: { _id: 2 } } }])));
  },
  'split by size': async ({ c }) => {
    const text = 'x'.repeat(6 * 1024 * 1024);
    const { insertedCount, insertedIds } = await c.insertMany([1, 2, 3, 4].map((_id) => ({ _id, text })));
    await c.updateMany({}, { $unset: { text: 1 } });
    return { insertedCount, insertedIds };
  },
  'split by number': async ({ c, attempt }) => {
    const documents = Array.from({ length: 100_050 }, (_, index) => ({ _id: index === 100_010 ? 5 : index }));
    const outcome = await attempt(() => c.insertMany(documents));
    const { error } = outcome;
    const count = await c.countDocuments();
    await c.drop();
    return { code: error.code, index: error.writeErrors.map((each) => each.index), count, inserted: error.insertedCount };
  },
  'split by number unordered': async ({ c, attempt }) => {
    const documents = Array.from({ length: 100_020 }, (_, index) => ({ _id: index === 100_010 || index === 3 ? 5 : index }));
    const { error } = await attempt(() => c.insertMany(documents, { ordered: false }));
    const count = await c.countDocuments();
    await c.drop();
    return { index: error.writeErrors.map((each) => each.index), count, inserted: error.insertedCount };
  },
  'document too large': ({ c, attempt }) => attempt(() => c.insertMany([{ _id: 1, text: 'x'.repeat(16 * 1024 * 1024) }])),
  'insertOne too large': async ({ c, attempt }) => {
    const { error } = await attempt(() => c.insertOne({ _id: 1, text: 'x'.repeat(16 * 1024 * 1024) }));
    return [error.name, error.code, error.codeName];
  },
  'ordered builder': async ({ c, attempt }) => {
    const builder = c.initializeOrderedBulkOp();
    builder.insert({ _id: 1, n: 1 });
    builder.insert({ _id: 2, n: 1 });
    builder.find({ _id: 1 }).updateOne({ $set: { a: 1 } });
    builder.find({ n: 1 }).update({ $set: { b: 1 } });
    builder.find({ _id: 9 }).upsert().replaceOne({ c: 1 });
    builder.find({ _id: 8 }).upsert().collation({ locale: 'en' }).hint({ _id: 1 }).updateOne({ $set: { d: 1 } });
    builder.find({ l: 1 }).arrayFilters([{ e: 1 }]).update({ $set: { 'l.$[e]': 2 } });
    builder.find({ _id: 2 }).deleteOne();
    builder.find({ _id: 100 }).delete();
    builder.raw({ insertOne: { document: { _id: 3 } } });
    const length = [builder.length, builder.batches.length, builder.batches.map((each) => each.batchType)];
    const outcome = report(await attempt(() => builder.execute()));
    return { length, outcome, again: await attempt(() => builder.execute()) };
  },
  'unordered builder': async ({ c, attempt }) => {
    const builder = c.initializeUnorderedBulkOp({ comment: 'b' });
    builder.find({ _id: 1 }).deleteOne();
    builder.insert({ _id: 1 });
    builder.insert({ _id: 1 });
    builder.insert({ _id: 2 });
    return report(await attempt(() => builder.execute()));
  },
  'builder refusals': async ({ c, attempt }) => [
    await attempt(() => c.initializeOrderedBulkOp().execute()),
    await attempt(() => c.initializeUnorderedBulkOp().execute()),
    await attempt(() => c.initializeOrderedBulkOp().find()),
    await attempt(() => c.initializeOrderedBulkOp().find({}).updateOne({ a: 1 })),
    await attempt(() => c.initializeOrderedBulkOp().find({}).replaceOne({ $set: { a: 1 } })),
    await attempt(() => c.initializeOrderedBulkOp().find({}).update()),
    await attempt(() => c.initializeOrderedBulkOp().insert([1])),
    await attempt(() => c.initializeOrderedBulkOp().raw(5)),
  ],
  'builder with BSON options at execute': async ({ c }) => {
    const builder = c.initializeOrderedBulkOp();
    builder.insert({ _id: 1, gone: undefined });
    return await builder.execute({ ignoreUndefined: true });
  },
  'unacknowledged': async ({ c, attempt }) => {
    const outcome = await attempt(() => c.bulkWrite([{ insertOne: { document: { _id: 1 } } }], { writeConcern: { w: 0 } }));
    await c.findOne({});
    return report(outcome);
  },
  'unacknowledged insertMany': async ({ c }) => {
    const result = await c.insertMany([{ _id: 1 }, { _id: 2 }], { writeConcern: { w: 0 } });
    await c.findOne({});
    return result;
  },
  'client.bulkWrite of nothing': ({ client, attempt }) => attempt(() => client.bulkWrite([])),
  'client.bulkWrite before MongoDB 8': ({ client, databaseName, attempt }) =>
    attempt(() => client.bulkWrite([{ namespace: `${databaseName}.c`, name: 'insertOne', document: { _id: 1 } }])),
};
