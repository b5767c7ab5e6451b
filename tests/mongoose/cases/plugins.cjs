/** Plugins from npm. */

const sorted = (list) => list.map(({ name }) => name);

module.exports = {
  'mongoose-paginate-v2': async ({ mongoose, require }) => {
    const schema = new mongoose.Schema({ name: String, n: Number });
    schema.plugin(require('mongoose-paginate-v2'));
    const Thing = mongoose.model('Thing', schema);
    await Thing.insertMany(Array.from({ length: 25 }, (_, n) => ({ name: `n${String(n).padStart(2, '0')}`, n })));
    const page = await Thing.paginate({ n: { $gt: 3 } }, { page: 2, limit: 5, sort: 'name', lean: true });
    const offset = await Thing.paginate({}, { offset: 20, limit: 10, sort: { n: -1 }, select: 'name', customLabels: { docs: 'items', totalDocs: 'count' } });
    return [{ ...page, docs: sorted(page.docs) }, { ...offset, items: sorted(offset.items) }, (await Thing.paginate({}, { pagination: false })).docs.length];
  },

  'mongoose-autopopulate': async ({ mongoose, require }) => {
    const User = mongoose.model('User', new mongoose.Schema({ name: String }));
    const schema = new mongoose.Schema({ title: String, user: { type: mongoose.Schema.Types.ObjectId, ref: 'User', autopopulate: true }, others: [{ type: mongoose.Schema.Types.ObjectId, ref: 'User', autopopulate: { select: 'name -_id' } }] });
    schema.plugin(require('mongoose-autopopulate'));
    const Post = mongoose.model('Post', schema);
    const user = await User.create({ name: 'Ann' });
    await Post.create({ title: 'p', user, others: [user] });
    return [await Post.findOne(), await Post.find().lean(), await Post.findOne().setOptions({ autopopulate: false })];
  },

  'mongoose-lean-virtuals': async ({ mongoose, require, major }) => {
    if (major < 8) return 'not made for this major';
    const schema = new mongoose.Schema({ name: String, subs: [new mongoose.Schema({ x: Number }, { id: false, virtuals: { double: { get() { return this.x * 2; } } } })] });
    schema.virtual('loud').get(function () { return this.name?.toUpperCase(); });
    const plugin = require('mongoose-lean-virtuals');
    schema.plugin(plugin.default ?? plugin);
    const Thing = mongoose.model('Thing', schema);
    await Thing.create({ name: 'n', subs: [{ x: 2 }] });
    return [await Thing.findOne().lean({ virtuals: true }), await Thing.find().lean({ virtuals: ['loud'] })];
  },
};
