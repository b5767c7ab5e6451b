/** Plays the scripts with one kind of models, each on an empty database, and returns what came of it in a form that can be compared. */
import { DEFINITIONS, OPEN, STRICT } from './scripts.mjs';

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
 * @param {(kind: 'strict' | 'open') => object} parts.modelsOf
 * @param {() => Promise<void>} [parts.finish] called after each script
 */
export async function play({ raw, modelsOf, finish = async () => {} }) {
  const outcomes = {};
  for (const [kind, scripts] of [['strict', STRICT], ['open', OPEN]]) {
    for (const [title, script] of Object.entries(scripts)) {
      await raw.dropDatabase();
      let returned;
      try {
        returned = await script({ models: modelsOf(kind), raw });
        await finish();
      } catch (error) {
        returned = `threw ${error.stack}`;
      }
      outcomes[`${kind}: ${title}`] = comparable({ returned, database: await dump(raw) });
    }
  }
  await raw.dropDatabase();
  return outcomes;
}

async function dump(raw) {
  const collections = await raw.listCollections({}, { nameOnly: true }).toArray();
  const content = {};
  for (const { name } of collections.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    // Ids of several generators are in no order.
    content[name] = await raw.collection(name).find().sort({ email: 1, name: 1, text: 1, a: 1 }).toArray();
  }
  return content;
}

export { DEFINITIONS };
