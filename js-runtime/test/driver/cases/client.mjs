/** Clients: connection strings, options, life cycle, exported names and classes. */

const HOST = 'mongodb://localhost:27017';

/** What a constructor makes of a connection string and options. */
const parsed = (uri, options) => ({ mongodb, attempt }) =>
  attempt(() => {
    const client = new mongodb.MongoClient(uri, options);
    const kept = {};
    for (const name of [
      'dbName', 'replicaSet', 'appName', 'readPreference', 'readConcern', 'writeConcern', 'retryReads', 'retryWrites', 'maxPoolSize',
      'minPoolSize', 'connectTimeoutMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS', 'directConnection', 'loadBalanced', 'tls',
      'compressors', 'ignoreUndefined', 'promoteLongs', 'promoteValues', 'useBigInt64', 'raw', 'srvHost', 'monitorCommands',
      'zlibCompressionLevel', 'heartbeatFrequencyMS', 'localThresholdMS', 'maxConnecting', 'rejectUnauthorized', 'tlsCAFile',
    ]) {
      if (client.options[name] !== undefined) kept[name] = client.options[name];
    }
    const { credentials } = client.options;
    if (credentials) kept.credentials = { ...credentials, mechanismProperties: { ...credentials.mechanismProperties } };
    kept.hosts = client.options.hosts.map(String);
    return kept;
  });

