/** The `profile` command, which reads and sets what the server's profiler records. */

import { ProfilingLevel } from '../enums.js';
import { MongoInvalidArgumentError, MongoUnexpectedServerResponseError } from '../errors.js';
import { execute } from '../execute.js';
import { resolveSettings } from '../settings.js';

const LEVELS = [ProfilingLevel.off, ProfilingLevel.slowOnly, ProfilingLevel.all];

async function profile(db, method, level, options) {
  const settings = resolveSettings(db.settings, options);
  const reply = await execute({
    method,
    client: db.client,
    database: db.databaseName,
    namespace: db.databaseName,
    settings,
    command: { profile: level },
    kind: 0,
    options,
  });
  return reply.toObject(settings.bson);
}

/** The present level. */
export async function profilingLevel(db, options) {
  const { was } = await profile(db, 'profilingLevel', -1, options);
  const level = LEVELS[was];
  if (level === undefined) throw new MongoUnexpectedServerResponseError(`Illegal profiling level value ${was}`);
  return level;
}

/** Sets the level and resolves with it. */
export async function setProfilingLevel(db, level, options) {
  if (!LEVELS.includes(level)) {
    throw new MongoInvalidArgumentError(`Profiling level must be one of "${LEVELS.join(', ')}"`);
  }
  await profile(db, 'setProfilingLevel', LEVELS.indexOf(level), options);
  return level;
}
