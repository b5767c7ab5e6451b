/**
 * What a migration file exports and how its functions are called: `up(db, client)`, `up({ db, client, ... })`, and the callback
 * style that migrate-mongo 7 to 13 recognised by the last parameter's name. Knows nothing of files or connections.
 */

/** Names by which migrate-mongo 7-13 recognised a callback (migrate-mongo v13 lib/utils/has-callback.js, read as behaviour). */
const CALLBACK_NAMES = new Set(['callback', 'callback_', 'cb', 'cb_', 'next', 'next_', 'done', 'done_']);

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * The object that carries `up` and `down`: the default export where there is one, else the module itself.
 * @param {object} exports what loading the file gave
 */
export function migrationOf(exports) {
  const chosen = exports?.default ?? exports;
  return typeof chosen === 'object' || typeof chosen === 'function' ? (chosen ?? {}) : {};
}

/** The function for a direction; `migrate` is accepted as `up` where there is no `up`. */
export function functionFor(migration, direction) {
  const chosen = migration[direction];
  if (typeof chosen === 'function') {
    return chosen;
  }
  return direction === 'up' && chosen === undefined && typeof migration.migrate === 'function' ? migration.migrate : undefined;
}

/** What checking a file tells of it (crates/mmk-runtime/src/check.rs). */
export function verdictOn(migration) {
  return {
    hasUp: functionFor(migration, 'up') !== undefined,
    hasDown: functionFor(migration, 'down') !== undefined,
    useTransaction: typeof migration.useTransaction === 'boolean' ? migration.useTransaction : null,
    name: typeof migration.name === 'string' && typeof migration !== 'function' ? migration.name : null,
    description: typeof migration.description === 'string' ? migration.description : null,
    timeoutMs: parseTimeout(migration.timeout),
  };
}

function parseTimeout(timeout) {
  if (typeof timeout === 'number') {
    return timeout;
  }
  const parts = typeof timeout === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(timeout) : null;
  return parts ? Number(parts[1]) * UNITS[parts[2] ?? 'ms'] : null;
}

/** Names of a function's parameters as written; destructuring counts as one nameless parameter. */
export function parameterNames(fn) {
  const source = Function.prototype.toString.call(fn).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  const single = /^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(source);
  if (single) {
    return [single[1]];
  }
  const open = source.indexOf('(');
  return open < 0 ? [] : splitParameters(source.slice(open + 1)).map((part) => /^\s*([A-Za-z_$][\w$]*)/.exec(part)?.[1] ?? '');
}

/** The parts between top-level commas up to the closing bracket. */
function splitParameters(rest) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < rest.length; at += 1) {
    const character = rest[at];
    if ('([{'.includes(character)) {
      depth += 1;
    } else if (')]}'.includes(character)) {
      if (depth === 0) {
        parts.push(rest.slice(start, at));
        break;
      }
      depth -= 1;
    } else if (character === ',' && depth === 0) {
      parts.push(rest.slice(start, at));
      start = at + 1;
    }
  }
  return parts.filter((part) => part.trim() !== '');
}

/**
 * Calls `up` or `down` as a method of the migration and awaits it.
 * @param {object} migration
 * @param {Function} fn
 * @param {object} db first argument: a Db that also carries `db`, `client`, `session`, `models`, `log`
 * @param {object} client second argument
 */
export async function callMigration(migration, fn, db, client) {
  const names = parameterNames(fn);
  if (!CALLBACK_NAMES.has(names.at(-1) ?? '')) {
    return fn.call(migration, db, client);
  }
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    const given = names.length < 3 ? [db, done] : [db, client, done];
    // What an async function returns besides is nobody's: as under Node, its rejection is an unhandled one and fails the migration.
    fn.apply(migration, given);
  });
}
