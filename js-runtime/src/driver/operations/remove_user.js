/** The `dropUser` command. */

import { execute, WRITE } from '../execute.js';
import { resolveSettings } from '../settings.js';

/** Drops a user of a database. */
export async function removeUser(db, database, username, options) {
  await execute({
    method: 'removeUser',
    client: db.client,
    database: options.dbName ?? options.authdb ?? database,
    namespace: database,
    settings: resolveSettings(database === 'admin' ? db.nothingInherited : db.settings, options),
    command: { dropUser: username },
    kind: WRITE,
    options,
  });
  return true;
}
