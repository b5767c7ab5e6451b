/**
 * The scripts as a migration inside the host, with the `models` it is given: `PLAY_KIND` says which, `PLAY_SKIP` (JSON) which not, and
 * `PLAY_OUTPUT` where to write what came of them.
 */
import { writeFileSync } from 'node:fs';

import { play } from './play.mjs';

export async function up({ models, db }) {
  const { PLAY_KIND: kind, PLAY_SKIP: skip = '[]', PLAY_OUTPUT: output } = process.env;
  const collectionName = (word) => models[word].collection.collectionName;
  writeFileSync(output, JSON.stringify(await play({ raw: db, kind, models, collectionName, skip: JSON.parse(skip) })));
}
