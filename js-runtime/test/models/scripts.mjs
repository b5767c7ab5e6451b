import { WORDS } from './words.mjs';

/**
 * What scripts do with models, as steps that are run with mongoose and with built-in models. Each gets `{ models, raw, ObjectId }` and
 * returns what it wants compared besides the database; `raw` is the driver's Db.
 */

/** Schema files in dAvePi's form; `Account` and `Note` are used by the steps below. */
export const DEFINITIONS = [
  {
    path: 'account',
    name: 'account',
    file: '/schema/versions/v1/account.js',
    fields: [
      { name: 'email', type: String, required: true, lowercase: true, trim: true },
      { name: 'name', type: String, minlength: 2, maxLength: 8 },
      { name: 'age', type: Number, min: 0, max: [150, 'too old: {VALUE}'] },
      { name: 'state', type: String, enum: ['open', 'closed'], default: 'open' },
      { name: 'active', type: Boolean },
      { name: 'born', type: Date, min: new Date('1900-01-01') },
      { name: 'tags', type: [String] },
      { name: 'scores', type: [Number], default: undefined },
      { name: 'owner', type: 'ObjectId' },
      { name: 'code', type: String, match: /^[A-Z]+$/, uppercase: true },
      { name: 'anything', type: 'Mixed' },
      { name: 'list', type: Array },
      { name: 'full', type: String, computed: () => 'never stored' },
      { name: 'photo', type: 'File' },
      { name: 'region', type: String, default: () => 'none' },
      { name: 'even', type: Number, validate: { validator: (value) => value % 2 === 0, message: 'must be even' } },
    ],
  },
  { path: 'note', name: 'note', file: '/schema/versions/v1/note.js', softDelete: false, fields: [{ name: 'text', type: String }] },
];

async function failureOf(work) {
  try {
    await work();
    return 'nothing failed';
  } catch (error) {
    const errors = error.errors === undefined ? undefined : Object.fromEntries(Object.entries(error.errors).map(([path, each]) => [path, `${each.name} ${each.kind}: ${each.message}`]));
    return { name: error.name, message: error.message, errors, code: error.code };
  }
}

const OLD = [
  { email: 'a@x.org', age: 41, tags: ['a', 'b'], extra: { kept: true }, createdAt: new Date(0), __v: 3 },
  { email: 'b@x.org', name: 'Bea', age: '7', active: 'yes', list: [{ n: 1 }, { n: 2 }], createdAt: new Date(0) },
  { email: 'c@x.org', name: 'Cee', state: 'closed', anything: { deep: { er: 1 } }, scores: [1, 2, 3] },
];

async function seed(raw, name) {
  await raw.collection(name).insertMany(structuredClone(OLD));
}

