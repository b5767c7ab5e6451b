/** The named things of a unified test: clients, databases, collections, sessions, buckets, threads, and saved results. */

import { ClientEvents } from './client_events.js';
import { hostCount, withSingleHost, withUriOptions } from './connection_string.js';
import { MALFORMED, Mismatch, Skip } from './outcomes.js';

/** Kinds whose operations the runner knows; anything else is a saved value. */
export const Kind = Object.freeze({
  CLIENT: 'client',
  DATABASE: 'database',
  COLLECTION: 'collection',
  SESSION: 'session',
  BUCKET: 'bucket',
  THREAD: 'thread',
  CURSOR: 'cursor',
  CHANGE_STREAM: 'changeStream',
  VALUE: 'value'
});

export class EntityMap {
  #entities = new Map();

  /** @param {object} environment see `unified_test.js` */
  constructor(environment) {
    this.environment = environment;
  }

  set(id, kind, value, extra = {}) {
    if (this.#entities.has(id)) throw new Mismatch(`entity \`${id}\` exists already`, MALFORMED);
    this.#entities.set(id, { kind, value, ...extra });
  }

  entry(id) {
    const entry = this.#entities.get(id);
    if (!entry) throw new Mismatch(`no entity \`${id}\``, MALFORMED);
    return entry;
  }

  get(id) {
    return this.entry(id).value;
  }

  sessionLsid(id) {
    this.noteLsids();
    return this.entry(id).lsid;
  }

  /** A session may get its id with the first operation and lose it when it ends, so it is read whenever it may be there. */
  noteLsids() {
    for (const entry of this.ofKind(Kind.SESSION)) entry.lsid ??= entry.value.id;
  }

  ofKind(kind) {
    return [...this.#entities.values()].filter(entry => entry.kind === kind);
  }

  async create(descriptions = []) {
    for (const description of descriptions) {
      const [kind] = Object.keys(description);
      const create = CREATORS[kind];
      if (!create) throw new Skip(`the entity type ${kind} isn't supported`);
      await create(this, description[kind]);
    }
  }

  /** Ends sessions and closes clients; a failure here says nothing about the test. */
  async close() {
    const closings = [];
    for (const kind of [Kind.CHANGE_STREAM, Kind.CURSOR]) closings.push(...this.ofKind(kind).map(entry => entry.value.close()));
    await Promise.allSettled(closings);
    await Promise.allSettled(this.ofKind(Kind.SESSION).map(entry => entry.value.endSession()));
    await Promise.allSettled(this.ofKind(Kind.CLIENT).map(entry => entry.value.close()));
  }
}

function refuseWhatCannotBeObserved(options) {
  if (options.autoEncryptOpts) throw new Skip('needs client-side encryption');
  if (options.observeLogMessages) throw new Skip('log messages aren\'t compared');
  if (options.observeTracingMessages) throw new Skip('tracing messages aren\'t compared');
}

function uriFor(environment, options) {
  let { uri } = environment;
  if (environment.server.topology === 'sharded' || environment.server.topology === 'load-balanced') {
    if (options.useMultipleMongoses === true && hostCount(uri) < 2) throw new Skip('needs several mongos');
    if (options.useMultipleMongoses === false) uri = withSingleHost(uri);
  }
  const limit = readsFromSecondary(options) && !environment.server.hasSecondary ? { serverSelectionTimeoutMS: SHORT_SELECTION_MS } : {};
  return withUriOptions(uri, { ...limit, ...options.uriOptions });
}

const SHORT_SELECTION_MS = 3000;
const readsFromSecondary = options => options.uriOptions?.readPreference === 'secondary';
const observesTopology = options => (options.observeEvents ?? []).some(name => /^(topology|server)/.test(name));

async function createClient(entities, options) {
  refuseWhatCannotBeObserved(options);
  const { environment } = entities;
  const events = new ClientEvents(options, environment);
  const clientOptions = { monitorCommands: true };
  if (options.serverApi) clientOptions.serverApi = options.serverApi;
  const client = new environment.driver.MongoClient(uriFor(environment, options), clientOptions);
  events.attach(client);
  entities.set(options.id, Kind.CLIENT, client, { events, readsFromSecondary: readsFromSecondary(options) });
  if (observesTopology(options)) await client.connect();
  for (const { id, events: names } of options.storeEventsAsEntities ?? []) {
    entities.set(id, Kind.VALUE, events.records, { names });
  }
}

function createSession(entities, options) {
  const sessionOptions = { ...options.sessionOptions };
  if (typeof sessionOptions.snapshotTime === 'string') sessionOptions.snapshotTime = entities.get(sessionOptions.snapshotTime);
  const client = entities.get(options.client);
  const session = client.startSession(sessionOptions);
  if (entities.environment.clusterTime) session.advanceClusterTime(entities.environment.clusterTime);
  entities.set(options.id, Kind.SESSION, session, { lsid: undefined });
  entities.noteLsids();
}

const CREATORS = {
  client: createClient,
  database: (entities, options) => {
    const database = entities.get(options.client).db(options.databaseName, options.databaseOptions);
    entities.set(options.id, Kind.DATABASE, database);
  },
  collection: (entities, options) => {
    const collection = entities.get(options.database).collection(options.collectionName, options.collectionOptions);
    entities.set(options.id, Kind.COLLECTION, collection);
  },
  session: createSession,
  bucket: (entities, options) => {
    const { GridFSBucket } = entities.environment.driver;
    entities.set(options.id, Kind.BUCKET, new GridFSBucket(entities.get(options.database), options.bucketOptions));
  },
  thread: (entities, options) => entities.set(options.id, Kind.THREAD, { last: Promise.resolve() })
};
