/** Documents: casting, defaults, validation, virtuals, getters, timestamps, toObject and saving. */

module.exports = {
  'casting': async ({ mongoose }) => {
    const { Schema } = mongoose;
    const schema = new Schema({
      text: String, number: Number, date: Date, flag: Boolean, id: Schema.Types.ObjectId, any: Schema.Types.Mixed, bytes: Buffer,
      list: [String], numbers: [Number], nested: { deep: Number }, sub: new Schema({ name: String }), subs: [{ name: String }], map: { type: Map, of: Number },
      decimal: Schema.Types.Decimal128,
    });
    const Thing = mongoose.model('Thing', schema);
    const thing = new Thing({
      text: 42, number: '17.5', date: '2024-02-29T12:00:00Z', flag: 'yes', id: '65f0a1b2c3d4e5f601020304', any: { a: [1, { b: 2 }] }, bytes: 'aGVsbG8=',
      list: [1, 'two', true], numbers: ['1', 2], nested: { deep: '3' }, sub: { name: 5, extra: 1 }, subs: [{ name: 1 }, { name: null }], map: { x: '1', y: 2 },
      decimal: '12.30', unknown: 'dropped',
    });
    await thing.save();
    const found = await Thing.findOne();
    return { thing, found, lean: await Thing.findOne().lean(), json: JSON.stringify(found).replace(/[0-9a-f]{24}/g, '<id>'), bytes: found.bytes.toString() };
  },

  'casting fails': async ({ mongoose, attempt }) => {
    const { Schema } = mongoose;
    const Thing = mongoose.model('Thing', new Schema({
      number: Number, date: Date, flag: Boolean, id: Schema.Types.ObjectId, list: [Number], sub: { a: Number }, decimal: Schema.Types.Decimal128, map: { type: Map, of: Date }, text: String, bytes: Buffer,
    }));
    const thing = new Thing({ number: 'x', date: 'never', flag: 'maybe', id: 'short', list: [1, 'y'], sub: { a: 'z' }, decimal: 'q', map: { m: 'n' }, text: { o: 1 }, bytes: { p: 1 } });
    const error = thing.validateSync();
    return {
      names: Object.entries(error.errors).map(([path, { name, kind, path: own, message, valueType, stringValue }]) => ({ path, name, kind, own, message, valueType, stringValue })),
      message: error.message,
      saved: (await attempt(() => thing.save())).error.name,
      query: await attempt(() => Thing.find({ number: 'x' })),
      byId: await attempt(() => Thing.findById('short')),
      update: await attempt(() => Thing.updateOne({}, { $set: { date: 'never' } })),
    };
  },

  'defaults': async ({ mongoose }) => {
    let counter = 0;
    const schema = new mongoose.Schema({
      fixed: { type: String, default: 'fixed' }, computed: { type: Number, default: () => ++counter }, list: [String], noList: { type: [String], default: undefined },
      when: { type: Date, default: Date.now }, nested: { inner: { type: Boolean, default: false } }, sub: { type: new mongoose.Schema({ z: { type: Number, default: 26 } }), default: () => ({}) },
      own: { type: String, default() { return `of ${this.fixed}`; } }, nothing: { type: String, default: null },
    }, { minimize: false });
    const Thing = mongoose.model('Thing', schema);
    await Thing.collection.insertOne({ _id: 1, fixed: 'stored' });
    await Thing.create({}, { fixed: 'given', list: ['x'] });
    return { all: await Thing.find().sort('computed'), lean: await Thing.find().sort('computed').lean(), setDefaults: new Thing({}, null, { defaults: false }).toObject() };
  },

  'validation of every kind': async ({ mongoose, attempt }) => {
    const schema = new mongoose.Schema({
      required: { type: String, required: true }, requiredText: { type: Number, required: [true, 'give {PATH}!'] }, requiredIf: { type: String, required() { return this.min > 1; } },
      min: { type: Number, min: 5 }, max: { type: Number, max: [10, 'at most {MAX}, not {VALUE}'] }, choice: { type: String, enum: ['a', 'b'] }, numberChoice: { type: Number, enum: [1, 2] },
      choiceText: { type: String, enum: { values: ['x'], message: '{VALUE} is no choice' } }, match: { type: String, match: /^a+$/ }, shortest: { type: String, minlength: 3 }, longest: { type: String, maxLength: 2 },
      custom: { type: Number, validate: (value) => value % 2 === 0 }, customText: { type: Number, validate: { validator: (value) => value > 0, message: (props) => `${props.path} is ${props.value}` } },
      asynchronous: { type: String, validate: { validator: async (value) => value === 'ok', message: 'not ok' } }, rejecting: { type: String, validate: async () => { throw new Error('rejected'); } },
      day: { type: Date, min: '2024-01-01' }, several: { type: [Number], validate: [(list) => list.length < 2, 'too many'] },
      sub: new mongoose.Schema({ name: { type: String, required: true } }), subs: [new mongoose.Schema({ name: { type: String, required: true } })], trimmed: { type: String, trim: true, lowercase: true },
      symbol: { type: String, uppercase: true, enum: ['UP'] },
    });
    const Thing = mongoose.model('Thing', schema);
    const thing = new Thing({
      requiredIf: undefined, min: 3, max: 11, choice: 'c', numberChoice: 3, choiceText: 'y', match: 'b', shortest: 'ab', longest: 'abc', custom: 3, customText: -1, asynchronous: 'no', rejecting: 'x', day: '2023-12-31',
      several: [1, 2], sub: {}, subs: [{}, { name: 'x' }], trimmed: '  ABC ', symbol: 'up',
    });
    const { error } = await attempt(() => thing.save());
    const shape = ({ name, message, kind, path, value, properties, reason }) => ({ name, message, kind, path, value, type: properties?.type, reason: reason?.message });
    const errors = Object.fromEntries(Object.keys(error.errors).sort().map((path) => [path, shape(error.errors[path])]));
    return {
      name: error.name, instance: error instanceof mongoose.Error.ValidationError, summary: error._message, errors, count: error.message.split(',').length, trimmed: thing.trimmed,
      again: await attempt(() => thing.validate(['min', 'max'])), sync: Object.keys(thing.validateSync(['choice']).errors), json: Object.keys(JSON.parse(JSON.stringify(error))),
      modified: await attempt(() => new Thing({ required: 'x', requiredText: 1, min: 1 }).save({ validateBeforeSave: false })),
      fixed: await attempt(() => new Thing({ required: 'x', requiredText: 1, symbol: 'up', asynchronous: 'ok' }).save()),
    };
  },

  'validation by hand': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ a: Number, b: { type: String, required: true } }));
    const thing = new Thing({ a: 1, b: 'x' });
    thing.invalidate('a', 'not today', 1, 'custom');
    const first = await attempt(() => thing.save());
    const statically = await attempt(() => Thing.validate({ a: 'x' }));
    const paths = await attempt(() => Thing.validate({ a: 'x', b: 'y' }, ['b']));
    return { first, statically, paths, errors: thing.$errors ?? null };
  },

  'virtuals, getters and setters': async ({ mongoose }) => {
    const schema = new mongoose.Schema({
      first: String, last: { type: String, set: (value) => value.toUpperCase() }, cents: { type: Number, get: (value) => (value === undefined ? value : value / 100), set: (value) => Math.round(value * 100) }, list: [{ type: String, get: (value) => `<${value}>` }],
    }, { toJSON: { virtuals: true, getters: true }, toObject: { virtuals: true }, id: true });
    schema.virtual('full').get(function () { return `${this.first} ${this.last}`; }).set(function (value) { [this.first, this.last] = value.split(' '); });
    schema.virtual('count').get(function () { return this.list.length; });
    const Person = mongoose.model('Person', schema);
    const person = new Person({ full: 'Ada lovelace', cents: 12.34, list: ['a'] });
    await person.save();
    const found = await Person.findOne();
    return {
      full: found.full, cents: found.cents, raw: found.get('cents', null, { getters: false }), json: JSON.parse(JSON.stringify(found)), object: found.toObject(), plain: found.toObject({ virtuals: false, getters: true }),
      id: found.id === String(found._id), lean: await Person.findOne().lean(), virtualDefaults: found.toJSON({ getters: false, virtuals: ['count'] }),
    };
  },

  'timestamps': async ({ mongoose, events }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String, subs: [new mongoose.Schema({ x: Number }, { timestamps: true })] }, { timestamps: true }));
    const Renamed = mongoose.model('Renamed', new mongoose.Schema({ name: String }, { timestamps: { createdAt: 'made_at', updatedAt: false } }));
    const Clocked = mongoose.model('Clocked', new mongoose.Schema({ name: String, createdAt: Number, updatedAt: Number }, { timestamps: { currentTime: () => 1_234_567 } }));
    const thing = await Thing.create({ name: 'x', subs: [{ x: 1 }] });
    const { createdAt } = thing;
    thing.subs[0].x = 2;
    await thing.save();
    await Thing.updateOne({}, { name: 'y' });
    await Thing.updateMany({}, { $set: { name: 'z' } }, { timestamps: false });
    await Thing.findOneAndUpdate({}, { $push: { subs: { x: 3 } } });
    await Thing.updateOne({ name: 'upserted' }, { $inc: { count: 1 } }, { upsert: true });
    await Thing.bulkWrite([{ updateOne: { filter: { name: 'bulk' }, update: { $set: { name: 'bulk' } }, upsert: true } }, { insertOne: { document: { name: 'inserted' } } }]);
    await Thing.insertMany([{ name: 'many' }]);
    await Thing.replaceOne({ name: 'many' }, { name: 'replaced' });
    const renamed = await Renamed.create({ name: 'r' });
    const clocked = await Clocked.create({ name: 'c' });
    clocked.name = 'd';
    await clocked.save();
    return { order: createdAt <= (await Thing.findOne()).updatedAt, renamed, clocked, updatedAt: thing.updatedAt instanceof Date, events };
  },

  'toObject, toJSON, transform': async ({ mongoose }) => {
    const schema = new mongoose.Schema({ name: String, secret: String, map: { type: Map, of: String }, empty: {}, ids: [mongoose.Schema.Types.ObjectId], sub: new mongoose.Schema({ secret: String, x: Number }, { _id: false }) }, {
      toJSON: { transform: (_document, plain) => { delete plain.secret; plain.transformed = true; return plain; }, versionKey: false, flattenMaps: true }, toObject: { minimize: false },
    });
    const Thing = mongoose.model('Thing', schema);
    const thing = await Thing.create({ name: 'n', secret: 's', map: { a: '1' }, empty: {}, ids: ['65f0a1b2c3d4e5f601020304'], sub: { secret: 's', x: 1 } });
    return {
      json: thing.toJSON(), object: thing.toObject(), flat: thing.toObject({ flattenMaps: true, flattenObjectIds: true, versionKey: false }), hidden: thing.toObject({ transform: (document, plain) => ({ keys: Object.keys(plain) }) }),
      text: JSON.parse(JSON.stringify({ thing })), inspected: typeof thing.inspect, string: String(thing).replace(/[0-9a-f]{24}/g, '<id>'), clone: thing.$clone?.().toObject(),
    };
  },

  'util.inspect and console': async ({ mongoose }) => {
    const { inspect } = require('node:util');
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String, list: [Number], sub: { a: Number }, map: { type: Map, of: Number } }));
    const thing = new Thing({ name: 'n', list: [1, 2], sub: { a: 1 }, map: { k: 1 } });
    const hide = (text) => text.replace(/[0-9a-f]{24}/g, '<id>');
    return [hide(inspect(thing)), inspect(thing.list), inspect(thing.map), hide(inspect({ deep: { thing } }, { depth: 5 })), inspect(Thing), hide(inspect(thing._id)), inspect(Thing.find({ a: 1 }).getFilter()), `${thing.list}`];
  },

  'paths of a document': async ({ mongoose }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String, list: [Number], nested: { a: Number, b: Number }, any: {} }));
    const thing = await Thing.create({ name: 'n', list: [1], nested: { a: 1 }, any: { x: 1 } });
    thing.name = 'm';
    thing.list.push(2);
    thing.set('nested.b', 2);
    thing.any.x = 2;
    const before = { modified: thing.modifiedPaths(), direct: thing.directModifiedPaths(), name: thing.isModified('name'), any: thing.isModified('any'), changes: thing.getChanges() };
    thing.markModified('any');
    const marked = thing.getChanges();
    await thing.save();
    const after = { modified: thing.modifiedPaths(), isNew: thing.isNew, selected: thing.isSelected('name'), init: thing.isInit('name'), defaulted: thing.$isDefault('name'), empty: thing.$isEmpty('nested') };
    thing.set({ name: 'o', nested: { a: 5 } });
    thing.$set('list.0', 9);
    thing.unmarkModified('name');
    thing.$inc('nested.b', 5);
    return { before, marked, after, last: thing.getChanges(), saved: await thing.save(), stored: await Thing.findOne().lean(), get: thing.get('nested.a'), overwritten: thing.overwrite({ name: 'only' }).toObject(), equals: thing.equals(await Thing.findOne()) };
  },

  'strict modes': async ({ mongoose, attempt }) => {
    const Strict = mongoose.model('Strict', new mongoose.Schema({ a: Number }));
    const Loose = mongoose.model('Loose', new mongoose.Schema({ a: Number }, { strict: false }));
    const Throwing = mongoose.model('Throwing', new mongoose.Schema({ a: Number }, { strict: 'throw' }));
    const loose = await Loose.create({ a: 1, b: { c: 2 } });
    return [
      await Strict.create({ a: 1, b: 2 }), loose, loose.get('b.c'), await attempt(() => Throwing.create({ a: 1, b: 2 })), await attempt(() => Throwing.updateOne({}, { b: 2 })), await Strict.updateOne({}, { $set: { b: 2 } }),
      await Strict.updateOne({}, { $set: { b: 2 } }, { strict: false }), await Strict.findOne().lean(), await attempt(() => Throwing.find({ b: 1 })), await Strict.find({ unknown: 1 }), await attempt(() => Strict.find({ unknown: 1 }).setOptions({ strictQuery: 'throw' })),
      (await Strict.find({ unknown: 1 }).setOptions({ strictQuery: false })).length,
    ];
  },

  'Map': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ numbers: { type: Map, of: Number }, subs: { type: Map, of: new mongoose.Schema({ n: Number }, { _id: false }) }, any: Map }));
    const thing = new Thing({ numbers: { a: 1 }, subs: { x: { n: 1 } }, any: { q: [1] } });
    await thing.save();
    thing.numbers.set('b', '2');
    thing.subs.get('x').n = 5;
    thing.any.set('r', { s: 1 });
    const changes = thing.getChanges();
    await thing.save();
    thing.numbers.delete('a');
    const removed = thing.getChanges();
    await thing.save();
    const wrong = await attempt(() => thing.numbers.set('with.dot', 1));
    const notNumber = await attempt(() => new Thing({ numbers: { a: 'x' } }).validate());
    const found = await Thing.findOne({ 'numbers.b': 2 });
    return { changes, removed, wrong, notNumber, keys: [...found.numbers.keys()], sub: found.subs.get('x').n, size: found.any.size, isMap: found.numbers instanceof Map, class: found.numbers.constructor.name, lean: await Thing.findOne().lean() };
  },

  'arrays and their atomics': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ list: [Number], subs: [{ n: Number, tags: [String] }], any: [] }));
    const thing = await Thing.create({ list: [1, 2, 3], subs: [{ n: 1, tags: ['a'] }, { n: 2 }], any: [{ x: 1 }] });
    const steps = [];
    const step = async (change) => {
      const outcome = await attempt(() => change(thing));
      steps.push({ change: String(change).replace(/\s+/g, ' '), outcome: outcome.error ?? typeof outcome.value, changes: thing.getChanges() });
      steps.push((await attempt(() => thing.save())).error ?? 'saved');
    };
    await step((it) => it.list.push(4, '5'));
    await step((it) => it.list.pull(2));
    await step((it) => it.list.addToSet(1, 9));
    await step((it) => it.list.splice(0, 1));
    await step((it) => it.list.unshift(0));
    await step((it) => it.list.shift());
    await step((it) => it.list.pop());
    await step((it) => it.list.sort((a, b) => b - a));
    await step((it) => it.list.set(0, 77));
    await step((it) => { it.list[1] = 78; });
    await step((it) => it.list.remove?.(78));
    await step((it) => it.list.$shift());
    await step((it) => it.list.$pop());
    await step((it) => it.list.nonAtomicPush(5));
    await step((it) => it.subs.push({ n: 3 }));
    await step((it) => { it.subs[0].n = 10; it.subs[1].tags.push('b'); });
    await step((it) => it.subs.id(it.subs[0]._id).tags.addToSet('a', 'c'));
    await step((it) => it.subs.pull(it.subs[1]._id));
    await step((it) => (it.subs[0].deleteOne ?? it.subs[0].remove).call(it.subs[0]));
    await step((it) => { it.any[0].x = 2; it.markModified('any'); });
    await step((it) => { it.list = [3, 2, 1]; });
    await step((it) => it.list.concat([4]).length);
    return { steps, found: await Thing.findOne(), create: thing.subs.create({ n: 99 }).n, index: thing.list.indexOf(2), includes: thing.list.includes('2'), plain: thing.list.toObject(), isArray: Array.isArray(thing.list), validator: thing.subs.isMongooseDocumentArray };
  },

  'subdocuments': async ({ mongoose, attempt }) => {
    const inner = new mongoose.Schema({ n: { type: Number, max: 5 }, when: Date });
    inner.methods.double = function () { return this.n * 2; };
    inner.pre('save', async function () { this.when = new Date(0); });
    const Thing = mongoose.model('Thing', new mongoose.Schema({ one: inner, many: [inner], deep: { one: { type: inner, default: undefined } } }));
    const thing = await Thing.create({ one: { n: 1 }, many: [{ n: 2 }, { n: 3 }] });
    const answers = { double: thing.one.double(), parent: thing.one.parent() === thing, owner: thing.many[0].ownerDocument() === thing, parentArray: thing.many[0].parentArray() === thing.many, hasDeep: thing.deep.one === undefined, path: thing.many[1].$path?.() };
    thing.many[0].n = 9;
    answers.invalid = await attempt(() => thing.save());
    thing.many[0].n = 4;
    thing.one = undefined;
    thing.deep.one = { n: 5 };
    answers.changes = thing.getChanges();
    await thing.save();
    return { answers, found: await Thing.findOne(), positional: await Thing.updateOne({ 'many.n': 4 }, { $set: { 'many.$.n': '1' } }), filtered: await Thing.updateOne({}, { $inc: { 'many.$[each].n': 1 } }, { arrayFilters: [{ 'each.n': { $gt: 2 } }] }), after: await Thing.findOne().lean() };
  },

  'Mixed and minimize': async ({ mongoose }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ any: {}, alsoAny: mongoose.Schema.Types.Mixed, list: [mongoose.Mixed] }));
    const Whole = mongoose.model('Whole', new mongoose.Schema({ any: {} }, { minimize: false }));
    const thing = await Thing.create({ any: {}, alsoAny: { deep: { er: 1 } }, list: [1, 'two', { three: 3 }] });
    thing.alsoAny.deep.er = 2;
    await thing.save();
    const unmarked = await Thing.findOne().lean();
    thing.markModified('alsoAny');
    await thing.save();
    return { unmarked, marked: await Thing.findOne().lean(), whole: await Whole.create({ any: {} }) };
  },

  'versioning': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ list: [Number], name: String }));
    await Thing.create({ list: [1, 2, 3], name: 'x' });
    const [one, other] = [await Thing.findOne(), await Thing.findOne()];
    one.list.set(0, 10);
    one.list.splice(1, 1);
    await one.save();
    other.list.set(2, 30);
    const conflict = await attempt(() => other.save());
    const third = await Thing.findOne();
    third.list.push(4);
    await third.save();
    third.increment();
    await third.save();
    const Keyed = mongoose.model('Keyed', new mongoose.Schema({ list: [Number] }, { versionKey: '_version' }));
    const None = mongoose.model('None', new mongoose.Schema({ list: [Number] }, { versionKey: false }));
    const { error } = conflict;
    return {
      error: { name: error.name, message: error.message, version: error.version, modified: error.modifiedPaths, is: error instanceof mongoose.Error.VersionError }, version: third.__v, keyed: await Keyed.create({ list: [1] }), none: await None.create({ list: [1] }),
    };
  },

  'optimistic concurrency': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String, other: Number }, { optimisticConcurrency: true }));
    await Thing.create({ name: 'x' });
    const [one, other] = [await Thing.findOne(), await Thing.findOne()];
    one.name = 'one';
    await one.save();
    other.name = 'other';
    const { error } = await attempt(() => other.save());
    await Thing.deleteMany({});
    one.name = 'again';
    const gone = await attempt(() => one.save());
    return { name: error.name, message: error.message, version: one.__v, gone: gone.error?.name, goneMessage: gone.error?.message };
  },

  'saving what was deleted, twice, in parallel': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    const thing = await Thing.create({ name: 'x' });
    thing.name = 'y';
    const [first, second] = await Promise.allSettled([thing.save(), thing.save()]);
    await Thing.deleteOne({ _id: thing._id });
    thing.name = 'z';
    const missing = await attempt(() => thing.save());
    return { parallel: [first.status, second.status, second.reason?.name, second.reason?.message], missing: [missing.error.name, missing.error.message, missing.error.numAffected, missing.error.filter] };
  },

  'save answers and options': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String, nested: { x: Number } }));
    const thing = new Thing({ name: 'x' });
    const same = (await thing.save()) === thing;
    const unchanged = (await thing.save()) === thing;
    thing.nested.x = 3;
    thing.name = undefined;
    await thing.save({ w: 1, j: true });
    const twin = new Thing({ _id: thing._id, name: 'twin' });
    const duplicate = await attempt(() => twin.save());
    const modifiedOnly = await attempt(() => thing.save({ validateModifiedOnly: true, timestamps: false }));
    const revived = new Thing({ name: 'revived' });
    revived.isNew = false;
    const never = await attempt(() => revived.updateOne({ name: 'never' }));
    const hydrated = Thing.hydrate({ _id: thing._id, name: 'hydrated' });
    return { same, unchanged, code: duplicate.error.code, name: duplicate.error.name, message: duplicate.error.message.replace(/'[0-9a-f]{24}'/, '<id>'), stillNew: twin.isNew, modifiedOnly: modifiedOnly.error, never, hydrated: hydrated.isNew };
  },

  'deleting documents': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    const [one, two] = await Thing.create([{ name: 'one' }, { name: 'two' }]);
    const first = await attempt(() => one.deleteOne());
    const again = await attempt(() => one.deleteOne());
    const removed = await attempt(() => two.remove());
    return { first, again, removed, deleted: one.$isDeleted(), left: await Thing.countDocuments(), exists: await Thing.exists({ name: 'two' }), none: await Thing.exists({ name: 'three' }) };
  },

  'immutable, alias, select: false': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ fixed: { type: String, immutable: true }, n: { type: String, alias: 'name' }, secret: { type: String, select: false } }));
    const thing = await Thing.create({ fixed: 'a', name: 'aliased', secret: 's' });
    thing.fixed = 'b';
    thing.name = 'other';
    await thing.save();
    await Thing.updateOne({}, { fixed: 'c' });
    return [await Thing.findOne(), await Thing.findOne().select('+secret'), (await Thing.findOne()).name, await attempt(() => Thing.updateOne({}, { fixed: 'd' }, { strict: 'throw' })), Thing.translateAliases({ name: 'x' }), await Thing.find({ n: 'other' }, { secret: 1 })];
  },
};
