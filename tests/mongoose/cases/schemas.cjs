/** Middleware, plugins, discriminators, populate. */

const record = (schema, events, hooks) => {
  for (const hook of hooks) {
    schema.pre(hook, function () { events.push(`pre ${hook}`); });
    schema.post(hook, function (result) { events.push(`post ${hook} ${result === null ? 'null' : Array.isArray(result) ? `array of ${result.length}` : typeof result}`); });
  }
};

module.exports = {
  'middleware of documents and queries': async ({ mongoose, attempt, events, major }) => {
    const schema = new mongoose.Schema({ name: String, count: { type: Number, default: 0 } });
    record(schema, events, ['validate', 'save', 'init', 'deleteOne', 'updateOne', 'updateMany', 'find', 'findOne', 'findOneAndUpdate', 'findOneAndDelete', 'findOneAndReplace', 'countDocuments', 'estimatedDocumentCount', 'distinct', 'deleteMany', 'replaceOne', 'aggregate', 'insertMany', ...(major >= 8 ? ['bulkWrite', 'createCollection'] : [])]);
    schema.pre('deleteOne', { document: true, query: false }, function () { events.push(`pre document deleteOne ${this.name}`); });
    schema.pre('updateOne', { document: true, query: false }, function () { events.push('pre document updateOne'); });
    const Thing = mongoose.model('Thing', schema);
    await Thing.init();
    events.length = 0;
    const thing = await Thing.create({ name: 'a' });
    thing.name = 'b';
    await thing.save();
    await Thing.insertMany([{ name: 'm1' }, { name: 'm2' }]);
    await Thing.find({});
    await Thing.findOne({ name: 'nobody' });
    await Thing.findById(thing._id).lean();
    await Thing.updateOne({ name: 'b' }, { count: 1 });
    await Thing.updateMany({}, { count: 2 });
    await Thing.findOneAndUpdate({ name: 'b' }, { count: 3 });
    await Thing.findOneAndReplace({ name: 'm1' }, { name: 'm3' });
    await Thing.replaceOne({ name: 'm3' }, { name: 'm4' });
    await Thing.countDocuments();
    await Thing.estimatedDocumentCount();
    await Thing.distinct('name');
    await Thing.aggregate([{ $match: { name: 'b' } }]);
    await Thing.bulkWrite([{ insertOne: { document: { name: 'bulk' } } }]);
    await thing.updateOne({ count: 9 });
    await Thing.findOneAndDelete({ name: 'm4' });
    await thing.deleteOne();
    await Thing.deleteOne({ name: 'bulk' });
    await Thing.deleteMany({});
    return attempt(() => Thing.exists({}));
  },

  'middleware that stops and changes': async ({ mongoose, attempt }) => {
    const schema = new mongoose.Schema({ name: String, slug: String, total: Number });
    schema.pre('save', async function () { this.slug = this.name?.toLowerCase(); if (this.name === 'bad') throw new Error('no bad ones'); });
    schema.pre('validate', function () { if (this.name === 'worse') this.invalidate('name', 'worse is worse'); });
    schema.post('save', async (document) => { if (document.name === 'late') throw new Error('too late'); });
    schema.pre(/^find/, function () { this.where({ name: { $ne: 'hidden' } }); });
    schema.pre('updateOne', function () { this.set({ total: 7 }); });
    schema.pre('aggregate', function () { this.pipeline().unshift({ $match: { name: { $ne: 'hidden' } } }); });
    schema.post('save', function (error, _document, next) { next(error.code === 11000 ? new Error('twice') : error); });
    schema.post('find', (list) => { for (const each of list) each.touched = true; });
    schema.pre('insertMany', async function (...args) { const list = args.find(Array.isArray); for (const each of list) each.slug = 'inserted'; });
    const Thing = mongoose.model('Thing', schema);
    const first = await attempt(() => Thing.create({ name: 'Good' }));
    return [
      first, await attempt(() => Thing.create({ name: 'bad' })), await attempt(() => Thing.create({ name: 'worse' })), await attempt(() => Thing.create({ name: 'late' })), await attempt(() => Thing.create({ name: 'hidden' })), await attempt(() => Thing.create({ _id: first.value?._id, name: 'again' })),
      (await Thing.find().sort('name')).map(({ name, touched }) => [name, touched]), await Thing.updateOne({ name: 'Good' }, {}), await Thing.aggregate([{ $project: { _id: 0, name: 1 } }, { $sort: { name: 1 } }]), await attempt(() => Thing.insertMany([{ name: 'x' }])),
    ];
  },

  'plugins, global and of a schema': async ({ mongoose }) => {
    mongoose.plugin((schema, options) => { schema.add({ tenant: { type: String, default: options.tenant } }); schema.statics.tenants = function () { return this.distinct('tenant'); }; }, { tenant: 't1' });
    const lastModified = (schema) => { schema.add({ lastMod: Number }); schema.pre('save', function () { this.lastMod = 42; }); };
    const schema = new mongoose.Schema({ name: String, subs: [new mongoose.Schema({ x: Number })] });
    schema.plugin(lastModified);
    const Thing = mongoose.model('Thing', schema);
    await Thing.create({ name: 'x', subs: [{ x: 1 }] });
    return [await Thing.tenants(), await Thing.find()];
  },

  'discriminators': async ({ mongoose, attempt }) => {
    const Event = mongoose.model('Event', new mongoose.Schema({ time: Date }, { discriminatorKey: 'kind' }));
    const Click = Event.discriminator('Click', new mongoose.Schema({ url: { type: String, required: true } }));
    const Sign = Event.discriminator('Sign', new mongoose.Schema({ user: String }), 'signed');
    await Event.create([{ time: new Date(1) }, { kind: 'Click', url: 'u1', time: new Date(2) }]);
    await Click.create({ url: 'u2', time: new Date(3) });
    await Sign.insertMany([{ user: 'ann', time: new Date(4) }]);
    const all = await Event.find().sort('time');
    const schema = new mongoose.Schema({ items: [new mongoose.Schema({ name: String }, { discriminatorKey: 'type', _id: false })] });
    schema.path('items').discriminator('Big', new mongoose.Schema({ size: Number }, { _id: false }));
    const Box = mongoose.model('Box', schema);
    await Box.create({ items: [{ type: 'Big', name: 'b', size: '5' }, { name: 'plain', size: 5 }] });
    return { names: all.map((each) => each.constructor.modelName), clicks: await Click.find().sort('time'), counted: await Sign.countDocuments(), updated: await Click.updateMany({}, { url: 'u3' }), invalid: await attempt(() => Click.create({})), aggregate: await Click.aggregate([{ $count: 'n' }]), unknown: await attempt(() => Event.create({ kind: 'Nothing' })), box: await Box.findOne(), deleted: await Click.deleteMany({ url: 'u3' }), keys: Object.keys(Event.discriminators) };
  },

  'populate in every way': async ({ mongoose, attempt }) => {
    const { Schema } = mongoose;
    const authors = new Schema({ name: String, friend: { type: Schema.Types.ObjectId, ref: 'Author' } }, { toJSON: { virtuals: true }, toObject: { virtuals: true }, id: false });
    authors.virtual('books', { ref: 'Book', localField: '_id', foreignField: 'author' });
    authors.virtual('bookCount', { ref: 'Book', localField: '_id', foreignField: 'author', count: true });
    authors.virtual('firstBook', { ref: 'Book', localField: '_id', foreignField: 'author', justOne: true, options: { sort: { title: 1 } } });
    const Author = mongoose.model('Author', authors);
    const Book = mongoose.model('Book', new Schema({ title: String, year: Number, author: { type: Schema.Types.ObjectId, ref: 'Author' }, readers: [{ type: Schema.Types.ObjectId, ref: 'Author' }], notes: [{ by: { type: Schema.Types.ObjectId, ref: 'Author' }, text: String }], on: { type: Schema.Types.ObjectId, refPath: 'onModel' }, onModel: String }));
    const [ann, bob] = await Author.create([{ name: 'Ann' }, { name: 'Bob' }], { ordered: true });
    ann.friend = bob._id;
    await ann.save();
    const missing = new mongoose.Types.ObjectId();
    const [first] = await Book.create([{ title: 'A', year: 1, author: ann._id, readers: [ann._id, bob._id], notes: [{ by: bob._id, text: 't' }], on: bob._id, onModel: 'Author' }, { title: 'B', year: 2, author: ann, readers: [missing, bob] }, { title: 'C', year: 3, author: missing }], { ordered: true });
    const sorted = () => Book.find().sort('title');
    const titles = (list) => list.map(({ title }) => title).sort();
    return {
      one: await sorted().populate('author'), fields: await sorted().populate('author', 'name -_id'), several: await sorted().populate('author readers'), list: await Book.findOne({ title: 'A' }).populate(['author', { path: 'readers', match: { name: 'Bob' }, select: 'name' }]), nested: await Book.findOne({ title: 'A' }).populate({ path: 'author', populate: { path: 'friend' } }), inArray: await Book.findOne({ title: 'A' }).populate('notes.by'), refPath: await Book.findOne({ title: 'A' }).populate('on'), lean: await sorted().populate('author').lean(), virtual: titles((await Author.findOne({ name: 'Ann' }).populate('books')).books), count: (await Author.findOne({ name: 'Ann' }).populate('bookCount')).bookCount, just: (await Author.findOne({ name: 'Ann' }).populate('firstBook')).firstBook, match: (await sorted().populate({ path: 'author', match: { name: 'Zoe' } })).map(({ author }) => author), options: (await Author.findOne({ name: 'Ann' }).populate({ path: 'books', options: { sort: { year: -1 }, limit: 1 } })).books.map(({ title }) => title), perDocument: (await Author.find().sort('name').populate({ path: 'books', perDocumentLimit: 1 })).map(({ books }) => books.length), later: await first.populate('author'), is: first.populated('author') !== undefined, depopulated: first.depopulate('author').author.equals(ann._id), modelPopulate: await Book.populate(await Book.find({ title: 'A' }).lean(), { path: 'author' }), strictPopulate: await attempt(() => Book.findOne().populate('nothing')), saved: await (async () => { const book = await Book.findOne({ title: 'A' }).populate('author'); book.author.name = 'Anna'; await book.author.save(); book.author = bob; await book.save(); return Book.findOne({ title: 'A' }).populate('author'); })(), json: JSON.parse(JSON.stringify(await Author.findOne({ name: 'Bob' }).populate('books'))), transform: (await Book.findOne({ title: 'A' }).populate({ path: 'author', transform: (author) => author && author.name })).author, cursor: await (async () => { const seen = []; for await (const book of Book.find().sort('title').populate('author').cursor({ batchSize: 2 })) seen.push(book.author?.name); return seen; })(),
    };
  },

  'populate across connections': async ({ mongoose, connection, database, uri }) => {
    const other = await mongoose.createConnection(uri, { dbName: `${database}_second` }).asPromise();
    const User = other.model('User', new mongoose.Schema({ name: String }));
    const Post = connection.model('Post', new mongoose.Schema({ title: String, user: { type: mongoose.Schema.Types.ObjectId, ref: User } }));
    const Tag = connection.model('Tag', new mongoose.Schema({ user: mongoose.Schema.Types.ObjectId }));
    const user = await User.create({ name: 'far' });
    await Post.create({ title: 'p', user: user._id });
    await Tag.create({ user: user._id });
    const answer = [await Post.findOne().populate('user'), await Tag.findOne().populate({ path: 'user', model: User })];
    await other.dropDatabase();
    await other.close();
    return answer;
  },

  'schema facilities': async ({ mongoose, attempt }) => {
    const { Schema } = mongoose;
    const base = new Schema({ a: { type: String, required: true }, 'b.c': Number, list: [{ x: Number }], when: { type: Date, expires: 60 } }, { collection: 'custom', timestamps: true });
    base.index({ a: 1, 'b.c': -1 }, { name: 'both', unique: true });
    base.add({ added: Boolean });
    base.set('toJSON', { getters: true });
    const clone = base.clone();
    clone.remove('added');
    return {
      paths: Object.keys(base.paths), types: Object.values(base.paths).map(({ instance }) => instance), indexes: base.indexes(), pathType: ['a', 'b', 'b.c', 'nothing', 'list.0.x'].map((path) => base.pathType(path)), required: base.requiredPaths(), cloned: Object.keys(clone.paths), option: base.get('toJSON'), virtuals: Object.keys(base.virtuals), each: (() => { const seen = []; base.eachPath((path) => seen.push(path)); return seen; })(), picked: Object.keys(base.pick(['a']).paths), reserved: await attempt(() => new Schema({ on: String, save: String })), unknownType: await attempt(() => new Schema({ x: 'Nothing' })), typeKey: Object.keys(new Schema({ type: { type: String } }).paths), wrongModel: await attempt(() => mongoose.model('X', { notASchema: 1 })), model: mongoose.model('Y', base).collection.name, plural: ['Person', 'Mouse', 'Category', 'News', 'UserData', 'Box', 'Sheep'].map((name) => mongoose.model(name, new Schema({})).collection.name), noPlural: (mongoose.pluralize(null), mongoose.model('Goose', new Schema({})).collection.name), excluded: Object.keys((base.omit?.(['a']) ?? base).paths),
    };
  },
};
