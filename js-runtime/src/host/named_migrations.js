/**
 * Migrations in Meteor's style: a file calls `migration(name, fn)` once or more and uses collections as globals (`Posts` is `posts`). The
 * file is one step of the changelog; where it holds several, each that has succeeded is remembered by its name, so that a run
 * after a failure goes on behind it. There is no way back: such migrations have no `down`.
 */
import { engine } from '../modules/state.js';

/** Where the names of a file with several migrations are kept. */
const DONE_COLLECTION = '_mmk_named_migrations';

/** File by name, over all files that this isolate has checked: a name stands for one migration in a project. */
const files = new Map();

/** What the file being loaded has registered. */
let registered = [];

/** The database that the globals lead to while a migration runs. */
let database;

function register(file) {
  return function migration(name, fn) {
    if (typeof name !== 'string' || name === '') {
      throw new TypeError('`migration(name, fn)` needs a name');
    }
    if (typeof fn !== 'function') {
      throw new TypeError(`\`migration('${name}', fn)\` needs a function`);
    }
    if (files.has(name)) {
      const other = files.get(name);
      throw new Error(`the migration \`${name}\` is registered twice${other === file ? '' : `, in \`${other}\` too`}: names must be unique`);
    }
    files.set(name, file);
    registered.push({ name, fn });
  };
}

/** `Posts` is `posts`, `UserProfiles` is `userProfiles`, unless the configuration says otherwise. */
function collectionNameOf(global) {
  return engine.settings.collections?.[global] ?? `${global[0].toLowerCase()}${global.slice(1)}`;
}

/** A collection by its global name; scripts may add functions of their own to it. */
function collectionGlobal(global) {
  const own = {};
  const collection = () => {
    if (database === undefined) {
      throw new Error(`\`${global}\` can only be used inside of a migration's function`);
    }
    return database.collection(collectionNameOf(global));
  };
  return new Proxy(own, {
    get(target, name) {
      if (name in target || name === 'then') {
        return target[name];
      }
      const real = collection();
      if (name === 'rawCollection') {
        return () => real;
      }
      const value = real[name];
      return typeof value === 'function' ? value.bind(real) : value;
    },
    has: (target, name) => name in target || (database !== undefined && name in collection()),
  });
}

/** Gives the file the globals it expects, when it is one of this style. Must come before loading it. */
export function prepareNamedMigrations(path) {
  registered = [];
  const names = engine.ops.op_mmk_modules_free_names(path);
  if (names.length === 0 || Object.hasOwn(globalThis, 'migration')) {
    return;
  }
  const file = path.slice(path.lastIndexOf('/') + 1);
  const globals = { migration: register(file) };
  for (const name of names) {
    const isMapped = engine.settings.collections?.[name] !== undefined;
    if (isMapped || (/^\p{Lu}/u.test(name) && !(name in globalThis))) {
      globals[name] = collectionGlobal(name);
    }
  }
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/**
 * What the file that was just loaded has registered, as a migration; `undefined` when nothing.
 * @returns {{up: Function, name?: string} | undefined}
 */
export function namedMigrations() {
  delete globalThis.migration;
  if (registered.length === 0) {
    return undefined;
  }
  const list = registered;
  registered = [];
  const up = list.length === 1 ? (context) => runOne(list[0], context) : (context) => runEach(list, context);
  return list.length === 1 ? { up, description: list[0].name } : { up };
}

async function runOne({ fn }, context) {
  database = context;
  try {
    await fn(context, context.client);
  } finally {
    database = undefined;
  }
}

async function runEach(list, context) {
  const done = context.collection(DONE_COLLECTION);
  for (const migration of list) {
    if ((await done.findOne({ _id: migration.name })) !== null) {
      context.log.info(`${migration.name}: done before`);
      continue;
    }
    await runOne(migration, context);
    await done.insertOne({ _id: migration.name, finishedAt: new Date() });
    context.log.info(`${migration.name}: done`);
  }
}
