/** The `create` command, and the further collections that encrypted collections need. */

import { execute, WRITE } from '../execute.js';
import { NO_OPTIONS, resolveSettings } from '../settings.js';
import { createIndexesCommand, indexDescription, indexKey } from './indexes.js';

/** Options of the call that are not options of the collection. */
const NOT_FOR_THE_SERVER = new Set([
  'w',
  'wtimeout',
  'timeoutMS',
  'j',
  'fsync',
  'pkFactory',
  'raw',
  'readPreference',
  'session',
  'readConcern',
  'writeConcern',
  'fieldsAsRaw',
  'useBigInt64',
  'promoteLongs',
  'promoteValues',
  'promoteBuffers',
  'bsonRegExp',
  'serializeFunctions',
  'ignoreUndefined',
  'enableUtf8Validation',
]);

function createCommand(name, options) {
  const command = { create: name };
  for (const [option, value] of Object.entries(options)) {
    if (value != null && typeof value !== 'function' && !NOT_FOR_THE_SERVER.has(option)) command[option] = value;
  }
  return command;
}

async function create(db, name, options, settings) {
  await execute({
    method: 'createCollection',
    client: db.client,
    database: db.databaseName,
    namespace: db.databaseName,
    settings,
    command: createCommand(name, options),
    kind: WRITE,
    options,
  });
}

/** Creates a collection, with its state collections and index when fields of it are encrypted. */
export async function createCollection(db, name, options) {
  const settings = resolveSettings(db.settings, options);
  const { encryptedFields, session } = options;
  if (!encryptedFields) {
    await create(db, name, options, settings);
    return;
  }
  const clustered = { clusteredIndex: { key: { _id: 1 }, unique: true }, session };
  await create(db, encryptedFields.escCollection ?? `enxcol_.${name}.esc`, clustered, settings);
  await create(db, encryptedFields.ecocCollection ?? `enxcol_.${name}.ecoc`, clustered, settings);
  await create(db, name, options, settings);
  const index = indexDescription({ key: indexKey({ __safeContent__: 1 }) }, false);
  await execute({
    method: 'createCollection',
    client: db.client,
    database: db.databaseName,
    namespace: db.databaseName,
    settings,
    command: createIndexesCommand(name, [index], NO_OPTIONS),
    kind: WRITE,
    options: NO_OPTIONS,
  });
}
