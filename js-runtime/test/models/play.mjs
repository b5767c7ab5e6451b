/** Plays the scripts with one kind of models, each on empty collections, and returns what came of it in a form that can be compared. */
import { OPEN, STRICT } from './scripts.mjs';

/** Ids in order of appearance and fresh dates as words; EJSON-like for the rest. */
export function comparable(value) {
  const ids = new Map();
  const name = (id) => {
    if (!ids.has(id)) {
      ids.set(id, `id ${ids.size + 1}`);
    }
    return ids.get(id);
  };
  const recent = (date) => Date.now() - date.getTime() < 600_000;
  const walk = (item) => {
    if (item instanceof Date) {
      return recent(item) ? 'now' : item.toISOString();
    }
    if (Array.isArray(item)) {
      return Array.from(item, walk);
    }
    if (typeof item === 'string') {
      return item.replace(/\b[0-9a-f]{24}\b/g, name);
    }
    if (typeof item !== 'object' || item === null) {
      return item === undefined ? 'undefined' : item;
    }
    if (item._bsontype !== undefined) {
      return item._bsontype.startsWith('ObjectI') ? name(item.toHexString()) : `${item._bsontype} ${item}`;
    }
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, walk(each)]));
  };
  return walk(value);
}

/**
 * @param {object} parts
 * @param {object} parts.raw the driver's Db
 * @param {'strict' | 'open'} parts.kind with schema files or without
 * @param {object} parts.models
 * @param {(model: string) => string} parts.collectionName
 * @param {string[]} [parts.skip] titles of scripts that don't apply
 */
export async function play({ raw, kind, models, collectionName, skip = [] }) {
  const outcomes = {};
  for (const [title, script] of Object.entries(kind === 'strict' ? STRICT : OPEN)) {
    if (skip.includes(title)) {
      continue;
    }
    await clear(raw);
    let returned;
    try {
      returned = await script({ models, raw, collectionName });
    } catch (error) {
      returned = `threw ${error.message}`;
    }
    outcomes[title] = comparable({ returned, database: await dump(raw) });
  }
  await clear(raw);
  return outcomes;
}

/** The names of collections that are not a migration tool's. */
async function names(raw) {
  const collections = await raw.listCollections({}, { nameOnly: true }).toArray();
  return collections.map(({ name }) => name).filter((name) => !name.startsWith('_')).sort();
}

async function clear(raw) {
  for (const name of await names(raw)) {
    await raw.collection(name).drop();
  }
}

async function dump(raw) {
  const content = {};
  for (const name of await names(raw)) {
    // Ids of several generators are in no order.
    content[name] = await raw.collection(name).find().sort({ email: 1, name: 1, text: 1, a: 1 }).toArray();
  }
  return content;
}
