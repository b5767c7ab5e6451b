/** Databases and connections as the shell has them. `db.users` is a collection, whatever its name; methods come first. */
import { ShellCollection } from './collection.js';
import { ShellSession } from './session.js';

/** An object whose unknown names are answered by `make`: collections of a database, parts of a dotted collection name. */
function withNames(target, make) {
  return new Proxy(target, {
    get(object, name) {
      if (typeof name === 'symbol' || name in object) {
        const value = Reflect.get(object, name, object);
        return typeof value === 'function' ? value.bind(object) : value;
      }
      return make(name);
    },
    set(object, name, value) {
      return Reflect.set(object, name, value, object);
    },
  });
}

/** Names that promises and printers ask any object for. */
const NO_COLLECTIONS = new Set(['then', 'toJSON', 'inspect', 'asymmetricMatch', '_bsontype', 'nodeType']);

export class ShellDatabase {
  #mongo;
  #database;

  constructor(mongo, database) {
    this.#mongo = mongo;
    this.#database = database;
  }

  /** @returns {ShellDatabase} with collections by name */
  static open(mongo, database) {
    const db = withNames(new ShellDatabase(mongo, database), (name) => (NO_COLLECTIONS.has(name) ? undefined : db.getCollection(name)));
    return db;
  }

  getName() {
    return this.#database.databaseName;
  }

  toString() {
    return this.getName();
  }

  toShell() {
    return this.getName();
  }

  getMongo() {
    return this.#mongo;
  }

  getCollection(name) {
    const self = this.#mongo.getDB(this.getName());
    const open = (full) => withNames(new ShellCollection(self, this.#database.collection(full)), (part) => (NO_COLLECTIONS.has(part) ? undefined : open(`${full}.${part}`)));
    return open(name);
  }

  getSiblingDB(name) {
    return this.#mongo.getDB(name);
  }

  getSisterDB(name) {
    return this.getSiblingDB(name);
  }

  getCollectionInfos(filter = {}, options = {}) {
    return this.#database.listCollections(filter, options).toArray();
  }

  getCollectionNames() {
    return this.getCollectionInfos({}, { nameOnly: true }).map(({ name }) => name).sort();
  }

  /** A command document, or its name alone. */
  runCommand(command) {
    return this.#database.command(typeof command === 'string' ? { [command]: 1 } : command);
  }

  adminCommand(command) {
    return this.getSiblingDB('admin').runCommand(command);
  }

  createCollection(name, options) {
    this.#database.createCollection(name, options);
    return { ok: 1 };
  }

  createView(name, source, pipeline, options) {
    return this.createCollection(name, { ...options, viewOn: source, pipeline });
  }

  dropDatabase() {
    return this.runCommand({ dropDatabase: 1 });
  }

  aggregate(pipeline, options) {
    return this.#database.aggregate(pipeline, options);
  }

  watch(pipeline, options) {
    return this.#database.watch(pipeline, options);
  }

  stats(scale = 1) {
    return this.runCommand({ dbStats: 1, scale: typeof scale === 'object' ? (scale.scale ?? 1) : scale });
  }

  serverStatus(options) {
    return this.adminCommand({ serverStatus: 1, ...options });
  }

  serverBuildInfo() {
    return this.adminCommand({ buildInfo: 1 });
  }

  version() {
    return this.serverBuildInfo().version;
  }

  hostInfo() {
    return this.adminCommand({ hostInfo: 1 });
  }

  hello() {
    return this.runCommand({ hello: 1 });
  }

  isMaster() {
    return this.runCommand({ isMaster: 1 });
  }

  currentOp(options) {
    return this.adminCommand({ currentOp: 1, ...(typeof options === 'boolean' ? { $all: options } : options) });
  }

  killOp(operation) {
    return this.adminCommand({ killOp: 1, op: operation });
  }

  createUser({ user, pwd, roles = [], ...rest }) {
    return this.runCommand({ createUser: user, pwd, roles, ...rest });
  }

  updateUser(user, changes) {
    return this.runCommand({ updateUser: user, ...changes });
  }

  dropUser(user) {
    return this.runCommand({ dropUser: user }).ok === 1;
  }

  getUser(user) {
    return this.runCommand({ usersInfo: user }).users[0] ?? null;
  }

  getUsers() {
    return this.runCommand({ usersInfo: 1 });
  }

  grantRolesToUser(user, roles) {
    return this.runCommand({ grantRolesToUser: user, roles });
  }

  revokeRolesFromUser(user, roles) {
    return this.runCommand({ revokeRolesFromUser: user, roles });
  }

  createRole({ role, privileges = [], roles = [], ...rest }) {
    return this.runCommand({ createRole: role, privileges, roles, ...rest });
  }

  dropRole(role) {
    return this.runCommand({ dropRole: role }).ok === 1;
  }

  setProfilingLevel(level, options) {
    return this.runCommand({ profile: level, ...(typeof options === 'number' ? { slowms: options } : options) });
  }

  getProfilingStatus() {
    return this.runCommand({ profile: -1 });
  }

  /** Writes wait for the server here, so there never is an error left behind. */
  getLastError() {
    return null;
  }

  getLastErrorObj() {
    return { ok: 1, err: null };
  }
}

/** A connection. */
export class ShellMongo {
  #client;
  #session;
  #databases = new Map();

  constructor(client, session) {
    this.#client = client;
    this.#session = session;
  }

  /** The same object for the same name, so that what a script keeps on it stays. */
  getDB(name) {
    if (!this.#databases.has(name)) {
      const client = this.#session === undefined ? this.#client : this.#client.joinedTo(this.#session);
      this.#databases.set(name, ShellDatabase.open(this, client.db(name)));
    }
    return this.#databases.get(name);
  }

  getDBs() {
    return this.getDB('admin').runCommand({ listDatabases: 1 });
  }

  getDBNames() {
    return this.getDBs().databases.map(({ name }) => name);
  }

  startSession(options) {
    const session = this.#client.startSession(options);
    return new ShellSession(session, (inner) => new ShellMongo(this.#client, inner));
  }

  setReadPref(mode) {
    this.#client.options.readPreference = mode;
  }

  close() {
    this.#client.close();
  }
}
