/**
 * The first argument of `up` and `down`: a Db that also carries everything the Node tools hand in an object, so that `up(db, client)`,
 * `up({ db, client, session })`, `up({ models, log, db })` and `up(db)` all work without guessing.
 */
import { createLog } from './log.js';

/**
 * @param {object} parts
 * @param {object} parts.db the facade's Db
 * @param {object} parts.client the facade's MongoClient
 * @param {object} [parts.session] only inside a transaction
 */
export function carryContext({ db, client, session }) {
  const carried = { db, client, log: createLog() };
  if (session !== undefined) {
    carried.session = session;
  }
  for (const [name, value] of Object.entries(carried)) {
    Object.defineProperty(db, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return db;
}
