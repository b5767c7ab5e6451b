/** A command of the user's, sent as it is. */

import { MongoServerError } from '../errors.js';
import { AS_GIVEN, execute } from '../execute.js';
import { resolveBsonOptions } from '../bson_options.js';
import { ReadPreference } from '../read_preference.js';

/** What the server says of a command without fields: it takes the first one the driver adds for the name. */
const NO_SUCH_COMMAND = Object.freeze({
  ok: 0,
  errmsg: "no such command: 'lsid'",
  code: 59,
  codeName: 'CommandNotFound',
});

/** Runs the command; concerns of client and database are deliberately not inherited. */
export async function runCommand(db, database, command, options) {
  if (Object.keys(command ?? {}).length === 0) throw new MongoServerError(NO_SUCH_COMMAND);
  const inherited = db.nothingInherited;
  const session = options.session === undefined ? inherited.session : (options.session ?? undefined);
  const settings = {
    bson: resolveBsonOptions(options),
    readConcern: undefined,
    writeConcern: undefined,
    readPreference: ReadPreference.fromOptions({ readPreference: options.readPreference, session }),
    session,
  };
  const reply = await execute({
    method: 'command',
    client: db.client,
    database,
    namespace: database,
    settings,
    command,
    kind: AS_GIVEN,
    options,
  });
  return reply.toObject(settings.bson);
}
