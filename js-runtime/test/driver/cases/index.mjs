/** All cases that both drivers must agree on. Each is `{name, run(context)}`; nothing in them needs Node. */

import { aggregateCases } from './aggregate.mjs';
import { bsonCases } from './bson_options.mjs';
import { bulkCases } from './bulk.mjs';
import { clientCases } from './client.mjs';
import { commandCases } from './commands.mjs';
import { concernCases } from './concerns.mjs';
import { cursorCases } from './cursors.mjs';
import { indexCases } from './indexes.mjs';
import { readCases } from './reads.mjs';
import { sessionCases } from './sessions.mjs';
import { strangeCases } from './strange.mjs';
import { writeCases } from './writes.mjs';

const groups = {
  aggregate: aggregateCases,
  bson: bsonCases,
  bulk: bulkCases,
  client: clientCases,
  command: commandCases,
  concern: concernCases,
  cursor: cursorCases,
  index: indexCases,
  read: readCases,
  session: sessionCases,
  strange: strangeCases,
  write: writeCases,
};

export const allCases = Object.entries(groups).flatMap(([group, cases]) =>
  Object.entries(cases).map(([name, run]) => ({ name: `${group}: ${name}`, run })),
);
