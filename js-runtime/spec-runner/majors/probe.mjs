/**
 * A battery of calls that behave differently between majors of npm `mongodb`, played against one driver module. The answer is plain
 * JSON with everything volatile taken out, so that two drivers can be compared line by line.
 */

const VOLATILE = new Set(['$clusterTime', 'operationTime', 'electionId', 'opTime', 'connection', 'cmdId', 'message', 'clusterTime', 'lsid', 'serverInfo', 'hashedName']);
const DATABASE = 'majors_probe';

function plain(value, depth = 0) {
  if (value === undefined) return '<undefined>';
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `<function ${value.name}>`;
  if (value instanceof Date) return '<date>';
  if (value._bsontype) return `<${value._bsontype}>`;
  if (value instanceof Error) return errorOf(value);
  if (value instanceof Map) return { map: [...value].map(entry => plain(entry, depth + 1)) };
  if (depth > 6) return '<deep>';
  if (Array.isArray(value)) return value.map(item => plain(item, depth + 1));
  const name = value.constructor?.name;
  if (['Collection', 'Db', 'MongoClient', 'Admin', 'FindCursor', 'AggregationCursor', 'Cursor'].includes(name)) return `<${name}>`;
  const shown = {};
  for (const key of Object.keys(value).sort()) if (!VOLATILE.has(key) && typeof value[key] !== 'function') shown[key] = plain(value[key], depth + 1);
  return shown;
}

function errorOf(error) {
  const known = { name: error.name, message: error.message.replace(/index: .*/, 'index: ...'), code: error.code };
  return { error: known };
}

async function outcome(act) {
  try {
    return plain(await act());
  } catch (error) {
    return errorOf(error);
  }
}

/** What a callback got, and whether the call also gave a promise. */
function byCallback(call) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('<no callback within 3 s>'), 3000);
    const done = (error, result) => {
      clearTimeout(timer);
      resolve(error ? errorOf(error) : { result: plain(result) });
    };
    let returned;
    try {
      returned = call(done);
    } catch (error) {
      clearTimeout(timer);
      reject(error);
      return;
    }
    returned?.then?.(
      () => setTimeout(() => resolve('<a promise, no callback>'), 200),
      error => {
        clearTimeout(timer);
        reject(error);
      }
    );
  });
}

const RESULT_GETTERS = ['insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount', 'nInserted', 'nUpserted', 'nMatched', 'nModified', 'nRemoved', 'ok'];

function bulkResult(result) {
  const shown = { keys: plain(result) };
  for (const name of RESULT_GETTERS) shown[name] = plain(result[name]);
  shown.insertedIds = plain(result.insertedIds);
  shown.upsertedIds = plain(result.upsertedIds);
  return shown;
}

const unsupported = target => name => typeof target[name] === 'function';

