/** Methods of `Db`, `Admin` and `MongoClient` that are gone: `addUser` (until 5), and what only 3 has. */

import { MongoError } from '../errors.js';
import { settleCallback } from './callbacks.js';
import { defineMethod, replaceMethod } from './patch.js';

const sessionOf = (options) => (options?.session === undefined ? {} : { session: options.session });

async function createUser(db, username, password, options) {
  const given = typeof password === 'string' ? { ...options } : { ...password };
  const roles = given.roles === undefined ? [db.databaseName === 'admin' ? 'root' : 'dbOwner'] : [].concat(given.roles);
  const command = { createUser: username, customData: given.customData ?? {}, roles };
  if (typeof password === 'string') command.pwd = password;
  return await db.command(command, sessionOf(given));
}

/** Majors 3 to 5. */
export function addUsers({ Db, Admin }) {
  defineMethod(Db, 'addUser', function (username, password, options) {
    return createUser(this, username, password, options);
  });
  defineMethod(Admin, 'addUser', function (username, password, options) {
    return createUser(this.s.db.client.db('admin'), username, password, options);
  });
}

/** Majors 3 and 4: sockets that don't keep the process alive are nothing that a run could have. */
export function addNoOperations({ Db }) {
  defineMethod(Db, 'unref', () => {});
}

async function existingCollection(db, collection, name) {
  const found = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (found.length === 0) throw new MongoError(`Collection ${name} does not exist. Currently in strict mode.`);
  return collection;
}

/** Major 3: `db.collection(name, options, callback)`, with `strict` asking whether it exists. */
function adaptCollection({ Db }) {
  replaceMethod(Db, 'collection', (collectionOf) => function (name, options, callback) {
    const whenDone = typeof options === 'function' ? options : callback;
    const { strict, ...rest } = typeof options === 'function' ? {} : (options ?? {});
    const collection = collectionOf.call(this, name, rest);
    if (!strict) {
      whenDone?.(null, collection);
      return collection;
    }
    if (typeof whenDone !== 'function') {
      throw new MongoError(`A callback is required in strict mode. While getting collection ${name}`);
    }
    settleCallback(existingCollection(this, collection, name), whenDone, null);
    return undefined;
  });
}

/** Major 3: `strict` is the driver's own option, the server must not see it. */
function adaptCreateCollection({ Db }) {
  replaceMethod(Db, 'createCollection', (createCollection) => async function (name, options) {
    const { strict, autoIndexId: _unknown, ...rest } = options ?? {};
    if (strict) {
      const found = await this.listCollections({ name }, { nameOnly: true }).toArray();
      if (found.length > 0) throw new MongoError(`Collection ${name} already exists. Currently in strict mode.`);
    }
    return await createCollection.call(this, name, rest);
  });
}

/** Major 3. */
export function addOldDatabaseMethods(driver) {
  const { Db, MongoClient } = driver;
  adaptCollection(driver);
  adaptCreateCollection(driver);
  defineMethod(Db, 'executeDbAdminCommand', function (command, options) {
    return this.client.db('admin').command(command, options);
  });
  defineMethod(Db, 'ensureIndex', function (name, specification, options) {
    return this.collection(name).ensureIndex(specification, options);
  });
  defineMethod(Db, 'eval', function (code, parameters, options) {
    const args = parameters === undefined ? [] : [].concat(parameters);
    return this.command({ $eval: typeof code === 'function' ? code.toString() : code, args }, sessionOf(options));
  });
  defineMethod(Db, 'profilingInfo', function (options) {
    return this.collection('system.profile').find({}, options).toArray();
  });
  defineMethod(MongoClient, 'logout', async () => true);
}
