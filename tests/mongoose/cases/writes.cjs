/** Inserting many, bulk writes, indexes, aggregation, sessions, change streams. */

const duplicate = ({ error }) => error && { name: error.name, code: error.code, message: error.message, keys: Object.keys(error), keyPattern: error.keyPattern, keyValue: error.keyValue, writeErrors: error.writeErrors?.map(({ index, code, errmsg }) => ({ index, code, errmsg })), inserted: error.insertedDocs?.length, results: error.results?.length, insertedCount: error.result?.insertedCount };

/** Errors and answers that hold the raw results, of which majors show different fields. */
const counts = (answer) => answer && Object.fromEntries(['insertedCount', 'matchedCount', 'modifiedCount', 'deletedCount', 'upsertedCount', 'nInserted', 'nModified', 'nUpserted', 'ok'].map((name) => [name, answer[name]]));

module.exports = {
  'create in every way': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, required: true } }));
    return [await Thing.create({ name: 'a' }), await Thing.create([{ name: 'b' }, { name: 'c' }], { ordered: true }), await Thing.create([]), await attempt(() => Thing.create([{ name: 'd' }, {}], { ordered: true })), await attempt(() => Thing.create({ name: 'e' }, { name: 'f' })), await attempt(() => Thing.create()), await attempt(() => Thing.create(null)), await new Thing({ name: 'g' }).save(), await attempt(() => Thing.create([{ name: 'h' }, {}], { aggregateErrors: true, ordered: true })), await Thing.insertOne?.({ name: 'i' })];
  },

  'insertMany': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, unique: true, required: true }, n: Number }));
    await Thing.init();
    const raw = await attempt(async () => { const answer = await Thing.insertMany([{ name: 'r1' }, { name: 'r2' }], { rawResult: true }); return { count: answer.insertedCount, ids: Object.keys(answer.insertedIds), acknowledged: answer.acknowledged }; });
    return {
      plain: await Thing.insertMany([{ name: 'a', n: '1' }, { name: 'b' }]), one: await Thing.insertMany({ name: 'c' }), none: await Thing.insertMany([]), ordered: duplicate(await attempt(() => Thing.insertMany([{ name: 'd' }, { name: 'a' }, { name: 'e' }]))), unordered: duplicate(await attempt(() => Thing.insertMany([{ name: 'f' }, { name: 'a' }, { name: 'b' }, { name: 'g' }], { ordered: false }))), raw, invalid: await attempt(() => Thing.insertMany([{ name: 'h' }, { n: 'x' }])), invalidUnordered: await attempt(() => Thing.insertMany([{ name: 'i' }, { n: 'x' }], { ordered: false })), throwing: await attempt(async () => Thing.insertMany([{ name: 'j' }, {}], { ordered: false, throwOnValidationError: true })), lean: await Thing.insertMany([{ name: 'k', unknown: 1 }], { lean: true }), limited: (await Thing.insertMany(Array.from({ length: 12 }, (_, n) => ({ name: `l${n}` })), { limit: 3 })).length, left: (await Thing.find().sort('name')).map(({ name }) => name), rawUnordered: await attempt(async () => { const answer = await Thing.insertMany([{ name: 'm' }, {}], { ordered: false, rawResult: true }); return { count: answer.insertedCount, errors: answer.mongoose?.validationErrors?.map(({ message }) => message) }; }),
    };
  },

  'bulkWrite': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, unique: true }, n: Number, tags: [String] }, { timestamps: true }));
    await Thing.init();
    const answer = await Thing.bulkWrite([
      { insertOne: { document: { name: 'a', n: '5', unknown: 1 } } }, { insertOne: { document: { name: 'b' } } }, { updateOne: { filter: { name: 'a' }, update: { n: '6' } } }, { updateOne: { filter: { name: 'z' }, update: { $set: { n: 1 } }, upsert: true } }, { updateMany: { filter: {}, update: { $inc: { n: '1' }, $push: { tags: 5 } } } }, { replaceOne: { filter: { name: 'b' }, replacement: { name: 'bb', unknown: 2 } } }, { deleteOne: { filter: { name: 'z' } } }, { deleteMany: { filter: { name: 'nobody' } } },
    ]);
    return {
      counts: counts(answer), class: answer.constructor.name, ids: Object.keys(answer.insertedIds ?? {}), upserted: Object.keys(answer.upsertedIds ?? {}), ok: answer.isOk?.(), empty: await attempt(async () => counts(await Thing.bulkWrite([]))), failing: duplicate(await attempt(() => Thing.bulkWrite([{ insertOne: { document: { name: 'c' } } }, { insertOne: { document: { name: 'a' } } }, { insertOne: { document: { name: 'd' } } }]))), unordered: duplicate(await attempt(() => Thing.bulkWrite([{ insertOne: { document: { name: 'e' } } }, { insertOne: { document: { name: 'a' } } }, { insertOne: { document: { name: 'f' } } }], { ordered: false }))), cast: await attempt(() => Thing.bulkWrite([{ updateOne: { filter: { n: 'x' }, update: { n: 1 } } }])), unknown: await attempt(() => Thing.bulkWrite([{ nothing: {} }])), strict: counts(await Thing.bulkWrite([{ updateOne: { filter: { name: 'a' }, update: { unknown: 5 } } }], { strict: false })), noTimestamps: counts(await Thing.bulkWrite([{ updateOne: { filter: { name: 'a' }, update: { n: 10 }, timestamps: false } }])), filters: counts(await Thing.bulkWrite([{ updateOne: { filter: { name: 'a' }, update: { $set: { 'tags.$[each]': 'x' } }, arrayFilters: [{ each: '5' }] } }])),
    };
  },

  'bulkSave': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, unique: true }, list: [Number] }));
    await Thing.init();
    const things = await Thing.insertMany([{ name: 'a' }, { name: 'b' }]);
    things[0].name = 'aa';
    things[1].list.push(1);
    things.push(new Thing({ name: 'c' }));
    const first = await attempt(async () => counts(await Thing.bulkSave(things)));
    const again = await attempt(async () => counts(await Thing.bulkSave(things)));
    things[2].name = 'aa';
    const failing = duplicate(await attempt(() => Thing.bulkSave(things)));
    return { first, again, failing, isNew: things.map((each) => each.isNew), wrong: await attempt(() => Thing.bulkSave([{}])) };
  },

  'duplicate keys': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ mail: { type: String, unique: true }, a: Number, b: Number }).index({ a: 1, b: 1 }, { unique: true, sparse: true }));
    await Thing.init();
    await Thing.create({ mail: 'x', a: 1, b: 1 });
    return [duplicate(await attempt(() => Thing.create({ mail: 'x', a: 2 }))), duplicate(await attempt(() => Thing.create({ mail: 'y', a: 1, b: 1 }))), duplicate(await attempt(() => Thing.updateOne({ mail: 'q' }, { a: 1, b: 1 }, { upsert: true }))), (await attempt(() => Thing.create({ mail: 'x' }))).error instanceof mongoose.mongo.MongoServerError];
  },

  'indexes': async ({ mongoose, attempt, events, connection }) => {
    const schema = new mongoose.Schema({ a: { type: Number, index: true }, text: { type: String, text: true }, place: { type: { type: String }, coordinates: [Number] }, mail: { type: String, unique: true, sparse: true }, when: { type: Date, expires: '1h' }, sub: { x: { type: Number, index: -1 } } }, { autoIndex: false, autoCreate: false });
    schema.index({ a: 1, mail: -1 }, { name: 'named', partialFilterExpression: { a: { $gt: 5 } } });
    schema.index({ place: '2dsphere' });
    schema.index({ a: -1 }, { collation: { locale: 'de', strength: 1 } });
    const Thing = mongoose.model('Thing', schema);
    Thing.on('index', (error) => events.push(`index ${error ?? 'done'}`));
    const none = await attempt(() => Thing.listIndexes());
    await Thing.createIndexes();
    const keys = (list) => list.map(({ key, name }) => ({ key, name })).sort((one, other) => (one.name < other.name ? -1 : 1));
    const listed = keys(await Thing.listIndexes());
    await Thing.collection.createIndex({ extra: 1 });
    await Thing.collection.dropIndex('a_1');
    const difference = await Thing.diffIndexes();
    const dropped = await Thing.syncIndexes();
    const again = await Thing.syncIndexes();
    const dry = await Thing.cleanIndexes({ toDrop: [] });
    const Other = mongoose.model('Other', new mongoose.Schema({ a: Number }).index({ a: 1 }, { unique: true }), 'things');
    await Thing.collection.insertMany([{ a: 1, when: new Date(0) }, { a: 1 }]);
    const conflict = await attempt(() => Other.init());
    const wrong = await attempt(() => Other.createIndexes());
    return { none: none.error?.codeName ?? none.value, listed, difference, dropped, again, dry, conflict: conflict.error?.codeName, wrong: wrong.error?.codeName, information: Object.keys(await connection.collection('things').indexInformation()).length, ensured: await attempt(() => Thing.ensureIndexes()) };
  },

  'autoCreate, autoIndex and createCollection': async ({ mongoose, attempt, connection }) => {
    const Auto = mongoose.model('Auto', new mongoose.Schema({ a: { type: Number, index: true } }));
    const Manual = mongoose.model('Manual', new mongoose.Schema({ a: { type: Number, index: true } }, { autoCreate: false, autoIndex: false }));
    const Capped = mongoose.model('Capped', new mongoose.Schema({ a: Number }, { capped: { size: 4096, max: 10 }, autoCreate: false }));
    const Collated = mongoose.model('Collated', new mongoose.Schema({ name: String }, { collation: { locale: 'en', strength: 1 }, autoCreate: false }));
    const Timed = mongoose.model('Timed', new mongoose.Schema({ at: Date, meta: String }, { timeseries: { timeField: 'at', metaField: 'meta', granularity: 'hours' }, autoCreate: false, expireAfterSeconds: 86400 }));
    await Auto.init();
    await Capped.createCollection();
    await Collated.createCollection();
    await Timed.createCollection();
    await Manual.findOne();
    const again = await attempt(() => Capped.createCollection());
    await Collated.create([{ name: 'b' }, { name: 'A' }], { ordered: true });
    const view = await attempt(async () => { const View = mongoose.model('View', new mongoose.Schema({ name: String }, { autoCreate: false, autoIndex: false })); await View.createCollection({ viewOn: 'collateds', pipeline: [{ $project: { name: 1 } }] }); return View.countDocuments(); });
    return { again: again.error?.codeName ?? 'fine', view, names: (await connection.db.listCollections().toArray()).map(({ name }) => name).filter((name) => !name.startsWith('system.')).sort(), found: (await Collated.find({ name: 'a' })).length };
  },

  'aggregate': async ({ mongoose, attempt }) => {
    const Sale = mongoose.model('Sale', new mongoose.Schema({ item: String, n: Number, at: Date }));
    await Sale.insertMany([{ item: 'a', n: 1, at: new Date(0) }, { item: 'a', n: 2 }, { item: 'b', n: 5 }, { item: 'c', n: 7 }]);
    const seen = {};
    seen.plain = await Sale.aggregate([{ $group: { _id: '$item', total: { $sum: '$n' } } }, { $sort: { _id: 1 } }]);
    seen.chained = await Sale.aggregate().match({ n: { $gt: 1 } }).group({ _id: null, total: { $sum: '$n' } }).project('-_id total');
    seen.stages = await Sale.aggregate().sort('-n').skip(1).limit(2).project({ n: 1, _id: 0 }).addFields({ double: { $multiply: ['$n', 2] } });
    seen.count = await Sale.aggregate().count('how');
    seen.facet = await Sale.aggregate().facet({ few: [{ $match: { n: { $lt: 3 } } }, { $count: 'n' }], many: [{ $count: 'n' }] });
    seen.lookup = await Sale.aggregate().match({ item: 'b' }).lookup({ from: 'sales', localField: 'item', foreignField: 'item', as: 'same' }).unwind('same').replaceRoot('same').project({ _id: 0, __v: 0 });
    seen.forAwait = [];
    for await (const each of Sale.aggregate([{ $sort: { n: 1 } }])) seen.forAwait.push(each.n);
    seen.cursor = [];
    for await (const each of Sale.aggregate([{ $sort: { n: 1 } }]).cursor({ batchSize: 1 })) seen.cursor.push(each.n);
    seen.each = [];
    await Sale.aggregate([{ $sort: { n: 1 } }]).cursor().eachAsync((each) => { seen.each.push(each.n); });
    const cursor = Sale.aggregate([{ $sort: { n: 1 } }]).cursor();
    seen.next = (await cursor.next()).n;
    await cursor.close();
    seen.options = await Sale.aggregate([{ $match: { item: 'a' } }]).allowDiskUse(true).collation({ locale: 'en' }).hint({ _id: 1 }).read('primary').option({ maxTimeMS: 1000, comment: 'c' }).then((list) => list.length);
    seen.noCast = (await Sale.aggregate([{ $match: { n: '1' } }])).length;
    seen.bad = await attempt(() => Sale.aggregate([{ $nothing: {} }]));
    seen.badStages = await attempt(() => Sale.aggregate().append({}));
    seen.explain = typeof (await Sale.aggregate([{ $match: { n: 1 } }]).explain('queryPlanner'));
    seen.out = await Sale.aggregate([{ $match: { n: 7 } }, { $project: { _id: 0, n: 1 } }, { $out: 'sale_copies' }]);
    seen.merged = await Sale.aggregate([{ $match: { n: 5 } }, { $merge: { into: 'sale_merged' } }]);
    seen.sample = (await Sale.aggregate().sample(2)).length;
    seen.bucket = await Sale.aggregate().sortByCount('item').sort('-count _id').limit(1);
    seen.connection = await attempt(() => Sale.db.aggregate([{ $documents: [{ x: 1 }] }]));
    seen.pipeline = Sale.aggregate([{ $match: {} }]).pipeline();
    return seen;
  },

  'sessions and transactions': async ({ mongoose, connection, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, unique: true }, n: Number }));
    await Thing.init();
    const seen = {};
    const session = await mongoose.startSession();
    session.startTransaction();
    const [thing] = await Thing.create([{ name: 'a' }], { session });
    seen.inside = await Thing.countDocuments().session(session);
    seen.outside = await Thing.countDocuments();
    thing.n = 1;
    seen.sessionOfDocument = thing.$session() === session;
    await thing.save();
    await Thing.updateOne({ name: 'a' }, { $inc: { n: 1 } }, { session });
    await session.commitTransaction();
    session.startTransaction();
    await Thing.deleteMany({}, { session });
    await Thing.findOneAndUpdate({ name: 'b' }, { n: 3 }, { session, upsert: true });
    await session.abortTransaction();
    seen.afterAbort = await Thing.find().lean();
    seen.withTransaction = await attempt(async () => typeof (await session.withTransaction(async () => { await Thing.create([{ name: 'c' }], { session }); for await (const each of Thing.find().session(session).cursor()) { each.n = 9; await each.save(); } await Thing.aggregate([{ $match: {} }]).session(session); await Thing.bulkWrite([{ insertOne: { document: { name: 'd' } } }], { session }); await Thing.insertMany([{ name: 'e' }], { session }); })));
    const callback = await attempt(() => connection.transaction(async (own) => { const document = await Thing.findOne({ name: 'a' }).session(own); document.n = 100; await document.save({ session: own }); const fresh = new Thing({ name: 'f', $session: own }); await fresh.save({ session: own }); throw new Error('roll back'); }));
    seen.rolledBack = [callback.error?.message, await Thing.countDocuments({ name: 'f' }), (await Thing.findOne({ name: 'a' })).n];
    const kept = new Thing({ name: 'g' });
    await attempt(() => connection.transaction(async (own) => { await kept.save({ session: own }); throw new Error('roll back'); }));
    seen.stillNew = kept.isNew;
    seen.savedLater = (await attempt(() => kept.save())).error?.name;
    seen.committed = await attempt(async () => typeof (await connection.transaction(async (own) => { await Thing.create([{ name: 'h' }], { session: own }); return 'x'; })));
    seen.duplicate = await attempt(() => connection.transaction(async (own) => { await Thing.create([{ name: 'i' }], { session: own }); await Thing.create([{ name: 'a' }], { session: own }); })).then(({ error }) => [error.name, error.code]);
    seen.conflict = await attempt(async () => { const other = await connection.startSession(); other.startTransaction(); session.startTransaction(); await Thing.updateOne({ name: 'a' }, { n: 1 }, { session }); const { error } = await attempt(() => Thing.updateOne({ name: 'a' }, { n: 2 }, { session: other })); await session.abortTransaction(); await other.abortTransaction(); await other.endSession(); return [error.name, error.code, error.hasErrorLabel('TransientTransactionError')]; });
    await session.endSession();
    seen.ended = [session.hasEnded, await attempt(() => Thing.findOne().session(session))];
    seen.names = (await Thing.find().sort('name')).map(({ name, n }) => [name, n]);
    return seen;
  },

  'transactionAsyncLocalStorage': async ({ mongoose, connection, attempt }) => {
    if ((await attempt(() => mongoose.set('transactionAsyncLocalStorage', true))).error) return 'not in this major';
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    await Thing.init();
    const outcome = await attempt(() => connection.transaction(async () => { await Thing.create({ name: 'inside' }); await new Promise((resolve) => setTimeout(resolve, 5)); await new Thing({ name: 'also' }).save(); await Thing.updateOne({ name: 'also' }, { name: 'changed' }); throw new Error('back'); }));
    return [outcome.error.message, await Thing.countDocuments()];
  },

  'change streams': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    await Thing.createCollection();
    const stream = Thing.watch([{ $match: { operationType: { $in: ['insert', 'update', 'delete'] } } }], { fullDocument: 'updateLookup', hydrate: false });
    const changes = [];
    let probes = 0;
    const three = new Promise((resolve, reject) => { stream.on('change', (change) => { if (change.fullDocument?.name === 'probe') return void (probes += 1); changes.push({ type: change.operationType, document: change.fullDocument, key: Object.keys(change.documentKey), description: change.updateDescription }); if (changes.length === 3) resolve(); }); stream.on('error', reject); });
    const ready = new Promise((resolve) => { stream.once('ready', resolve); setTimeout(resolve, 1000); });
    await ready;
    // Whatever the machine is busy with: the stream is open once it tells of a probe, and has looked up the update before the deletion.
    while (probes === 0) await Thing.create({ name: 'probe' }).then(() => new Promise((resolve) => setTimeout(resolve, 100)));
    const thing = await Thing.create({ name: 'a' });
    thing.name = 'b';
    await thing.save();
    while (changes.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await Thing.deleteOne({ _id: thing._id });
    await three;
    await stream.close();
    const hydrated = await attempt(async () => { const own = Thing.watch([], { hydrate: true }); const next = own.next(); let change; let failed; next.then((seen) => { change = seen; }, (error) => { failed = error; }); while (!change && !failed) await Thing.create({ name: 'h' }).then(() => new Promise((resolve) => setTimeout(resolve, 100))); if (failed) throw failed; await own.close(); return [change.operationType, change.fullDocument.constructor.modelName]; });
    await Thing.deleteMany({});
    return { changes, closed: stream.closed, hydrated };
  },

  'raw collections and driver exports': async ({ mongoose, connection, base, require, attempt }) => {
    const things = connection.collection('things');
    await things.insertMany([{ a: 1 }, { a: 2 }]);
    const driver = require('mongodb');
    const Thing = mongoose.model('Thing', new mongoose.Schema({ a: Number }));
    return {
      found: await things.find({ a: { $gt: 0 } }).sort({ a: -1 }).toArray(), one: await Thing.collection.findOne({ a: 1 }), updated: await Thing.collection.updateOne({ a: 1 }, { $set: { b: 1 } }), counted: await things.countDocuments(), names: [things.name, things.collectionName, things.namespace?.split('.').pop(), things.constructor.name], same: base.mongo.ObjectId === driver.ObjectId, types: mongoose.Types.ObjectId === driver.ObjectId, typesToo: new mongoose.Types.ObjectId() instanceof driver.ObjectId, decimal: mongoose.Types.Decimal128 === driver.Decimal128, exports: ['MongoClient', 'ObjectId', 'GridFSBucket', 'MongoServerError', 'Binary', 'Long'].map((name) => typeof base.mongo[name]), bucket: await (async () => { const bucket = new base.mongo.GridFSBucket(connection.db, { bucketName: 'pictures' }); await new Promise((resolve, reject) => { const upload = bucket.openUploadStream('a.txt'); upload.on('finish', resolve).on('error', reject); upload.end(Buffer.from('content')); }); const chunks = []; for await (const chunk of bucket.openDownloadStreamByName('a.txt')) chunks.push(chunk); await bucket.drop(); return Buffer.concat(chunks).toString(); })(), driverFind: await connection.db.collection('things').find({}, { projection: { _id: 0 } }).toArray(), version: typeof base.version, isValid: [base.isValidObjectId('x'), base.isValidObjectId('65f0a1b2c3d4e5f601020304'), base.isValidObjectId('twelve chars'), base.isValidObjectId(5), base.isObjectIdOrHexString('twelve chars'), base.isObjectIdOrHexString(new base.Types.ObjectId())], unknownMethod: await attempt(() => things.nothing()),
    };
  },
};
