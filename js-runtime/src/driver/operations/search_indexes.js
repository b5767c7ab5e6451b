/** The commands for Atlas search indexes; they take no options and inherit none. */

import { CODES } from '../error_codes.js';
import { MongoServerError } from '../errors.js';
import { AS_GIVEN, execute } from '../execute.js';
import { NO_OPTIONS } from '../settings.js';

async function run(collection, method, command) {
  const settings = collection.nothingInherited;
  const reply = await execute({
    method,
    client: collection.client,
    database: collection.dbName,
    namespace: collection.namespace,
    settings,
    command,
    kind: AS_GIVEN,
    options: NO_OPTIONS,
  });
  return reply.toObject(settings.bson);
}

/** Creates search indexes; resolves with their names. */
export async function createSearchIndexes(collection, indexes) {
  const command = { createSearchIndexes: collection.collectionName, indexes };
  const { indexesCreated } = await run(collection, 'createSearchIndexes', command);
  return indexesCreated.map((index) => index.name);
}

/** Drops a search index; a missing collection is no error. */
export async function dropSearchIndex(collection, name) {
  const command = { dropSearchIndex: collection.collectionName };
  if (typeof name === 'string') command.name = name;
  try {
    await run(collection, 'dropSearchIndex', command);
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== CODES.NamespaceNotFound) throw error;
  }
}

/** Replaces the definition of a search index. */
export async function updateSearchIndex(collection, name, definition) {
  await run(collection, 'updateSearchIndex', { updateSearchIndex: collection.collectionName, name, definition });
}