/** With a schema. */
export const STRICT = {
  async 'create casts, trims and gives defaults'({ models }) {
    const one = await models.account.create({ email: ' X@Y.Z ', age: '12', active: 'no', tags: [1, 2], born: '2001-02-03', unknown: 1, code: 'abc' });
    const many = await models.account.create([{ email: 'm1' }, { email: 'm2', list: 5, owner: '0123456789abcdef01234567' }]);
    return [one.email, one.age, one.active, [...one.tags], one.unknown, one.code, one.isNew, many.map((each) => [each.email, each.state, each.region])];
  },
  async 'rules are told'({ models }) {
    const { account: Account } = models;
    return [
      await failureOf(() => Account.create({})),
      await failureOf(() => Account.create({ email: 'e', name: 'x', age: 200, state: 'odd', code: '1', even: 3 })),
      await failureOf(() => Account.create({ email: 'e', name: 'much too long', age: -1, born: new Date('1800-01-01'), active: 'perhaps' })),
      await failureOf(() => new Account({ email: 'e', age: 'old' }).save()),
    ];
  },
  async 'cursor and save'({ models, raw }) {
    await seed(raw, 'accounts');
    let count = 0;
    for await (const document of models.account.find({ email: { $exists: true } }).sort('email').cursor()) {
      document.region = `r${count++}`;
      await document.save();
    }
    return count;
  },
  async 'a save without changes'({ models, raw }) {
    await seed(raw, 'accounts');
    const document = await models.account.findOne({ email: 'b@x.org' });
    await document.save();
    await document.save();
    return document.isModified();
  },
  async 'arrays that grow, shrink and change'({ models, raw }) {
    await seed(raw, 'accounts');
    const [a, b, c] = await models.account.find().sort({ email: 1 });
    a.tags.push('c', 4);
    await a.save();
    b.list.splice(0, 1);
    b.markModified('list');
    await b.save();
    c.scores = [9, 9, 9];
    await c.save();
    a.tags = [];
    await a.save();
    return [a.__v, b.__v, c.__v];
  },
  async 'fields that go'({ models, raw }) {
    await seed(raw, 'accounts');
    const a = await models.account.findOne({ email: 'a@x.org' });
    a.age = undefined;
    a.set('tags', undefined);
    a.extra = 'not stored';
    await a.save();
    return [a.age, a.isModified('age')];
  },
  async 'mixed fields'({ models, raw }) {
    await seed(raw, 'accounts');
    const c = await models.account.findOne({ email: 'c@x.org' });
    c.set('anything.deep.er', 2);
    c.markModified('anything');
    await c.save();
    c.anything = { fresh: [1, { two: 2 }], empty: {} };
    await c.save();
    c.anything = {};
    await c.save();
    c.anything = null;
    await c.save();
  },
  async 'what is modified'({ models, raw }) {
    await seed(raw, 'accounts');
    const a = await models.account.findOne({ email: 'a@x.org' });
    a.age = 41;
    const before = [a.isModified(), a.isModified('age')];
    a.age = '42';
    return [before, a.isModified(), a.isModified('age'), a.isModified('name'), a.modifiedPaths(), a.age];
  },
  async 'updates are cast and stripped'({ models, raw }) {
    await seed(raw, 'accounts');
    const { account: Account } = models;
    const results = [
      await Account.updateOne({ email: 'a@x.org' }, { age: '50', unknown: 1, name: 'Ann' }),
      await Account.updateMany({}, { $unset: { legacy: '' } }),
      await Account.updateMany({ age: { $gte: '0' } }, { $inc: { age: '2' }, $push: { tags: 7 }, $set: { active: 1 } }),
      await Account.updateMany({}, { $addToSet: { tags: { $each: [1, 'b'] } }, $pull: { list: { n: 1 } } }),
      await Account.updateOne({ email: 'new@x.org' }, { $set: { age: 1 } }, { upsert: true }),
      await Account.replaceOne({ email: 'c@x.org' }, { email: 'R@x.org', age: '3', unknown: true }),
      await Account.deleteOne({ email: 'B@X.org' }),
    ];
    return results.map(({ upsertedId: _, insertedId: __, ...rest }) => rest);
  },
  async 'find and change'({ models, raw }) {
    await seed(raw, 'accounts');
    const { account: Account } = models;
    const before = await Account.findOneAndUpdate({ email: 'b@x.org' }, { age: '8', unknown: 2 });
    const after = await Account.findOneAndUpdate({ email: 'b@x.org' }, { $inc: { age: 1 } }, { new: true, sort: { _id: 1 } });
    const none = await Account.findOneAndUpdate({ email: 'zz' }, { age: 1 });
    const made = await Account.findOneAndUpdate({ email: 'up@x.org' }, { $set: { age: 5 } }, { upsert: true, new: true });
    const gone = await Account.findOneAndDelete({ email: 'a@x.org' }).lean();
    const byId = await Account.findByIdAndUpdate(String(after._id), { name: 'Bob' }, { returnDocument: 'after' });
    return [before.age, after.age, none, made.state, made.age, gone.email, byId.name, (await Account.findById(String(after._id))).name, await Account.findById('0123456789abcdef01234567')];
  },
  async 'queries of all kinds'({ models, raw }) {
    await seed(raw, 'accounts');
    const { account: Account } = models;
    const [first] = await Account.find().sort('-email').limit(1);
    return [
      first.email,
      (await Account.find({ age: '41' })).length,
      (await Account.find({ age: { $in: ['41', 8] } })).length,
      (await Account.find({ tags: 'a' })).length,
      (await Account.find({ active: 'yes' }).lean()).length,
      await Account.countDocuments({ createdAt: { $lte: '1970-01-01' } }),
      await Account.distinct('tags'),
      (await Account.find().select('email -_id').sort({ email: 1 }).lean()),
      (await Account.findOne({ email: 'c@x.org' }).select('name')).toObject().email,
      (await Account.where('age').gt(5).lt('50').exec()).length,
      await Account.exists({ email: 'nobody' }),
      Boolean(await Account.exists({ email: 'c@x.org' })),
      await Account.estimatedDocumentCount(),
      (await Account.aggregate([{ $match: { age: { $type: 'number' } } }, { $group: { _id: null, sum: { $sum: '$age' } } }])),
      await failureOf(() => Account.find({ age: 'many' }).exec()),
      await failureOf(() => Account.findOne({ email: 'nobody' }).orFail().exec()),
      (await Account.find().skip(1).limit(1).sort({ email: 1 })).map((each) => each.email),
    ];
  },
  async 'a document that is gone'({ models, raw }) {
    await seed(raw, 'accounts');
    const a = await models.account.findOne({ email: 'a@x.org' });
    await raw.collection('accounts').deleteOne({ _id: a._id });
    a.age = 1;
    return (await failureOf(() => a.save())).name;
  },
  async 'an array that somebody else changed'({ models, raw }) {
    await seed(raw, 'accounts');
    const [mine, theirs] = [await models.account.findOne({ email: 'a@x.org' }), await models.account.findOne({ email: 'a@x.org' })];
    theirs.tags = ['theirs'];
    await theirs.save();
    mine.tags = ['mine'];
    return (await failureOf(() => mine.save())).name;
  },
  async 'many at once'({ models }) {
    const { account: Account } = models;
    const made = await Account.insertMany([{ email: 'I@x', age: '1' }, { email: 'J@x', unknown: 1 }]);
    const failed = await failureOf(() => Account.insertMany([{ email: 'k' }, { age: 1 }]));
    const result = await Account.bulkWrite([
      { insertOne: { document: { email: 'L@x', age: '9' } } },
      { updateOne: { filter: { age: '1' }, update: { $set: { age: '2', unknown: 3 } } } },
      { updateMany: { filter: {}, update: { name: 'all' } } },
      { updateOne: { filter: { email: 'u@x' }, update: { age: 4 }, upsert: true } },
      { replaceOne: { filter: { email: 'j@x' }, replacement: { email: 'J2@x' } } },
      { deleteOne: { filter: { email: 'L@X' } } },
    ]);
    return [made.map((each) => [each.email, each.age, each.isNew]), failed, result.insertedCount, result.modifiedCount, result.upsertedCount, result.deletedCount];
  },
  async 'documents as plain objects'({ models }) {
    const document = await models.note.create({ text: 5 });
    const { _id, createdAt, updatedAt, ...rest } = document.toObject();
    return [rest, document.id === String(_id), Object.keys(JSON.parse(JSON.stringify(document))).sort(), createdAt instanceof Date, updatedAt >= createdAt];
  },
};

