/** The `validate` command. */

import { MongoUnexpectedServerResponseError } from '../errors.js';
import { execute } from '../execute.js';
import { resolveSettings } from '../settings.js';

/** Validates a collection; throws when the server finds it broken. */
export async function validateCollection(db, collectionName, options) {
  const { session, ...others } = options;
  const settings = resolveSettings(db.nothingInherited, options);
  const reply = await execute({
    method: 'validateCollection',
    client: db.client,
    database: db.databaseName,
    namespace: db.databaseName,
    settings,
    command: { validate: collectionName, ...others },
    kind: 0,
    options,
  });
  const result = reply.toObject(settings.bson);
  if (result.result != null && typeof result.result !== 'string') {
    throw new MongoUnexpectedServerResponseError('Error with validation data');
  }
  const isBroken = /exception|corrupt/.test(result.result ?? '') || (result.valid != null && !result.valid);
  if (isBroken) throw new MongoUnexpectedServerResponseError(`Invalid collection ${collectionName}`);
  return result;
}
