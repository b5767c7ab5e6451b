/** Indexes: the ways of writing them, what is dropped, and what is told about them. */

const create = (...args) => async ({ c }) => [await c.createIndex(...args), await c.indexes()];

export const indexCases = {
  'object': create({ a: 1, b: -1 }),
  'name alone': create('a'),
  'names': create(['a', 'b']),
  'pair': create(['a', -1]),
  'pairs': create([['a', 1], ['b', -1]]),
  'map': create(new Map([['b', 1], ['a', -1]])),
  'mixed list': create(['a', { b: -1 }, ['c', 1], new Map([['d', 1]])]),
  'text': create({ title: 'text', body: 'text' }, { weights: { title: 3 }, default_language: 'german' }),
  '2dsphere': create({ place: '2dsphere' }),
  'hashed': create({ k: 'hashed' }),
  'wildcard': create({ '$**': 1 }, { wildcardProjection: { a: 1 } }),
  'numeric names': create({ b: 1, 1: 1 }),
  'options': create(
    { a: 1 },
    {
      unique: true,
      sparse: true,
      name: 'mine',
      background: true,
      expireAfterSeconds: 60,
      collation: { locale: 'de' },
      hidden: true,
      comment: 'not an index option',
    },
  ),
  'partial': create({ a: 1 }, { partialFilterExpression: { a: { $gt: 5 } } }),
  'unknown options are dropped': create({ a: 1 }, { uniqe: true, dropDups: true, index: true, collection: {} }),
  'version': create({ a: 1 }, { version: 1 }),
  'commitQuorum and maxTimeMS': create({ a: 1 }, { commitQuorum: 'majority', maxTimeMS: 5000 }),
  'options apart': create({ a: 1 }, { unique: true }, { maxTimeMS: 5000 }),
  'unknown options apart reach the server': ({ c }) => c.createIndex({ a: 1 }, { uniqe: true }, {}),
  'twice': async ({ c }) => [await c.createIndex({ a: 1 }), await c.createIndex({ a: 1 })],
  'conflicting options': async ({ c }) => {
    await c.createIndex({ a: 1 });
    return await c.createIndex({ a: 1 }, { unique: true });
  },
  'conflicting names': async ({ c }) => {
    await c.createIndex({ a: 1 }, { name: 'x' });
    return await c.createIndex({ b: 1 }, { name: 'x' });
  },
  'unique over duplicates': async ({ c }) => {
    await c.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 1 }]);
    return await c.createIndex({ a: 1 }, { unique: true });
  },
  'bad key': ({ c }) => c.createIndex({ a: 'nope' }),
  'empty key': ({ c }) => c.createIndex({}),
  'no key': ({ c }) => c.createIndex(),
  'createIndexes': async ({ c }) => [
    await c.createIndexes([
      { key: { a: 1 } },
      { key: { b: -1 }, name: 'bee', unique: true, nope: 1 },
      { key: new Map([['c', 1], ['d', 1]]), expireAfterSeconds: 5 },
    ]),
    await c.indexes(),
  ],
  'createIndexes with options': ({ c }) => c.createIndexes([{ key: { a: 1 } }], { commitQuorum: 1, maxTimeMS: 5, comment: 'x' }),
  'createIndexes with unknown options': ({ c }) => c.createIndexes([{ key: { a: 1 }, nope: 1 }], {}, true),
  'createIndexes of nothing': ({ c }) => c.createIndexes([]),
  'db.createIndex': async ({ db, c }) => [await db.createIndex('c', { a: 1 }, { unique: true }), await c.indexes()],
  'dropIndex by name': async ({ c }) => {
    await c.createIndex({ a: 1 });
    const { nIndexesWas, ok } = await c.dropIndex('a_1');
    return [nIndexesWas, ok, await c.indexes()];
  },
  'dropIndex by key': async ({ c }) => {
    await c.createIndex({ a: 1 });
    const { nIndexesWas } = await c.dropIndex({ a: 1 });
    return nIndexesWas;
  },
  'dropIndex of two': async ({ c }) => {
    await c.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }]);
    const { nIndexesWas } = await c.dropIndex(['a_1', 'b_1']);
    return nIndexesWas;
  },
  'dropIndex missing': async ({ c }) => {
    await c.insertOne({ _id: 1 });
    return await c.dropIndex('nope');
  },
  'dropIndex without collection': ({ c }) => c.dropIndex('nope'),
  'dropIndex of _id': async ({ c }) => {
    await c.insertOne({ _id: 1 });
    return await c.dropIndex('_id_');
  },
  'dropIndexes': async ({ c }) => {
    await c.createIndex({ a: 1 });
    return [await c.dropIndexes(), (await c.indexes()).length];
  },
  'dropIndexes without collection': ({ c }) => c.dropIndexes(),
  'indexes without collection': ({ c }) => c.indexes(),
  'indexExists': async ({ c }) => {
    await c.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }]);
    return [await c.indexExists('a_1'), await c.indexExists(['a_1', 'b_1']), await c.indexExists(['a_1', 'x'])];
  },
  'indexExists without collection': ({ c }) => c.indexExists('a'),
  'indexInformation': async ({ c, db }) => {
    await c.createIndex({ a: 1, b: -1 });
    return [
      await c.indexInformation(),
      await c.indexInformation({ full: true }),
      await db.indexInformation('c'),
      await c.indexes({ full: false }),
    ];
  },
  'listIndexes': async ({ c }) => {
    await c.createIndex({ a: 1 });
    const cursor = c.listIndexes({ batchSize: 1, comment: 'i' });
    return [(await cursor.next()).name, (await cursor.next()).name, await cursor.next()];
  },
  'search indexes': async ({ c, attempt }) => [
    (await attempt(() => c.createSearchIndex({ name: 'x', definition: {} }))).error?.name,
    (await attempt(() => c.dropSearchIndex('x'))).error?.name,
    (await attempt(() => c.updateSearchIndex('x', {}))).error?.name,
    (await attempt(() => c.listSearchIndexes('x').toArray())).error?.name,
    (await attempt(() => c.listSearchIndexes().toArray())).error?.name,
  ],
};
