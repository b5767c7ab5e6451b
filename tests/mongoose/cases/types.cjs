/** Values of every BSON type, through schemas, back and printed. */

module.exports = {
  'schema types': async ({ mongoose, attempt, major }) => {
    const { Schema, Types } = mongoose;
    const definition = { decimal: Schema.Types.Decimal128, buffer: Buffer, uuid: Schema.Types.UUID, mixed: {}, list: [[Number]], text: String, date: Date, flag: Boolean, number: Number, id: Schema.Types.ObjectId };
    if (Schema.Types.BigInt) definition.big = BigInt;
    if (Schema.Types.Double) definition.double = Schema.Types.Double;
    if (Schema.Types.Int32) definition.int = Schema.Types.Int32;
    const Thing = mongoose.model('Thing', new Schema(definition));
    const { mongo } = mongoose;
    const mixed = { long: mongo.Long.fromString('9007199254740993'), double: new mongo.Double(2), int: new mongo.Int32(3), decimal: Types.Decimal128.fromString('0.1'), regex: /a.b/gi, binary: new mongo.Binary(Buffer.from([1, 2, 3])), date: new Date(0), undefinedValue: undefined, nothing: null, min: new mongo.MinKey(), max: new mongo.MaxKey(), timestamp: new mongo.Timestamp({ t: 5, i: 6 }), code: new mongo.Code('return 1', { a: 1 }), infinity: Infinity, minusZero: -0, big: 3_000_000_000, list: [new Map([['k', 1]])] };
    const thing = await Thing.create({ decimal: '1.10', buffer: Buffer.from('bytes'), uuid: '0f0e0d0c-0b0a-4908-8706-050403020100', mixed, list: [[1, '2'], [3]], text: 5, date: 0, flag: 'no', number: '1e3', id: '65f0a1b2c3d4e5f601020304', big: '9007199254740993', double: '1.5', int: '7' });
    const found = await Thing.findById(thing._id);
    return {
      found, lean: await Thing.findById(thing._id).lean(), printed: [String(found.decimal), String(found.uuid), found.buffer.toString(), String(found.mixed.long), JSON.stringify(found.toJSON({ flattenMaps: true }), (_key, value) => (typeof value === 'bigint' ? `${value}n` : value)).replace(/[0-9a-f]{24}/g, '<id>')], classes: [found.decimal.constructor.name, found.buffer.constructor.name, found.mixed.regex instanceof RegExp, found.mixed.decimal._bsontype, found.id._bsontype, typeof found.big], isBuffer: [Buffer.isBuffer(found.buffer), found.buffer.isMongooseBuffer, found.buffer.subtype?.()], byDecimal: (await Thing.find({ decimal: 1.1 })).length, byUuid: await attempt(async () => (await Thing.find({ uuid: '0f0e0d0c-0b0a-4908-8706-050403020100' })).length), byBuffer: (await Thing.find({ buffer: Buffer.from('bytes') })).length, byId: (await Thing.find({ id: { $in: ['65f0a1b2c3d4e5f601020304'] } })).length, wrong: await attempt(() => Thing.find({ uuid: 'nothing' })), major,
    };
  },

  'buffers that change': async ({ mongoose }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ bytes: Buffer }));
    const thing = await Thing.create({ bytes: Buffer.from('abc') });
    thing.bytes.write('x', 1);
    const modified = thing.isModified('bytes');
    await thing.save();
    thing.bytes = Buffer.from('new');
    await thing.save();
    return [modified, (await Thing.findOne()).bytes.toString(), thing.bytes.equals(Buffer.from('new')), thing.bytes.toObject?.().constructor.name];
  },

  'big integers and useBigInt64': async ({ mongoose, uri, database, attempt }) => {
    return attempt(async () => {
      const connection = await mongoose.createConnection(uri, { dbName: database, useBigInt64: true }).asPromise();
      await connection.collection('things').insertOne({ _id: 1, big: 2n ** 60n });
      const found = await connection.collection('things').findOne({ _id: 1 });
      await connection.close();
      return found;
    });
  },

  'ids': async ({ mongoose, attempt }) => {
    const { Types } = mongoose;
    const id = new Types.ObjectId('65f0a1b2c3d4e5f601020304');
    const Custom = mongoose.model('Custom', new mongoose.Schema({ _id: String, name: String }));
    const Numbered = mongoose.model('Numbered', new mongoose.Schema({ _id: Number }));
    const Without = mongoose.model('Without', new mongoose.Schema({ name: String }, { _id: false }));
    return [
      id.toString(), id.toHexString(), id.getTimestamp(), id.equals('65f0a1b2c3d4e5f601020304'), String(id._id), id._bsontype, `${id}`, JSON.stringify({ id }), Types.ObjectId.isValid('zz'), Types.ObjectId.createFromTime(5).toHexString(), await attempt(() => new Types.ObjectId('zz')), await attempt(() => Types.ObjectId('65f0a1b2c3d4e5f601020304')), await Custom.create({ _id: 'own', name: 'x' }), await Custom.findById('own'), await attempt(() => Custom.create({ name: 'no id' })), await Numbered.create({ _id: '5' }), await Numbered.findById('5'), await attempt(() => new Without({ name: 'x' }).save()), await Custom.findByIdAndUpdate('own', { name: 'y' }), await Custom.exists({ _id: 'own' }), new mongoose.mongo.ObjectId(id).equals(id), id instanceof mongoose.mongo.ObjectId, mongoose.Types.ObjectId.name,
    ];
  },

  'toJSON of ids in all places': async ({ mongoose }) => {
    const { EJSON } = mongoose.mongo.BSON ?? {};
    const Thing = mongoose.model('Thing', new mongoose.Schema({ refs: [mongoose.Schema.Types.ObjectId], by: { id: mongoose.Schema.Types.ObjectId } }));
    const thing = await Thing.create({ refs: ['65f0a1b2c3d4e5f601020304'], by: { id: '65f0a1b2c3d4e5f601020305' } });
    const lean = await Thing.findOne().lean();
    return [JSON.parse(JSON.stringify(thing)), JSON.parse(JSON.stringify(lean)), EJSON?.stringify(lean), thing.refs.includes('65f0a1b2c3d4e5f601020304'), thing.refs.indexOf(lean.refs[0]), structuredClone(JSON.parse(JSON.stringify(lean)))];
  },
};
