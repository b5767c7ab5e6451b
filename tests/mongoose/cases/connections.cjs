/** Connecting, states, events, other databases and what a connection gives. */

const STATES = ['connected', 'open', 'disconnected', 'connecting', 'disconnecting', 'close', 'error', 'reconnected', 'fullsetup', 'all'];

/** Cases that connect by themselves. */
const unconnected = (run) => Object.assign(run, { connect: false });

const record = (connection, events, name = '') => {
  for (const event of STATES) connection.on(event, () => events.push(`${name}${event} in state ${connection.readyState}`));
};

module.exports = {
  'connect, states and events': unconnected(async ({ mongoose, uri, database, events }) => {
    const { connection } = mongoose;
    record(connection, events);
    const states = [connection.readyState];
    const connecting = mongoose.connect(uri, { dbName: database });
    states.push(connection.readyState);
    const same = (await connecting) === mongoose;
    states.push(connection.readyState);
    const disconnecting = mongoose.disconnect();
    states.push(connection.readyState);
    const result = await disconnecting;
    states.push(connection.readyState);
    return { same, states, result, names: mongoose.STATES, connectionStates: mongoose.ConnectionStates };
  }),

  'connect again after disconnect': unconnected(async ({ mongoose, uri, database }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    await mongoose.connect(uri, { dbName: database });
    await Thing.create({ name: 'first' });
    await mongoose.disconnect();
    await mongoose.connect(uri, { dbName: database });
    await Thing.create({ name: 'second' });
    return (await Thing.find().sort('name').lean()).map((each) => each.name);
  }),

  'connect twice to the same': async ({ mongoose, uri, database, attempt }) => [
    await attempt(async () => (await mongoose.connect(uri, { dbName: database })) === mongoose),
    await attempt(async () => (await mongoose.connect(uri.replace(/\/\?/, '/other?'), {})) === mongoose),
  ],

  'connect without uri': unconnected(async ({ mongoose, attempt }) => [
    await attempt(() => mongoose.connect()),
    await attempt(() => mongoose.connect(undefined)),
    await attempt(() => mongoose.connect(42)),
    await attempt(() => mongoose.connect('')),
    await attempt(() => mongoose.connect('http://nowhere')),
    await attempt(() => mongoose.createConnection('http://nowhere').asPromise()),
  ]),

  'connect to nobody': unconnected(async ({ mongoose, attempt, events }) => {
    record(mongoose.connection, events);
    const { error } = await attempt(() => mongoose.connect('mongodb://127.0.0.1:1/nobody', { serverSelectionTimeoutMS: 300 }));
    return {
      name: error.name,
      message: error.message,
      kind: error instanceof mongoose.Error.MongooseServerSelectionError,
      reason: error.reason?.type,
      state: mongoose.connection.readyState,
    };
  }),

  'connect with an unknown option': unconnected(async ({ mongoose, uri, attempt }) => [
    await attempt(() => mongoose.connect(uri, { nonsense: true })),
    await attempt(() => mongoose.connect(uri, { useNewUrlParser: true, useUnifiedTopology: true })),
    await attempt(() => mongoose.connect(uri, { useCreateIndex: true })),
    await attempt(() => mongoose.connect(uri, { maxPoolSize: 'many' })),
  ]),

  'connection strings and options': unconnected(async ({ mongoose, uri, database }) => {
    const address = new URL(uri.replace('mongodb:', 'http:'));
    const set = uri.match(/replicaSet=(\w+)/)?.[1];
    const connection = await mongoose
      .createConnection(`mongodb://${address.host}/in_the_uri?replicaSet=${set}&appName=goose`, { dbName: database, maxPoolSize: 3, autoIndex: false, bufferCommands: false })
      .asPromise();
    const answers = { name: connection.name, host: connection.host, isPort: connection.port > 0, user: connection.user, pass: connection.pass, id: typeof connection.id };
    answers.database = connection.db.databaseName;
    answers.config = connection.config.autoIndex;
    answers.poolSize = connection.getClient().options.maxPoolSize;
    answers.appName = connection.getClient().options.appName;
    await connection.close();
    const named = await mongoose.createConnection(`mongodb://${address.host}/${database}?directConnection=true`).asPromise();
    answers.named = named.name;
    await named.close();
    return answers;
  }),

  'createConnection, events and close': unconnected(async ({ mongoose, uri, database, events }) => {
    const connection = mongoose.createConnection(uri, { dbName: database });
    record(connection, events);
    const before = connection.readyState;
    const same = (await connection.asPromise()) === connection;
    const Thing = connection.model('Thing', new mongoose.Schema({ name: String }));
    await Thing.create({ name: 'here' });
    const open = connection.readyState;
    const result = await connection.close();
    return { before, same, open, closed: connection.readyState, result, all: mongoose.connections.length, models: connection.modelNames() };
  }),

  'createConnection then openUri': unconnected(async ({ mongoose, uri, database }) => {
    const connection = mongoose.createConnection();
    const states = [connection.readyState];
    const Thing = connection.model('Thing', new mongoose.Schema({ name: String }));
    const saving = Thing.create({ name: 'buffered' });
    await connection.openUri(uri, { dbName: database });
    states.push(connection.readyState);
    const saved = await saving;
    await connection.close(true);
    states.push(connection.readyState);
    return { states, saved };
  }),

  'once open': unconnected(async ({ mongoose, uri, database, events }) => {
    const opened = new Promise((resolve) => mongoose.connection.once('open', () => resolve(events.push('opened'))));
    mongoose.connect(uri, { dbName: database });
    await opened;
    await mongoose.connection.asPromise();
    return mongoose.connection.readyState;
  }),

  'what a connection gives': async ({ mongoose, connection, database }) => {
    await connection.createCollection('things', { capped: true, size: 4096 });
    await connection.collection('things').insertOne({ _id: 1 });
    const client = connection.getClient();
    return {
      client: client.constructor.name,
      sameClient: client === connection.client,
      db: connection.db.constructor.name,
      driver: client instanceof mongoose.mongo.MongoClient,
      database: connection.db.databaseName === database,
      viaDriver: await connection.db.collection('things').findOne({}),
      viaClient: await client.db(database).collection('things').countDocuments(),
      collections: Object.keys(connection.collections),
      listed: (await connection.db.listCollections().toArray()).map(({ name, options }) => ({ name, options })),
      ping: (await connection.db.admin().ping()).ok,
      command: (await connection.db.command({ buildInfo: 1 })).ok,
      stats: (await connection.db.stats()).db,
      states: connection.states,
      get: connection.get('bufferCommands'),
    };
  },

  'connection methods of newer majors': async ({ connection, attempt }) => {
    await connection.createCollection('a');
    return [
      await attempt(async () => (await connection.listCollections()).map(({ name }) => name)),
      await attempt(async () => (await connection.listDatabases()).databases.some(({ name }) => name === 'admin')),
      await attempt(() => connection.collection('a').insertMany([{ _id: 1 }])),
      await attempt(async () => connection.aggregate([{ $documents: [{ a: 1 }] }])),
      await attempt(async () => (await connection.withSession(async (session) => typeof session.id))),
      await attempt(async () => connection.deleteModel(/x/) === connection),
    ];
  },

  'useDb': async ({ mongoose, connection, database, events }) => {
    const other = connection.useDb(`${database}_other`, { useCache: true });
    record(other, events, 'other ');
    const schema = new mongoose.Schema({ name: String });
    const [Here, There] = [connection.model('Thing', schema), other.model('Thing', schema)];
    await There.deleteMany({});
    await Here.create({ name: 'here' });
    await There.create([{ name: 'there' }, { name: 'there too' }]);
    const counted = [await Here.countDocuments(), await There.countDocuments()];
    const cached = connection.useDb(`${database}_other`, { useCache: true }) === other;
    const state = other.readyState;
    await other.dropDatabase();
    return { counted, cached, state, after: await There.countDocuments(), name: other.name === `${database}_other`, relates: connection.relatedDbs !== undefined };
  },

  'dropDatabase, dropCollection': async ({ mongoose, connection, attempt }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: { type: String, index: true } }));
    await Thing.init();
    await Thing.create({ name: 'x' });
    const dropped = await attempt(() => connection.dropCollection('things'));
    const again = await attempt(() => connection.dropCollection('things'));
    await Thing.create({ name: 'y' });
    const database = await attempt(() => connection.dropDatabase());
    await Thing.createCollection();
    const viaModel = await attempt(() => Thing.collection.drop());
    return { dropped, again, database, viaModel, left: await Thing.countDocuments() };
  },

  'model after the connection was closed': async ({ mongoose, connection, attempt, major }) => {
    mongoose.set('bufferTimeoutMS', 100);
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }, { bufferCommands: false }));
    await Thing.create({ name: 'x' });
    await connection.close();
    // Of 6 it waits for ever.
    const made = major > 6 && (await attempt(() => connection.createCollection('x')));
    return [await attempt(() => Thing.findOne()), made, connection.readyState];
  },

  'bufferCommands and bufferTimeoutMS': unconnected(async ({ mongoose, attempt }) => {
    mongoose.set('bufferTimeoutMS', 100);
    const Buffered = mongoose.model('Buffered', new mongoose.Schema({ name: String }));
    const Unbuffered = mongoose.model('Unbuffered', new mongoose.Schema({ name: String }, { bufferCommands: false, autoCreate: false }));
    return [
      await attempt(() => Buffered.findOne()),
      await attempt(() => Buffered.create({ name: 'x' })),
      await attempt(() => Unbuffered.findOne()),
      await attempt(() => Unbuffered.collection.insertOne({})),
    ];
  }),

  'commands wait for the connection': unconnected(async ({ mongoose, uri, database }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ name: String }));
    const work = Promise.all([Thing.create({ name: 'early' }), Thing.findOne({ name: 'nobody' }), Thing.countDocuments({ name: 'nobody' })]);
    await mongoose.connect(uri, { dbName: database });
    return work;
  }),

  'setClient': unconnected(async ({ mongoose, uri, database, attempt }) => {
    const client = await mongoose.mongo.MongoClient.connect(uri);
    const connection = mongoose.createConnection();
    const answer = await attempt(async () => {
      connection.setClient(client);
      const Other = connection.useDb(database).model('Thing', new mongoose.Schema({ name: String }));
      await Other.create({ name: 'x' });
      return { state: connection.readyState, found: await Other.find() };
    });
    await client.close();
    return answer;
  }),

  'close by the driver is seen': async ({ mongoose, connection, events, attempt }) => {
    record(connection, events);
    await attempt(() => connection.getClient().close());
    return { state: connection.readyState, find: typeof mongoose.connection };
  },

  'heartbeats and command monitoring': unconnected(async ({ mongoose, uri, database }) => {
    const connection = await mongoose.createConnection(uri, { dbName: database, monitorCommands: true }).asPromise();
    const names = [];
    connection.getClient().on('commandStarted', ({ commandName }) => names.push(`started ${commandName}`));
    connection.getClient().on('commandSucceeded', ({ commandName }) => names.push(`succeeded ${commandName}`));
    connection.getClient().on('commandFailed', ({ commandName }) => names.push(`failed ${commandName}`));
    const Thing = connection.model('Thing', new mongoose.Schema({ name: String }, { autoCreate: false, autoIndex: false }));
    await Thing.create({ name: 'x' });
    await Thing.findOne();
    await Thing.updateOne({}, { $inc: { name: 1 } }).catch(() => {});
    await connection.close();
    return names.filter((name) => !/endSessions|ping|hello|killCursors/.test(name));
  }),

  'destroy': unconnected(async ({ mongoose, uri, database, attempt }) => {
    const connection = await mongoose.createConnection(uri, { dbName: database }).asPromise();
    const all = mongoose.connections.length;
    const outcome = await attempt(() => connection.destroy());
    return { all, outcome, left: mongoose.connections.length, again: await attempt(() => connection.openUri(uri)) };
  }),

  'syncIndexes of a connection': async ({ mongoose, connection }) => {
    const Thing = mongoose.model('Thing', new mongoose.Schema({ a: Number, b: { type: Number, index: true } }, { autoIndex: false }));
    await Thing.createCollection();
    await Thing.collection.createIndex({ a: 1 });
    return connection.syncIndexes();
  },

  'plugins and models of a connection': unconnected(async ({ mongoose, uri, database, attempt }) => {
    const connection = await mongoose.createConnection(uri, { dbName: database }).asPromise();
    connection.plugin((schema) => schema.add({ added: { type: Number, default: 1 } }));
    const Thing = connection.model('Thing', new mongoose.Schema({ name: String }), 'custom_things');
    const created = await Thing.create({ name: 'x' });
    const missing = await attempt(() => connection.model('Nothing'));
    const twice = await attempt(() => connection.model('Thing', new mongoose.Schema({ other: String })));
    connection.deleteModel('Thing');
    return { created, collection: Thing.collection.name, missing, twice, names: connection.modelNames() };
  }),
};