/** Without a schema; under mongoose `new Schema({}, { strict: false })`. */
export const OPEN = {
  async 'names of collections'({ collectionName }) {
    return WORDS.map((word) => [word, collectionName(word)]);
  },
  async 'any field goes'({ models, raw }) {
    await seed(raw, 'things');
    for await (const document of models.Thing.find().cursor()) {
      document.set('region', `r ${document.get('email')}`);
      await document.save();
    }
    await models.Thing.create({ name: 'fresh', nested: { a: 1, empty: {} }, list: [] });
    return await models.Thing.countDocuments({ region: /^r/ });
  },
  async 'updates without operators'({ models, raw }) {
    await seed(raw, 'things');
    await models.Thing.updateMany({ email: /x.org/ }, { seen: true });
    await models.Thing.updateOne({ email: 'new' }, { $set: { a: 1 } }, { upsert: true });
    await models.Thing.findOneAndUpdate({ email: 'newer' }, { b: 2 }, { upsert: true });
    const [{ _id }] = await models.Thing.find({ age: 41 });
    await models.Thing.findByIdAndUpdate(String(_id), { $unset: { tags: 1 } });
    await models.Thing.deleteOne({ _id: String((await models.Thing.findOne({ state: 'closed' }))._id) });
    return await models.Thing.findById(String(_id)).lean().then((found) => found.tags);
  },
  async 'fields that go and come'({ models, raw }) {
    await seed(raw, 'things');
    const document = await models.Thing.findOne({ email: 'a@x.org' });
    document.set('age', undefined);
    document.set('extra.kept', false);
    document.set('extra.more', [1]);
    await document.save();
    document.set('tags', ['z']);
    await document.save();
    return document.get('extra.kept');
  },
  async 'many at once'({ models }) {
    await models.Thing.insertMany([{ a: 1 }, { a: 2, b: { c: 3 } }]);
    await models.Thing.bulkWrite([{ updateOne: { filter: { a: 1 }, update: { $set: { a: 10 } } } }, { insertOne: { document: { a: 3 } } }]);
    return (await models.Thing.find().sort({ a: 1 }).lean()).map((each) => each.a);
  },
};
