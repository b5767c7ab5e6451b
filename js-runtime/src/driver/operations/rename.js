/** The `renameCollection` command, which runs on the database `admin`. */

import { Collection } from '../collection.js';
import { execute, WRITE } from '../execute.js';
import { resolveSettings } from '../settings.js';

/** Renames; resolves with the collection under its new name. */
export async function renameCollection(collection, newName, options) {
  const { db, fullNamespace, s } = collection;
  const command = {
    renameCollection: collection.namespace,
    to: fullNamespace.withCollection(newName).toString(),
    dropTarget: typeof options.dropTarget === 'boolean' ? options.dropTarget : false,
  };
  await execute({
    method: 'rename',
    client: collection.client,
    database: 'admin',
    namespace: collection.namespace,
    settings: resolveSettings(collection.nothingInherited, options),
    command,
    kind: WRITE,
    options,
  });
  return new Collection(db, newName, s.options);
}
