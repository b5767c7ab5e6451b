/**
 * The first argument of `up` and `down`: a Db that also carries everything the Node tools hand in an object, so that `up(db, client)`,
 * `up({ db, client, session })`, `up({ models, log, db })` and `up(db)` all work without guessing.
 */
/* global require -- replaced by the bundler */
import { createLog } from './log.js';

/**
 * @param {object} parts
 * @param {object} parts.db the facade's Db
 * @param {object} parts.client the facade's MongoClient
 * @param {object} [parts.session] only inside a transaction
 * @param {object} parts.models where models come from: `World` in ../models/index.js, without its `db`
 */
export function carryContext({ db, client, session, models }) {
  const carried = { db, client, log: createLog() };
  if (session !== undefined) {
    carried.session = session;
  }
  for (const [name, value] of Object.entries(carried)) {
    Object.defineProperty(db, name, { value, writable: true, configurable: true, enumerable: false });
  }
  const world = { ...models, db };
  carryLazily(db, 'models', () => require('../models/index.js').openModels(world));
  carryLazily(db, 'mongoose', () => require('../models/index.js').openMongoose(world));
  return db;
}

/** A property that is made when a script first asks for it; whoever needs none pays nothing. */
function carryLazily(holder, name, make) {
  const become = (value) => Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(holder, name, {
    configurable: true,
    enumerable: false,
    get() {
      const value = make();
      become(value);
      return value;
    },
    set: become,
  });
}
