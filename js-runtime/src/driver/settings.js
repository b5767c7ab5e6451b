/**
 * What an operation inherits from client, database and collection: BSON options, read and write concern, read
 * preference and the ambient session. Settings are immutable and shared by everything that adds nothing to them.
 */

import { DEFAULT_BSON_OPTIONS, resolveBsonOptions } from './bson_options.js';
import { ReadConcern } from './read_concern.js';
import { ReadPreference } from './read_preference.js';
import { WriteConcern } from './write_concern.js';

/** The options of a call that passes none. */
export const NO_OPTIONS = Object.freeze({});

/** The options of a call: arrays, functions and the like have properties of their own that are no options. */
export function asOptions(options) {
  if (options == null) return NO_OPTIONS;
  return typeof options === 'object' && !Array.isArray(options) ? options : { ...options };
}

function settings(bson, readConcern, writeConcern, readPreference, session) {
  return { bson, readConcern, writeConcern, readPreference, session };
}

/** Settings of an operation that inherits nothing on purpose, such as `db.command`. */
export const NOTHING_INHERITED = Object.freeze(settings(DEFAULT_BSON_OPTIONS, undefined, undefined, undefined, undefined));

/** The parent's settings with those of a call, database or collection on top. */
export function resolveSettings(parent, options) {
  if (options === NO_OPTIONS && parent.session === undefined) return parent;
  // A session of null is how a call stays out of the ambient transaction.
  const session = options.session === undefined ? parent.session : (options.session ?? undefined);
  return settings(
    resolveBsonOptions(options, parent.bson),
    ReadConcern.fromOptions(options) ?? parent.readConcern,
    WriteConcern.fromOptions(options) ?? parent.writeConcern,
    resolveReadPreference(options, session) ?? parent.readPreference,
    session,
  );
}

function resolveReadPreference(options, session) {
  if (options.readPreference == null) return session?.transaction.options.readPreference;
  return ReadPreference.fromOptions(options);
}

/** The same settings joined to a session that every call uses unless it names its own. */
export function withSession(parent, session) {
  if (parent.session === session) return parent;
  return settings(parent.bson, parent.readConcern, parent.writeConcern, parent.readPreference, session);
}

/** The same settings without what an operation must not send. */
export function withoutWriteConcern(parent) {
  return settings(parent.bson, parent.readConcern, undefined, parent.readPreference, parent.session);
}
