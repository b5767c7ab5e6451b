/** A command of the user's, sent as it is. */

import { MongoInvalidArgumentError } from '../errors.js';
import { AS_GIVEN, execute } from '../execute.js';
import { resolveBsonOptions } from '../bson_options.js';
import { ReadPreference } from '../read_preference.js';

/** Runs the command; concerns of client and database are deliberately not inherited. */
export async function runCommand(db, database, command, options) {
  if (command == null) throw new MongoInvalidArgumentError('Query document must be specified for query');
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