export const clientCases = {
  'uri plain': parsed(HOST),
  'uri without slash': parsed('mongodb://localhost'),
  'uri with database': parsed(`${HOST}/shop`),
  'uri with encoded database': parsed(`${HOST}/my%20db`),
  'uri with user': parsed('mongodb://me:p%40ss@localhost/shop'),
  'uri with user and authSource': parsed('mongodb://me:pass@localhost/shop?authSource=other'),
  'uri with mechanism': parsed('mongodb://me:pass@localhost/?authMechanism=SCRAM-SHA-256'),
  'uri with x509': parsed('mongodb://localhost/?authMechanism=MONGODB-X509&tls=true'),
  'uri with many options': parsed(
    `${HOST},h2:1,[::1]:5/x?replicaSet=rs&w=majority&wtimeoutMS=500&journal=true&readConcernLevel=majority&readPreference=secondary&readPreferenceTags=dc:ny,rack:1&readPreferenceTags=&maxStalenessSeconds=120&retryWrites=false&retryReads=false&maxPoolSize=5&minPoolSize=1&appName=me&compressors=zlib,snappy&zlibCompressionLevel=3&connectTimeoutMS=100&socketTimeoutMS=200&serverSelectionTimeoutMS=300&heartbeatFrequencyMS=1000&localThresholdMS=20&maxConnecting=3`,
  ),
  'uri in other case': parsed(`${HOST}/?RetryWrites=false&APPNAME=x`),
  'uri with number w': parsed(`${HOST}/?w=2`),
  'uri with srv': parsed('mongodb+srv://cluster.example.com/x'),
  'uri with srv and no tls': parsed('mongodb+srv://cluster.example.com/x?tls=false'),
  'uri with ssl': parsed(`${HOST}/?ssl=true`),
  'uri with tls options': parsed(`${HOST}/?tls=true&tlsAllowInvalidCertificates=true&tlsCAFile=/ca.pem`),
  'uri with a socket': parsed('mongodb://%2Ftmp%2Fmongodb-27017.sock/db'),
  'bad scheme': parsed('http://localhost'),
  'empty uri': parsed(''),
  'no uri': parsed(undefined),
  'no hosts': parsed('mongodb://'),
  'unescaped at': parsed('mongodb://me:p@ss@localhost/'),
  'unescaped slash': parsed('mongodb://me:p/ss@localhost/'),
  'empty user': parsed('mongodb://:pass@localhost/'),
  'bad escape': parsed('mongodb://me:%zz@localhost/'),
  'port zero': parsed('mongodb://localhost:0/'),
  'port too large': parsed('mongodb://localhost:99999/'),
  'port not a number': parsed('mongodb://localhost:abc/'),
  'srv with port': parsed('mongodb+srv://localhost:27017/'),
  'srv with two hosts': parsed('mongodb+srv://a.b.c,d.e.f/'),
  'unknown option': parsed(`${HOST}/?nope=1`),
  'unknown options': parsed(HOST, { nope: 1, useNewUrlParser: true, useUnifiedTopology: true }),
  'option twice': parsed(`${HOST}/?appName=a&appName=b`),
  'option without value': parsed(`${HOST}/?appName=`),
  'bad boolean': parsed(`${HOST}/?retryWrites=yes`),
  'bad integer': parsed(`${HOST}/?maxPoolSize=many`),
  'negative integer': parsed(`${HOST}/?maxPoolSize=-1`),
  'bad read preference': parsed(`${HOST}/?readPreference=nope`),
  'bad mechanism': parsed('mongodb://a:b@localhost/?authMechanism=NOPE'),
  'bad compressor': parsed(`${HOST}/?compressors=lzma`),
  'contradicting tls': parsed(`${HOST}/?tls=true&ssl=false`),
  'tlsInsecure with others': parsed(`${HOST}/?tlsInsecure=true&tlsAllowInvalidCertificates=true`),
  'direct to two hosts': parsed(`${HOST},b/?directConnection=true`),
  'load balanced with replica set': parsed(`${HOST}/?loadBalanced=true&replicaSet=x`),
  'load balanced with two hosts': parsed(`${HOST},b/?loadBalanced=true`),
  'load balanced as option': parsed(HOST, { loadBalanced: true }),
  'serverApi in the uri': parsed(`${HOST}/?serverApi=1`),
  'srv option without srv': parsed(`${HOST}/?srvMaxHosts=1`),
  'big integers and longs': parsed(HOST, { useBigInt64: true, promoteLongs: false }),
  'options over uri': parsed(`${HOST}/?appName=uri&maxPoolSize=1`, { appName: 'object', maxPoolSize: 2 }),
  'options with concerns': parsed(HOST, { readConcern: { level: 'local' }, writeConcern: { w: 1, j: true }, readPreference: 'nearest' }),
  'options with bad concern': parsed(HOST, { writeConcern: 'nope' }),
  'options with bad read concern': parsed(HOST, { readConcern: 'nope' }),
  'options with auth': parsed(HOST, { auth: { username: 'u', password: 'p' }, authSource: 'x' }),
  'options with bad auth': parsed(HOST, { auth: { user: 'u' } }),
  'options with bson': parsed(HOST, { ignoreUndefined: true, promoteValues: false, raw: false }),
  'options with bad pkFactory': parsed(HOST, { pkFactory: {} }),
  'proxy without host': parsed(HOST, { proxyPort: 1 }),
  'timeoutMS is ignored': parsed(`${HOST}/?timeoutMS=5`),
  'exports': ({ mongodb }) => Object.keys(mongodb).sort(),
  'enums': ({ mongodb }) =>
    Object.fromEntries(
      Object.entries(mongodb)
        .filter(([name, value]) => typeof value === 'object' && name !== 'BSON')
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    ),
  'class names and inheritance': ({ mongodb }) =>
    Object.entries(mongodb)
      .filter(([name, value]) => typeof value === 'function' && name.endsWith('Error'))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => {
        const chain = [];
        for (let each = value; each?.name; each = Object.getPrototypeOf(each)) chain.push(each.name);
        return [name, chain];
      }),
  'constructing errors': ({ mongodb }) => {
    const { MongoServerError, MongoError, MongoNetworkError, MongoWriteConcernError } = mongodb;
    const server = new MongoServerError({ ok: 0, errmsg: 'bad', code: 5, codeName: 'X', errorLabels: ['L'], errInfo: { a: 1 } });
    const error = new MongoError('plain', { cause: 1 });
    error.addErrorLabel('x');
    return [
      server,
      server.errorLabels,
      error,
      error.hasErrorLabel('x'),
      new MongoNetworkError('net', { beforeHandshake: true }),
      new MongoWriteConcernError({ ok: 1, n: 1, writeConcernError: { code: 64, errmsg: 'w', errInfo: { b: 1 } } }),
      new mongodb.MongoCursorExhaustedError(),
      new mongodb.MongoBatchReExecutionError(),
      new mongodb.MongoExpiredSessionError(),
      new mongodb.MongoSystemError('s', { type: 'x' }),
      new mongodb.MongoServerSelectionError('timed out', { error: new Error('why') }),
      new mongodb.MongoInvalidArgumentError('arg'),
      new mongodb.MongoMissingDependencyError('dep', { dependencyName: 'kerberos' }),
      MongoError.buildErrorMessage({ errors: [{ message: 'a' }, { message: 'b' }], message: '' }),
    ];
  },
  'a second client': async ({ mongodb, client, databaseName, c }) => {
    await c.insertOne({ _id: 1 });
    const second = new mongodb.MongoClient(client.s.url);
    const lazily = await second.db(databaseName).collection('c').findOne();
    const connected = await second.connect();
    await second.close();
    return [lazily, connected === second];
  },
  'connect and close': async ({ mongodb, client, databaseName, attempt }) => {
    const second = await mongodb.MongoClient.connect(client.s.url);
    const c = second.db(databaseName).collection('c');
    await c.insertOne({ _id: 1 });
    await second.close();
    const closed = await attempt(() => c.findOne());
    const builder = await attempt(() => c.initializeOrderedBulkOp());
    await second.connect();
    const again = await c.findOne();
    await second.close();
    await second.close();
    return { closed, builder, again };
  },
  'closing closes cursors and sessions': async ({ mongodb, client, databaseName, c, attempt }) => {
    await c.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
    const second = await mongodb.MongoClient.connect(client.s.url);
    const cursor = second.db(databaseName).collection('c').find().batchSize(2);
    await cursor.next();
    const session = second.startSession();
    await second.close();
    return [cursor.closed, cursor.killed, session.hasEnded, (await attempt(() => cursor.next())).error?.name];
  },
  'unreachable server': async ({ mongodb, attempt }) => {
    const client = new mongodb.MongoClient('mongodb://127.0.0.1:9/', { serverSelectionTimeoutMS: 200 });
    const { error } = await attempt(() => client.connect());
    await client.close();
    return [error.name, error.constructor.name, error instanceof mongodb.MongoSystemError];
  },
  'properties': ({ client }) => ({
    readConcern: client.readConcern,
    writeConcern: client.writeConcern,
    readPreference: client.readPreference,
    serverApi: client.serverApi,
    monitorCommands: client.monitorCommands,
    timeoutMS: client.timeoutMS,
  }),
  'events of commands': async ({ client, c }) => {
    const seen = [];
    const listen = (event) => seen.push([event.name, event.commandName, event.constructor.name, typeof event.requestId]);
    for (const name of ['commandStarted', 'commandSucceeded', 'commandFailed']) client.on(name, listen);
    await c.insertOne({ _id: 1 });
    await c.find({ a: { $nope: 1 } }).toArray().catch(() => {});
    for (const name of ['commandStarted', 'commandSucceeded', 'commandFailed']) client.off(name, listen);
    return seen;
  },
  'inspecting objects does not throw': ({ c, client, db }) => [c, client, db, c.find(), c.aggregate([])].map((each) => typeof Object.prototype.toString.call(each)),
};
