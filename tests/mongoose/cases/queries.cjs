/** Finding, counting, updating, deleting: what queries answer and leave. */

const people = (mongoose, options) => mongoose.model('Person', new mongoose.Schema({ name: { type: String }, age: Number, tags: [String], address: { city: String, zip: Number }, born: Date }, options));

const fill = (Person) => Person.insertMany([
  { name: 'Ann', age: 30, tags: ['a', 'b'], address: { city: 'Bern', zip: 3000 } },
  { name: 'Bob', age: 25, tags: ['b'], address: { city: 'Oslo', zip: 150 } },
  { name: 'Cid', age: 41, tags: [], address: { city: 'Bern', zip: 3001 } },
  { name: 'Dee', age: 25, tags: ['c', 'a', 'd'] },
  { name: 'Eve' },
]);

const names = (list) => list.map(({ name }) => name);

module.exports = {
  'find in every way': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    const ann = await Person.findOne({ name: 'Ann' });
    return {
      all: names(await Person.find()), equal: names(await Person.find({ age: '25' })), operators: names(await Person.find({ age: { $gte: '26', $lt: 50 }, name: /a|c/i })), chained: names(await Person.find().where('age').gt(24).lt(40).where('tags').in(['a']).exec()),
      or: names(await Person.find({ $or: [{ age: 41 }, { 'address.city': 'Oslo' }] }).sort({ name: -1 })), sorted: names(await Person.find().sort('-age name')), limited: names(await Person.find().sort('name').skip(1).limit(2)), byId: await Person.findById(ann._id), byText: (await Person.findById(String(ann._id))).name, noId: await Person.findById(undefined), missing: await Person.findOne({ name: 'Zoe' }),
      lean: await Person.find({ age: { $gt: 29 } }).lean(), selected: await Person.find({}, 'name -_id').sort('name').lean(), projected: await Person.find({}, { age: 0, address: 0 }).sort({ name: 'asc' }).limit(1), nested: await Person.findOne({ name: 'Ann' }).select({ 'address.city': 1 }), slice: await Person.find({ name: 'Dee' }).slice('tags', 2).lean(), element: await Person.findOne({ tags: 'b' }, { 'tags.$': 1 }).lean(),
      elemMatch: names(await Person.find({ tags: { $elemMatch: { $eq: 'c' } } })), size: names(await Person.find().where('tags').size(2)), regex: names(await Person.find({ name: { $regex: '^[AB]' } })), exists: names(await Person.find().exists('age', false)), nor: names(await Person.find().nor([{ age: 25 }, { age: 30 }])), and: names(await Person.find().and([{ age: 25 }, { tags: 'b' }])), mod: names(await Person.find().mod('age', 5, 0)), all2: names(await Person.find().all('tags', ['a', 'b'])),
      orFail: await attempt(() => Person.findOne({ name: 'Zoe' }).orFail()), orFailWith: await attempt(() => Person.find({ name: 'Zoe' }).orFail(() => new Error('nobody'))), badSort: await attempt(() => Person.find().sort({ name: 'up' })), badSelect: await attempt(() => Person.find().select({ name: 1, age: 0 })), badOperator: await attempt(() => Person.find({ $nothing: 1 })), hint: names(await Person.find().hint({ _id: 1 }).maxTimeMS(1000).comment('why').batchSize(2)), collation: names(await Person.find({ name: 'ann' }).collation({ locale: 'en', strength: 2 })), read: names(await Person.find().read('primary').readConcern('majority').limit(1)), tailable: Person.find().tailable().options,
    };
  },

  'counting and distinct': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    return { counted: await Person.countDocuments({ age: '25' }), estimated: await Person.estimatedDocumentCount(), distinct: await Person.distinct('address.city'), filtered: await Person.distinct('tags', { age: { $gt: 25 } }), chained: await Person.find({ age: 25 }).distinct('name'), count: await attempt(() => Person.count({ age: 25 })), limited: await Person.find().limit(3).countDocuments(), exists: (await Person.exists({ age: 25 })) !== null };
  },

  'updates': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    return {
      one: await Person.updateOne({ age: 25 }, { age: '26' }), many: await Person.updateMany({}, { $inc: { age: 1 }, $push: { tags: 'new' } }), none: await Person.updateOne({ name: 'Zoe' }, { age: 1 }), upsert: await Person.updateOne({ name: 'Zoe' }, { $set: { age: 5 }, $setOnInsert: { tags: ['x'] } }, { upsert: true }), replaced: await Person.replaceOne({ name: 'Eve' }, { name: 'Eva', unknown: 1 }), same: await Person.updateOne({ name: 'Eva' }, { name: 'Eva' }), empty: await attempt(() => Person.updateOne({ name: 'Eva' }, {})),
      pipeline: await attempt(() => Person.updateMany({ name: 'Ann' }, [{ $set: { age: { $add: ['$age', 100] } } }], { updatePipeline: true })), pipelineUnasked: await attempt(() => Person.updateMany({ name: 'Ann' }, [{ $set: { age: 7 } }])), unset: await Person.updateOne({ name: 'Ann' }, { $unset: { address: 1 } }), pull: await Person.updateMany({}, { $pull: { tags: { $in: ['a', 'new'] } } }), addToSet: await Person.updateOne({ name: 'Ann' }, { $addToSet: { tags: { $each: ['z', 1] } } }), rename: await Person.updateOne({ name: 'Cid' }, { $rename: { age: 'years' } }), wrong: await attempt(() => Person.updateOne({}, { $inc: { age: 'x' } })), runValidators: await attempt(() => Person.updateOne({}, { $set: { age: null } }, { runValidators: true })), undefinedValue: await attempt(() => Person.updateOne({ name: 'Bob' }, { age: undefined })), overwrite: await attempt(() => Person.updateOne({ name: 'Bob' }, { name: 'Bobby' }, { overwrite: true })), chained: await Person.where({ name: 'Dee' }).updateOne({ $set: { age: 1 } }), unacknowledged: await attempt(() => Person.updateOne({ name: 'Dee' }, { age: 2 }, { writeConcern: { w: 0 } })), currentDate: await Person.updateOne({ name: 'Dee' }, { $currentDate: { born: true } }), oldUpdate: await attempt(() => Person.update({ name: 'Dee' }, { age: 99 })),
    };
  },

  'validators of updates': async ({ mongoose, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ n: { type: Number, max: 5 }, s: { type: String, required: true }, e: { type: String, enum: ['a'] } }));
    await Thing.create({ n: 1, s: 'x' });
    const options = { runValidators: true };
    return [await attempt(() => Thing.updateOne({}, { n: 6 }, options)), await attempt(() => Thing.updateOne({}, { $unset: { s: 1 } }, options)), await attempt(() => Thing.findOneAndUpdate({}, { e: 'b' }, options)), await attempt(() => Thing.updateMany({}, { $set: { n: 5, e: 'a' } }, options)), await Thing.findOne()];
  },

  'findOneAnd': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    const raw = (answer) => (answer.value && { ...answer.value, ok: undefined, $clusterTime: undefined, operationTime: undefined }) ?? answer;
    return {
      old: await Person.findOneAndUpdate({ name: 'Ann' }, { age: 31 }), fresh: await Person.findOneAndUpdate({ name: 'Ann' }, { $inc: { age: 1 } }, { new: true }), after: await Person.findOneAndUpdate({ name: 'Ann' }, { $inc: { age: 1 } }, { returnDocument: 'after' }), original: await Person.findOneAndUpdate({ name: 'Ann' }, { $inc: { age: 1 } }, { returnOriginal: false }), none: await Person.findOneAndUpdate({ name: 'Zoe' }, { age: 1 }), upserted: await Person.findOneAndUpdate({ name: 'Zoe' }, { age: 1 }, { upsert: true, new: true, setDefaultsOnInsert: true }), upsertedOld: await Person.findOneAndUpdate({ name: 'Yan' }, { age: 1 }, { upsert: true }), lean: await Person.findOneAndUpdate({ name: 'Bob' }, { age: 1 }, { lean: true, new: true }), sorted: (await Person.findOneAndUpdate({}, { age: 100 }, { sort: { name: -1 }, new: true, projection: 'name age -_id' })).toObject(), fields: await Person.findOneAndUpdate({ name: 'Bob' }, { age: 2 }, { fields: { age: 1, _id: 0 } }), rawResult: raw(await attempt(() => Person.findOneAndUpdate({ name: 'Bob' }, { age: 3 }, { rawResult: true, new: true }))), metadata: raw(await attempt(() => Person.findOneAndUpdate({ name: 'Bob' }, { age: 4 }, { includeResultMetadata: true, new: true }))), metadataNone: raw(await attempt(() => Person.findOneAndUpdate({ name: 'Nobody' }, { age: 4 }, { includeResultMetadata: true }))), byId: await Person.findByIdAndUpdate((await Person.findOne({ name: 'Cid' }))._id, { $set: { age: 50 } }, { new: true }), replaced: await Person.findOneAndReplace({ name: 'Dee' }, { name: 'Dea' }, { new: true }), deleted: await Person.findOneAndDelete({ name: 'Dea' }), deletedNone: await Person.findOneAndDelete({ name: 'Dea' }), deletedRaw: raw(await attempt(() => Person.findOneAndDelete({ name: 'Eve' }, { includeResultMetadata: true }))), byIdDeleted: await Person.findByIdAndDelete((await Person.findOne({ name: 'Yan' }))._id), removed: await attempt(() => Person.findOneAndRemove({ name: 'Zoe' })), byIdRemoved: await attempt(() => Person.findByIdAndRemove(new mongoose.Types.ObjectId())), strict: await Person.findOneAndUpdate({ name: 'Bob' }, { unknown: 1 }, { new: true }), wrong: await attempt(() => Person.findOneAndUpdate({ name: 'Bob' }, { age: 'x' })), deleteOption: await attempt(() => Person.findOneAndUpdate({ name: 'Bob' }, { $set: { tags: 'single' } }, { new: true })), filter: await Person.findOneAndUpdate({ name: 'Ann' }, { $set: { 'tags.$[x]': 'y' } }, { arrayFilters: [{ x: 'a' }], new: true }),
    };
  },

  'deletes': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    return [await Person.deleteOne({ age: '25' }), await Person.deleteMany({ tags: { $exists: true, $ne: [] } }), await Person.deleteMany({ name: 'Zoe' }), await Person.find({ name: 'Cid' }).deleteOne(), await attempt(() => Person.remove({})), await Person.countDocuments(), await Person.deleteMany()];
  },

  'query objects': async ({ mongoose, attempt }) => {
    const Person = people(mongoose);
    await fill(Person);
    const query = Person.find({ age: 25 }).sort('name').limit(1).select('name').lean();
    const copy = query.clone();
    const first = await query;
    return {
      first, again: (await attempt(() => query.exec())).error?.message, copied: await copy, filter: query.getFilter(), options: copy.getOptions(), op: query.op, fields: copy.projection(), model: query.model === Person, merged: names(await Person.find().merge(Person.where({ age: 30 }))), then: await Person.findOne({ name: 'Ann' }).then(({ name }) => name), caught: await Person.findById('x').catch(({ name }) => name), finallyRan: await attempt(() => Person.findOne({ name: 'Ann' }).finally(() => {}).then(({ name }) => name)), toConstructor: names(await new (Person.find({ age: 25 }).toConstructor())().find()), getUpdate: Person.updateOne({}, { age: 1 }).getUpdate(), transform: await Person.find({ age: 25 }).transform((list) => list.length), explain: Object.keys(await Person.find().explain('queryPlanner')).includes('queryPlanner'), isThenable: typeof Person.find().then, tag: Object.prototype.toString.call(Person.find()), cast: Person.find({ age: '5' }).cast(Person, { age: '7' }),
    };
  },

  'statics, methods and query helpers': async ({ mongoose }) => {
    const schema = new mongoose.Schema({ name: String, age: Number }, { statics: { adults() { return this.find({ age: { $gte: 18 } }); } }, methods: { greet() { return `hi ${this.name}`; } }, query: { called(name) { return this.where({ name }); } }, virtuals: { loud: { get() { return this.name.toUpperCase(); } } } });
    schema.statics.oldest = async function () { return this.findOne().sort('-age'); };
    schema.methods.peers = function () { return this.model('Person').countDocuments({ age: this.age }); };
    schema.loadClass(class { get initial() { return this.name[0]; } shout() { return `${this.greet()}!`; } static build(name) { return new this({ name }); } });
    const Person = mongoose.model('Person', schema);
    await Person.create([{ name: 'Ann', age: 30 }, { name: 'Bob', age: 7 }]);
    const oldest = await Person.oldest();
    return [names(await Person.adults()), oldest.greet(), await oldest.peers(), (await Person.find().called('Bob')).length, oldest.loud, oldest.initial, oldest.shout(), Person.build('x').toObject()];
  },

  'cursors': async ({ mongoose, attempt, events }) => {
    const Person = people(mongoose);
    await fill(Person);
    const seen = {};
    seen.forAwait = [];
    for await (const person of Person.find().sort('name')) seen.forAwait.push(person.name);
    seen.cursor = [];
    for await (const person of Person.find().sort('name').lean().cursor({ batchSize: 2 })) seen.cursor.push(person.name);
    const cursor = Person.find().sort('name').cursor();
    seen.next = [(await cursor.next()).name, (await cursor.next()).name];
    await cursor.close();
    seen.afterClose = await attempt(() => cursor.next());
    seen.each = [];
    seen.eachAnswer = await Person.find().sort('name').cursor().eachAsync(async (person, index) => seen.each.push(`${index} ${person.name}`));
    seen.parallel = [];
    await Person.find().sort('name').cursor().eachAsync(async (person) => { seen.parallel.push(person.name); }, { parallel: 3 });
    seen.batches = [];
    await Person.find().sort('name').cursor().eachAsync(async (list) => { seen.batches.push(names(list)); }, { batchSize: 2 });
    seen.failing = await attempt(() => Person.find().cursor().eachAsync(async () => { throw new Error('stop'); }));
    seen.mapped = [];
    for await (const name of Person.find().sort('-name').cursor().map((person) => person?.name)) seen.mapped.push(name);
    seen.transformed = [];
    for await (const name of Person.find().sort('name').cursor({ transform: (person) => person && String(person.name).toLowerCase() })) seen.transformed.push(name);
    seen.stream = await new Promise((resolve, reject) => {
      const list = [];
      const stream = Person.find().sort('name').cursor();
      stream.on('data', ({ name }) => list.push(name)).on('error', reject).on('end', () => events.push('end')).on('close', () => { events.push('close'); resolve(list); });
    });
    seen.exhausted = [];
    const last = Person.find({ name: 'Ann' }).cursor();
    seen.exhausted.push(await last.next(), await last.next(), await attempt(() => last.next()));
    seen.broken = await attempt(async () => { for await (const person of Person.find({ $bad: 1 })) seen.never = person; });
    seen.early = [];
    for await (const person of Person.find().sort('name').cursor()) { seen.early.push(person.name); if (seen.early.length === 2) break; }
    seen.options = Object.keys(Person.find().cursor({ batchSize: 3 }).options ?? {});
    seen.flag = await Person.find().cursor().addCursorFlag('noCursorTimeout', true).next().then(({ name }) => typeof name);
    return seen;
  },

  'cursor and save, the usual backfill': async ({ mongoose }) => {
    const Person = people(mongoose, { timestamps: true });
    await Person.collection.insertMany(Array.from({ length: 250 }, (_, index) => ({ name: `n${index}`, age: index % 7 })));
    let count = 0;
    for await (const person of Person.find({ age: { $lt: 3 } }).cursor({ batchSize: 20 })) {
      person.age += 100;
      person.address = { city: `c${person.name}` };
      await person.save();
      count += 1;
    }
    return { count, changed: await Person.countDocuments({ age: { $gte: 100 } }) };
  },

  'pipelines of streams': async ({ mongoose }) => {
    const { Transform, Writable } = require('node:stream');
    const { pipeline } = require('node:stream/promises');
    const Person = people(mongoose);
    await fill(Person);
    const written = [];
    await pipeline(
      Person.find().sort('name').lean().cursor(),
      new Transform({ objectMode: true, transform({ name }, _encoding, done) { done(null, name.toLowerCase()); } }),
      new Writable({ objectMode: true, write(name, _encoding, done) { written.push(name); done(); } }),
    );
    return written;
  },

  'sanitizeFilter, trusted, set': async ({ mongoose, attempt }) => {
    mongoose.set('sanitizeFilter', true);
    mongoose.set('runValidators', true);
    const Person = people(mongoose);
    await fill(Person);
    return [await attempt(() => Person.find({ age: { $ne: null } })), names(await Person.find({ age: mongoose.trusted({ $gt: 29 }) })), mongoose.get('sanitizeFilter'), await attempt(() => mongoose.set('nothing', 1)), mongoose.sanitizeFilter({ a: { $gt: 1 } })];
  },

  'strictQuery': async ({ mongoose, major }) => {
    const answers = [];
    for (const value of [true, false, 'throw']) {
      const own = new mongoose.constructor();
      own.set('strictQuery', value);
      const Thing = own.model('Thing', new own.Schema({ a: Number }));
      const query = Thing.find({ a: '1', b: 2 });
      try {
        query._castConditions();
        answers.push([query.getFilter(), query.error()]);
      } catch (error) {
        answers.push(error);
      }
    }
    return { answers, major };
  },
};
