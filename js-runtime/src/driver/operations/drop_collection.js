/** The `drop` command; dropping what isn't there is no error. */

import { CODES } from '../error_codes.js';
import { MongoServerError } from '../errors.js';
import { execute, WRITE } from '../execute.js';
import { resolveSettings } from '../settings.js';

/** The command itself, which fails where there is no such collection and the server says so. */
export async function sendDrop(db, name, options, settings) {
  await execute({
    method: 'dropCollection',
    client: db.client,
    database: db.databaseName,
    namespace: db.databaseName,
    settings,
    command: { drop: name },
    kind: WRITE,
    options,
  });
  return true;
}

async function dropIfThere(db, name, options, settings) {
  try {
    return await sendDrop(db, name, options, settings);
  } catch (error) {
    if (error instanceof MongoServerError && Number(error.code) === CODES.NamespaceNotFound) return false;
    throw error;
  }
}

/** Drops a collection, and the state collections of an encrypted one; false when there was none. */
export async function dropCollection(db, name, options, last = dropIfThere) {
  const settings = resolveSettings(db.settings, options);
  const { encryptedFields } = options;
  if (encryptedFields) {
    await dropIfThere(db, encryptedFields.escCollection || `enxcol_.${name}.esc`, options, settings);
    await dropIfThere(db, encryptedFields.ecocCollection || `enxcol_.${name}.ecoc`, options, settings);
  }
  return await last(db, name, options, settings);
}