/** name -> (things) => value; each runs on a freshly filled collection `c` of `{_id: 1..3, x: _id * 11}`. */
export const PROBES = {
  exports: ({ driver }) => Object.keys(driver).sort(),
  collectionMethods: ({ c }) => methodsOf(c),
  databaseMethods: ({ db }) => methodsOf(db),
  cursorMethods: ({ c }) => methodsOf(c.find({})),
  clientMethods: ({ client }) => methodsOf(client),

  insertOne: ({ c }) => c.insertOne({ a: 1 }),
  insertOneWithId: ({ c }) => c.insertOne({ _id: 9, a: 1 }),
  insertOneDuplicate: ({ c }) => c.insertOne({ _id: 1 }),
  insertOneUnacknowledged: ({ c }) => c.insertOne({ _id: 9 }, { w: 0 }),
  insertMany: ({ c }) => c.insertMany([{ _id: 8 }, { _id: 9 }]),
  insertManyDuplicate: ({ c }) => c.insertMany([{ _id: 8 }, { _id: 1 }]),
  insertManyEmpty: ({ c }) => c.insertMany([]),
  insert: ({ c }) => c.insert({ _id: 9 }),
  insertArray: ({ c }) => c.insert([{ _id: 8 }, { _id: 9 }]),
  save: ({ c }) => c.save({ _id: 1, y: 1 }),
  saveNew: ({ c }) => c.save({ y: 1 }),
  updateOne: ({ c }) => c.updateOne({ _id: 1 }, { $set: { x: 5 } }),
  updateOneUpsert: ({ c }) => c.updateOne({ _id: 99 }, { $set: { x: 5 } }, { upsert: true }),
  updateOneNoOperator: ({ c }) => c.updateOne({ _id: 1 }, { x: 5 }),
  updateMany: ({ c }) => c.updateMany({}, { $set: { x: 5 } }),
  update: ({ c }) => c.update({ _id: { $gt: 1 } }, { $set: { x: 5 } }),
  updateMulti: ({ c }) => c.update({ _id: { $gt: 1 } }, { $set: { x: 5 } }, { multi: true }),
  updateReplacement: async ({ c }) => [plain(await c.update({ _id: 1 }, { y: 5 })), await c.find({ _id: 1 }).toArray()],
  updateUpsert: ({ c }) => c.update({ _id: 77 }, { $set: { x: 5 } }, { upsert: true }),
  replaceOne: ({ c }) => c.replaceOne({ _id: 1 }, { y: 1 }),
  replaceOneUpsert: ({ c }) => c.replaceOne({ _id: 55 }, { y: 1 }, { upsert: true }),
  deleteOne: ({ c }) => c.deleteOne({ _id: 1 }),
  deleteMany: ({ c }) => c.deleteMany({}),
  remove: ({ c }) => c.remove({ _id: { $gt: 1 } }),
  removeSingle: ({ c }) => c.remove({ _id: { $gt: 1 } }, { single: true }),
  removeJustOne: ({ c }) => c.remove({ _id: { $gt: 1 } }, { justOne: true }),
  removeAll: ({ c }) => c.remove(),
  findOneAndUpdate: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }),
  findOneAndUpdateNone: ({ c }) => c.findOneAndUpdate({ _id: 1000 }, { $set: { x: 5 } }),
  findOneAndUpdateReturnOriginal: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, { returnOriginal: false }),
  findOneAndUpdateReturnNewDocument: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, { returnNewDocument: true }),
  findOneAndUpdateAfter: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, { returnDocument: 'after' }),
  findOneAndUpdateUpsert: ({ c }) => c.findOneAndUpdate({ _id: 66 }, { $set: { x: 5 } }, { upsert: true }),
  findOneAndUpdateMetadata: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, { includeResultMetadata: true }),
  findOneAndUpdateNoMetadata: ({ c }) => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, { includeResultMetadata: false }),
  findOneAndReplace: ({ c }) => c.findOneAndReplace({ _id: 1 }, { y: 5 }),
  findOneAndDelete: ({ c }) => c.findOneAndDelete({ _id: 1 }),
  findAndModify: ({ c }) => c.findAndModify({ _id: 1 }, [['_id', 1]], { $set: { x: 5 } }, { new: true }),
  findAndRemove: ({ c }) => c.findAndRemove({ _id: 1 }, [['_id', 1]]),
  findOne: ({ c }) => c.findOne({ _id: 1 }),
  findOneNone: ({ c }) => c.findOne({ _id: 1000 }),
  findOneFields: ({ c }) => c.findOne({ _id: 1 }, { fields: { x: 1, _id: 0 } }),
  findOneLegacyProjection: ({ c }) => c.findOne({ _id: 1 }, { x: 0 }),
  findFields: ({ c }) => c.find({ _id: 1 }, { fields: { x: 0 } }).toArray(),
  findProject: ({ c }) => c.find({ _id: 1 }).project({ x: 0 }).toArray(),
  count: ({ c }) => c.count({ x: { $gt: 11 } }),
  countDocuments: ({ c }) => c.countDocuments(),
  cursorCount: ({ c }) => c.find({ x: { $gt: 11 } }).count(),
  cursorCountLimit: ({ c }) => c.find({}).limit(1).count(),
  cursorCountApplyFalse: ({ c }) => c.find({}).limit(1).count(false),
  distinct: ({ c }) => c.distinct('x'),
  mapReduce: ({ c }) => c.mapReduce(function () { emit(1, this.x); }, function (key, values) { return Array.sum(values); }, { out: { inline: 1 } }),
  group: ({ c }) => c.group(['x'], {}, { count: 0 }, 'function (obj, prev) { prev.count++; }'),
  aggregate: ({ c }) => c.aggregate([{ $match: { _id: 1 } }]).toArray(),
  createIndex: ({ c }) => c.createIndex({ x: 1 }, { background: true }),
  createIndexString: ({ c }) => c.createIndex('x'),
  createIndexTypo: async ({ c }) => [await c.createIndex({ x: 1 }, { uniqe: true, dropDups: true }), await c.indexes()],
  ensureIndex: ({ c }) => c.ensureIndex({ x: 1 }, { unique: true }),
  createIndexes: ({ c }) => c.createIndexes([{ key: { x: 1 } }, { key: { y: -1 }, name: 'why' }]),
  dropIndex: async ({ c }) => { await c.createIndex({ x: 1 }); return c.dropIndex('x_1'); },
  dropIndexByKey: async ({ c }) => { await c.createIndex({ x: 1 }); return c.dropIndex({ x: 1 }); },
  dropIndexMissing: ({ c }) => c.dropIndex('nope'),
  dropIndexes: ({ c }) => c.dropIndexes(),
  dropAllIndexes: ({ c }) => c.dropAllIndexes(),
  reIndex: ({ c }) => c.reIndex(),
  indexes: ({ c }) => c.indexes(),
  indexesMissing: ({ db }) => db.collection('nope').indexes(),
  indexExists: ({ c }) => c.indexExists('_id_'),
  indexInformation: ({ c }) => c.indexInformation(),
  indexInformationFull: ({ c }) => c.indexInformation({ full: true }),
  stats: async ({ c }) => Object.keys(await c.stats()).includes('count'),
  databaseStats: async ({ db }) => Object.keys(await db.stats()).includes('collections'),
  isCapped: ({ c }) => c.isCapped(),
  options: ({ c }) => c.options(),
  rename: async ({ c, db }) => { await db.collection('renamed').drop().catch(() => {}); return c.rename('renamed'); },
  drop: ({ c }) => c.drop(),
  dropMissing: ({ db }) => db.collection('nope').drop(),
  dropCollectionMissing: ({ db }) => db.dropCollection('nope'),
  createCollection: async ({ db }) => { await db.dropCollection('made').catch(() => {}); return db.createCollection('made'); },
  createCollectionExisting: ({ db }) => db.createCollection('c'),
  createCollectionExistingStrict: ({ db }) => db.createCollection('c', { strict: true }),
  createCollectionBadOption: async ({ db }) => { await db.dropCollection('made').catch(() => {}); return db.createCollection('made', { nonsense: 1, autoIndexId: true }); },
  listCollections: async ({ db }) => (await db.listCollections({ name: 'c' }).toArray()).map(one => one.name),
  collections: async ({ db }) => (await db.collections()).length > 0,
  dropDatabase: ({ client }) => client.db('majors_probe_dropped').dropDatabase(),
  command: ({ db }) => db.command({ ping: 1 }),
  adminCommand: ({ db }) => db.admin().ping(),
  executeDbAdminCommand: ({ db }) => db.executeDbAdminCommand({ ping: 1 }),
  bulkWrite: async ({ c }) => bulkResult(await c.bulkWrite([{ insertOne: { document: { _id: 20 } } }, { updateOne: { filter: { _id: 1 }, update: { $set: { x: 0 } } } }, { updateOne: { filter: { _id: 44 }, update: { $set: { x: 0 } }, upsert: true } }, { deleteOne: { filter: { _id: 2 } } }])),
  bulkWriteDuplicate: ({ c }) => c.bulkWrite([{ insertOne: { document: { _id: 1 } } }]),
  bulkWriteEmpty: ({ c }) => c.bulkWrite([]),
  orderedBulk: async ({ c }) => { const bulk = c.initializeOrderedBulkOp(); bulk.insert({ _id: 30 }); bulk.find({ _id: 1 }).updateOne({ $set: { x: 1 } }); return bulkResult(await bulk.execute()); },
  orderedBulkLegacy: async ({ c }) => { const bulk = c.initializeOrderedBulkOp(); bulk.find({ _id: 1 }).upsert().updateOne({ $set: { x: 1 } }); bulk.find({ _id: 2 }).removeOne(); return bulkResult(await bulk.execute()); },
  forEach: async ({ c }) => { const seen = []; const returned = await c.find({}).sort({ _id: 1 }).forEach(document => { seen.push(document._id); }); return [seen, returned]; },
  each: ({ c }) => new Promise(resolve => { const seen = []; c.find({}).sort({ _id: 1 }).each((error, document) => { if (document === null || error) resolve(seen); else seen.push(document._id); }); }),
  toArrayTwice: async ({ c }) => { const cursor = c.find({}); return [(await cursor.toArray()).length, (await cursor.toArray()).length]; },
  nextAfterEnd: async ({ c }) => { const cursor = c.find({ _id: 1 }); await cursor.next(); return [await cursor.next(), await cursor.next()]; },
  isClosed: async ({ c }) => { const cursor = c.find({}); return typeof cursor.isClosed === 'function' ? cursor.isClosed() : cursor.closed; },
  cursorSnake: ({ c }) => methodsOf(c.find({})).filter(name => /count|each|explain|skip|snapshot|modifier/i.test(name)),
  explain: async ({ c }) => Object.keys(await c.find({ _id: 1 }).explain()).includes('queryPlanner'),

  objectIdWithoutNew: ({ driver }) => driver.ObjectId('64b7f0000000000000000001'),
  objectIDAlias: ({ driver }) => typeof driver.ObjectID,
  objectIDWithoutNew: ({ driver }) => driver.ObjectID('64b7f0000000000000000001'),
  objectIdInstance: async ({ driver, c }) => { await c.insertOne({ z: 1 }); const found = await c.findOne({ z: 1 }); return [found._id instanceof driver.ObjectId, driver.ObjectId.isValid('64b7f0000000000000000001'), driver.ObjectId.isValid(5), driver.ObjectId.isValid('xxxxxxxxxxxx')]; },
  objectIdBad: ({ driver }) => new driver.ObjectId('zz'),
  objectIdTwelve: ({ driver }) => new driver.ObjectId('xxxxxxxxxxxx'),
  objectIdNumber: ({ driver }) => new driver.ObjectId(5).toHexString().slice(0, 8),
  binaryWithoutNew: ({ driver }) => driver.Binary(Buffer.from('ab')).length(),
  longFrom: ({ driver }) => driver.Long.fromNumber(5).toNumber(),
  uuid: ({ driver }) => typeof driver.UUID,
  serverError: async ({ c, driver }) => { try { await c.insertOne({ _id: 1 }); return 'none'; } catch (error) { return [error.name, error.constructor.name, error instanceof driver.MongoError, error.code, Object.keys(error).sort().filter(key => !VOLATILE.has(key))]; } },
  bulkError: async ({ c, driver }) => { try { await c.insertMany([{ _id: 5 }, { _id: 1 }]); return 'none'; } catch (error) { return [error.name, error.constructor.name, error.code, plain(error.result?.nInserted), plain(error.result?.insertedCount), error.writeErrors?.length, error.writeErrors?.[0]?.index, error instanceof driver.MongoError]; } },

  startSession: ({ client }) => { const session = client.startSession(); const known = [typeof session.id, typeof session.withTransaction]; session.endSession(); return known; },
  commitResult: ({ client, c }) => transaction(client, async session => { session.startTransaction(); await c.insertOne({ _id: 70 }, { session }); return plain(await session.commitTransaction()); }),
  commitEmpty: ({ client }) => transaction(client, async session => { session.startTransaction(); return plain(await session.commitTransaction()); }),
  abortResult: ({ client, c }) => transaction(client, async session => { session.startTransaction(); await c.insertOne({ _id: 70 }, { session }); return plain(await session.abortTransaction()); }),
  withTransaction: ({ client, c }) => transaction(client, async session => plain(await session.withTransaction(async () => { await c.insertOne({ _id: 71 }, { session }); return 'value'; }))),
  withTransactionAborted: ({ client, c }) => transaction(client, async session => plain(await session.withTransaction(async () => { await c.insertOne({ _id: 72 }, { session }); await session.abortTransaction(); return 'value'; }))),
  withTransactionNoPromise: ({ client }) => transaction(client, async session => plain(await session.withTransaction(() => 5))),
  withSession: async ({ client }) => plain(await client.withSession(async () => 'value')),
  endSession: ({ client }) => client.startSession().endSession(),

  gridfsUpload: ({ driver, db }) => gridfsUpload(new driver.GridFSBucket(db), db),

  cbInsertOne: ({ c }) => byCallback(done => c.insertOne({ _id: 9 }, done)),
  cbInsertOneOptions: ({ c }) => byCallback(done => c.insertOne({ _id: 9 }, {}, done)),
  cbInsertDuplicate: ({ c }) => byCallback(done => c.insertOne({ _id: 1 }, done)),
  cbUpdate: ({ c }) => byCallback(done => c.update({ _id: 1 }, { $set: { x: 5 } }, done)),
  cbRemove: ({ c }) => byCallback(done => c.remove({ _id: 1 }, done)),
  cbSave: ({ c }) => byCallback(done => c.save({ _id: 1 }, done)),
  cbFindOne: ({ c }) => byCallback(done => c.findOne({ _id: 1 }, done)),
  cbFindToArray: ({ c }) => byCallback(done => c.find({ _id: 1 }).toArray(done)),
  cbFindWithCallback: ({ c }) => byCallback(done => c.find({ _id: 1 }, done)),
  cbFindOneAndUpdate: ({ c }) => byCallback(done => c.findOneAndUpdate({ _id: 1 }, { $set: { x: 5 } }, done)),
  cbAggregate: ({ c }) => byCallback(done => c.aggregate([], done)),
  cbCount: ({ c }) => byCallback(done => c.count(done)),
  cbCountDocuments: ({ c }) => byCallback(done => c.countDocuments({}, done)),
  cbDistinct: ({ c }) => byCallback(done => c.distinct('x', {}, done)),
  cbCreateIndex: ({ c }) => byCallback(done => c.createIndex({ x: 1 }, { unique: true }, done)),
  cbDropIndex: ({ c }) => byCallback(done => c.dropIndex('nope', done)),
  cbDrop: ({ c }) => byCallback(done => c.drop(done)),
  cbCreateCollection: async ({ db }) => { await db.dropCollection('made').catch(() => {}); return byCallback(done => db.createCollection('made', done)); },
  cbCollection: ({ db }) => byCallback(done => db.collection('c', done)),
  cbCollectionStrict: ({ db }) => byCallback(done => db.collection('nope', { strict: true }, done)),
  cbCommand: ({ db }) => byCallback(done => db.command({ ping: 1 }, done)),
  cbListCollections: ({ db }) => byCallback(done => db.listCollections({ name: 'c' }, { nameOnly: true }).toArray(done)),
  cbNext: ({ c }) => byCallback(done => c.find({ _id: 1 }).next(done)),
  cbHasNext: ({ c }) => byCallback(done => c.find({ _id: 1 }).hasNext(done)),
  cbCursorCount: ({ c }) => byCallback(done => c.find({}).count(done)),
  cbForEach: ({ c }) => byCallback(done => c.find({}).forEach(() => {}, done)),
  cbForEachTwo: ({ c }) => byCallback(done => { let seen = 0; c.find({}).forEach(() => { seen += 1; }, error => done(error, seen)); }),
  cbBulkWrite: ({ c }) => byCallback(done => c.bulkWrite([{ deleteOne: { filter: { _id: 1 } } }], (error, result) => done(error, result?.deletedCount))),
  cbBulkExecute: ({ c }) => byCallback(done => { const bulk = c.initializeUnorderedBulkOp(); bulk.find({ _id: 1 }).update({ $set: { x: 1 } }); bulk.execute((error, result) => done(error, result?.nModified)); }),
  cbRename: async ({ c, db }) => { await db.collection('renamed').drop().catch(() => {}); return byCallback(done => c.rename('renamed', done)); },
  cbStats: ({ c }) => byCallback(done => c.stats((error, result) => done(error, result?.count))),
  cbEndSession: ({ client }) => byCallback(done => client.startSession().endSession(done)),
  cbCommit: ({ client, c }) => byCallback(done => { const session = client.startSession(); session.startTransaction(); c.insertOne({ _id: 90 }, { session }).then(() => session.commitTransaction(done)); }),
  cbAdmin: ({ db }) => byCallback(done => db.admin().ping(done)),
  dbMethodsLegacy: ({ db }) => ['eval', 'addUser', 'removeUser', 'ensureIndex', 'profilingLevel', 'unref', 'close'].filter(unsupported(db))
};

