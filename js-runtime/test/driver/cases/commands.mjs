/** Databases, collections and commands. */

export const commandCases = {
  'command': async ({ db }) => Object.keys(await db.command({ ping: 1 })),
  'command with a result': async ({ db, c }) => {
    await c.insertMany([{ _id: 1 }, { _id: 2 }]);
    return await db.command({ count: 'c', query: { _id: 1 } });
  },
  'unknown command': ({ db }) => db.command({ nope: 1 }),
  'command without command': ({ db }) => db.command(),
  'empty command': ({ db }) => db.command({}),
  'collMod with validator': async ({ db, c }) => {
    await db.createCollection('c');
    const result = await db.command({ collMod: 'c', validator: { $jsonSchema: { required: ['a'] } }, validationLevel: 'strict' });
    return [result, await c.options()];
  },
  'collMod without collection': ({ db }) => db.command({ collMod: 'c', validator: {} }),
  'command ignores concerns of the database': ({ client, databaseName }) =>
    client.db(databaseName, { writeConcern: { w: 1 }, readConcern: { level: 'majority' } }).command({ count: 'c' }),
  'command keeps the order of its fields': ({ db }) => db.command({ find: 'c', sort: { b: 1, a: 1 }, filter: {}, limit: 1 }),
  'command does not change the document': async ({ db }) => {
    const command = { ping: 1 };
    await db.command(command);
    return command;
  },
  'insert command with errors': async ({ db }) => await db.command({ insert: 'c', documents: [{ _id: 1 }, { _id: 1 }] }),
  'insert command without acknowledgement': async ({ db, c }) => {
    const result = await db.command({ insert: 'c', documents: [{ _id: 1 }], writeConcern: { w: 0 } });
    await c.findOne();
    return result;
  },
  'command with BSON options': ({ db }) => db.command({ ping: 1 }, { promoteValues: false }),
  'createCollection': async ({ db }) => {
    const collection = await db.createCollection('c');
    return [collection.constructor.name, collection.collectionName, await collection.options()];
  },
  'createCollection twice': async ({ db }) => {
    await db.createCollection('c');
    return await db.createCollection('c');
  },
  'createCollection with options': async ({ db }) => {
    const collection = await db.createCollection('c', {
      capped: true,
      size: 4096,
      max: 5,
      collation: { locale: 'de' },
      validator: { a: 1 },
      validationAction: 'warn',
      comment: 'new',
      writeConcern: { w: 1 },
      maxTimeMS: 1000,
      nothing: undefined,
      pkFactory: null,
    });
    return [await collection.options(), await collection.isCapped()];
  },
  'createCollection with an unknown option': ({ db }) => db.createCollection('c', { nope: 1 }),
  'createCollection with a view': async ({ db, c }) => {
    await c.insertOne({ _id: 1, a: 1 });
    await db.createCollection('v', { viewOn: 'c', pipeline: [{ $project: { a: 1 } }] });
    return await db.listCollections({ name: 'v' }).toArray();
  },
  'createCollection as time series': async ({ db }) => {
    await db.createCollection('ts', { timeseries: { timeField: 't', metaField: 'm' }, expireAfterSeconds: 100 });
    return (await db.listCollections({ name: 'ts' }).toArray())[0].options;
  },
  'createCollection with a bad name': ({ db, attempt }) => attempt(() => db.createCollection('a$b')),
  'createCollection without name': ({ db, attempt }) => attempt(() => db.createCollection()),
  'options without collection': ({ c }) => c.options(),
  'isCapped without collection': ({ c }) => c.isCapped(),
  'drop': async ({ c }) => {
    await c.insertOne({ _id: 1 });
    return [await c.drop(), await c.drop()];
  },
  'dropCollection': async ({ db, c }) => {
    await c.insertOne({ _id: 1 });
    return [await db.dropCollection('c', { comment: 'gone' }), await db.dropCollection('c')];
  },
  'drop with a bad name': ({ db }) => db.dropCollection(''),
  'dropDatabase': async ({ db, c }) => {
    await c.insertOne({ _id: 1 });
    return [await db.dropDatabase(), await db.dropDatabase()];
  },
  'rename': async ({ c }) => {
    await c.insertOne({ _id: 1 });
    const renamed = await c.rename('other');
    return [renamed.constructor.name, renamed.collectionName, c.collectionName];
  },
  'rename onto another': async ({ c, other, attempt }) => {
    await c.insertOne({ _id: 1 });
    await other.insertOne({ _id: 2 });
    return [await attempt(() => c.rename('other')), (await c.rename('other', { dropTarget: true })).collectionName];
  },
  'rename without collection': ({ c }) => c.rename('other'),
  'renameCollection': async ({ db, c }) => {
    await c.insertOne({ _id: 1 });
    return (await db.renameCollection('c', 'other')).namespace;
  },
  'collections': async ({ db, c, other }) => {
    await c.insertOne({ _id: 1 });
    await other.insertOne({ _id: 1 });
    return (await db.collections()).map((each) => each.collectionName).sort();
  },
  'stats': async ({ db, c }) => {
    await c.insertOne({ _id: 1 });
    const { db: name, collections, objects, ok } = await db.stats({ scale: 1024 });
    return { name, collections, objects, ok };
  },
  'profiling level': async ({ db, attempt }) => [
    await db.profilingLevel(),
    await db.setProfilingLevel('off'),
    await attempt(() => db.setProfilingLevel('nope')),
    await attempt(() => db.setProfilingLevel(1)),
  ],
  'removeUser': ({ db }) => db.removeUser('nobody'),
  'admin commands': async ({ db }) => {
    const admin = db.admin();
    return [
      Object.keys(await admin.ping()),
      (await admin.buildInfo()).version === (await admin.serverInfo()).version,
      (await admin.serverStatus()).ok,
      (await admin.replSetGetStatus()).set,
      (await admin.command({ ping: 1 })).ok,
    ];
  },
  'admin.listDatabases': async ({ db, c, databaseName }) => {
    await c.insertOne({ _id: 1 });
    const { databases, ok } = await db.admin().listDatabases({ nameOnly: true, filter: { name: databaseName }, comment: 'ls' });
    return [databases, ok];
  },
  'admin.removeUser': ({ db }) => db.admin().removeUser('nobody'),
  'database properties': ({ db, client, databaseName }) => ({
    name: db.databaseName === databaseName,
    namespace: db.namespace === databaseName,
    options: Object.keys(db.options).sort(),
    readConcern: db.readConcern,
    writeConcern: db.writeConcern,
    readPreference: db.readPreference,
    secondaryOk: db.secondaryOk,
    bson: Object.keys(db.bsonOptions).filter((key) => key !== 'checkKeys'),
    client: db.client === client,
    defaultName: client.db().databaseName,
  }),
  'bad database name': ({ client, attempt }) => attempt(() => client.db('a.b')),
  'database name the server refuses': ({ client, attempt }) => attempt(() => client.db('a b').collection('c').insertOne({ _id: 1 })),
  'collection with callback': ({ db, attempt }) => attempt(() => db.collection('x', () => {})),
  'validateCollection': async ({ db, c, attempt }) => {
    await c.insertOne({ _id: 1 });
    const result = await attempt(() => db.admin().validateCollection('c'));
    return Object.keys(result);
  },
};
