/** A database: its collections, its commands and its own aggregations. */

import { Admin } from './admin.js';
import { ChangeStream } from './change_stream.js';
import { Collection } from './collection.js';
import { AggregationCursor } from './cursor/aggregation_cursor.js';
import { ListCollectionsCursor } from './cursor/list_collections_cursor.js';
import { RunCommandCursor } from './cursor/run_command_cursor.js';
import { MongoInvalidArgumentError } from './errors.js';
import { execute, OWN_COLLATION, READ, WRITE } from './execute.js';
import { MongoDBNamespace } from './namespace.js';
import { createCollection } from './operations/create_collection.js';
import { dropCollection } from './operations/drop_collection.js';
import { createIndexesCommand, indexDescription, indexKey } from './operations/indexes.js';
import { profilingLevel, setProfilingLevel } from './operations/profiling_level.js';
import { removeUser } from './operations/remove_user.js';
import { runCommand } from './operations/run_command.js';
import { DEFAULT_PK_FACTORY } from './primary_key.js';
import { asOptions, NO_OPTIONS, NOTHING_INHERITED, resolveSettings, withSession } from './settings.js';

/** Options that a database takes; others are dropped. */
const OPTION_NAMES = new Set([
  'writeConcern',
  'readPreference',
  'readPreferenceTags',
  'native_parser',
  'forceServerObjectId',
  'pkFactory',
  'serializeFunctions',
  'raw',
  'authSource',
  'ignoreUndefined',
  'readConcern',
  'retryMiliSeconds',
  'numberOfRetries',
  'useBigInt64',
  'promoteBuffers',
  'promoteLongs',
  'bsonRegExp',
  'enableUtf8Validation',
  'promoteValues',
  'compression',
  'retryWrites',
]);

function pickOptions(options) {
  const picked = {};
  for (const name in options) if (OPTION_NAMES.has(name)) picked[name] = options[name];
  return picked;
}

/** A database of one client. */
export class Db {
  constructor(client, databaseName, options) {
    options = pickOptions(asOptions(options));
    if (typeof databaseName === 'string' && databaseName.includes('.')) {
      throw new MongoInvalidArgumentError(`Database names cannot contain the character '.'`);
    }
    this.client = client;
    const settings = resolveSettings(client.settings, options);
    this.s = {
      options,
      namespace: new MongoDBNamespace(databaseName),
      pkFactory: options.pkFactory ?? DEFAULT_PK_FACTORY,
      settings,
      nothingInherited: withSession(NOTHING_INHERITED, settings.session),
    };
  }

  get databaseName() {
    return this.s.namespace.db;
  }

  get options() {
    return this.s.options;
  }

  /** What operations inherit; not part of the public API. */
  get settings() {
    return this.s.settings;
  }

  /** What operations inherit that inherit nothing but the ambient session. */
  get nothingInherited() {
    return this.s.nothingInherited;
  }

  get secondaryOk() {
    return this.readPreference?.preference !== 'primary';
  }

  get readConcern() {
    return this.settings.readConcern;
  }

  get readPreference() {
    return this.settings.readPreference;
  }

  get writeConcern() {
    return this.settings.writeConcern;
  }

  get bsonOptions() {
    return this.settings.bson;
  }

  get namespace() {
    return this.s.namespace.toString();
  }

  get timeoutMS() {
    return undefined;
  }

  #operation(method, command, kind, options) {
    return {
      method,
      client: this.client,
      database: this.databaseName,
      namespace: this.databaseName,
      settings: resolveSettings(this.settings, options),
      command,
      kind,
      options,
    };
  }

  collection(name, options = NO_OPTIONS) {
    if (typeof options === 'function') {
      throw new MongoInvalidArgumentError('The callback form of this helper has been removed.');
    }
    return new Collection(this, name, asOptions(options));
  }

  async collections(options) {
    const found = await this.listCollections({}, { ...options, nameOnly: true }).toArray();
    return found
      .filter(({ name }) => !name.includes('$'))
      .map(({ name }) => new Collection(this, name, this.s.options));
  }

  async createCollection(name, options) {
    options = asOptions(options);
    await createCollection(this, name, options);
    return new Collection(this, name, options);
  }

  async dropCollection(name, options) {
    return await dropCollection(this, name, asOptions(options));
  }

  async dropDatabase(options) {
    await execute(this.#operation('dropDatabase', { dropDatabase: 1 }, WRITE, asOptions(options)));
    return true;
  }

  async renameCollection(fromCollection, toCollection, options) {
    return await this.collection(fromCollection).rename(toCollection, options);
  }

  /** Runs a command as given; of the options only session, read preference and BSON options count. */
  async command(command, options) {
    return await runCommand(this, this.databaseName, command, asOptions(options));
  }

  runCursorCommand(command, options) {
    return new RunCommandCursor(this, command, asOptions(options));
  }

  aggregate(pipeline = [], options = NO_OPTIONS) {
    return new AggregationCursor(this.client, this.s.namespace, pipeline, asOptions(options), this.settings);
  }

  admin() {
    return new Admin(this);
  }

  async stats(options) {
    options = asOptions(options);
    const command = { dbStats: true };
    if (options.scale != null) command.scale = options.scale;
    const operation = this.#operation('stats', command, READ, options);
    const reply = await execute(operation);
    return reply.toObject(operation.settings.bson);
  }

  listCollections(filter = {}, options = NO_OPTIONS) {
    return new ListCollectionsCursor(this, filter, asOptions(options));
  }

  async createIndex(name, specification, options) {
    options = asOptions(options);
    const index = indexDescription({ ...options, key: indexKey(specification) }, false);
    const command = createIndexesCommand(name, [index], options);
    const operation = this.#operation('createIndex', command, WRITE | OWN_COLLATION, options);
    // Unlike the collection's method, this one inherits no concerns.
    operation.settings = resolveSettings(this.nothingInherited, options);
    await execute(operation);
    return index.name || '';
  }

  async indexInformation(name, options) {
    return await this.collection(name).indexInformation(options);
  }

  async removeUser(username, options) {
    return await removeUser(this, this.databaseName, username, asOptions(options));
  }

  async setProfilingLevel(level, options) {
    return await setProfilingLevel(this, level, asOptions(options));
  }

  async profilingLevel(options) {
    return await profilingLevel(this, asOptions(options));
  }

  watch(pipeline = [], options = {}) {
    if (!Array.isArray(pipeline)) return new ChangeStream(this, [], pipeline);
    return new ChangeStream(this, pipeline, options);
  }
}

Db.SYSTEM_NAMESPACE_COLLECTION = 'system.namespaces';
Db.SYSTEM_INDEX_COLLECTION = 'system.indexes';
Db.SYSTEM_PROFILE_COLLECTION = 'system.profile';
Db.SYSTEM_USER_COLLECTION = 'system.users';
Db.SYSTEM_COMMAND_COLLECTION = '$cmd';
Db.SYSTEM_JS_COLLECTION = 'system.js';