/** Everything but the sum that major 3 adds. */
async function gridfsUpload(bucket, db) {
  const stream = bucket.openUploadStream('name', { contentType: 'text/plain', aliases: ['a'], metadata: { k: 1 } });
  await new Promise((resolve, reject) => stream.on('finish', resolve).on('error', reject).end('text'));
  const { md5: _sum, ...file } = await db.collection('fs.files').findOne({ filename: 'name' });
  await bucket.drop();
  return [Object.keys(file), file];
}

async function transaction(client, run) {
  const session = client.startSession();
  try {
    return await run(session);
  } finally {
    await session.endSession();
  }
}

function methodsOf(object) {
  const names = new Set();
  for (let prototype = Object.getPrototypeOf(object); prototype && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
    if (prototype.constructor.name === 'EventEmitter' || prototype.constructor.name === 'Readable') break;
    for (const name of Object.getOwnPropertyNames(prototype)) if (!name.startsWith('_') && name !== 'constructor') names.add(name);
  }
  return [...names].sort();
}

/** @returns {Promise<Record<string, unknown>>} one plain outcome per probe */
export async function probe(driver, uri, { only, clientOptions = {} } = {}) {
  const client = new driver.MongoClient(uri, clientOptions);
  await client.connect();
  const outcomes = {};
  try {
    const db = client.db(DATABASE);
    for (const [name, run] of Object.entries(PROBES)) {
      if (only && !name.includes(only)) continue;
      const c = db.collection('c');
      await c.drop().catch(() => {});
      await c.insertMany([1, 2, 3].map(number => ({ _id: number, x: number * 11 })));
      outcomes[name] = await outcome(() => run({ driver, client, db, c }));
    }
    await db.dropDatabase();
  } finally {
    await client.close();
  }
  return outcomes;
}
