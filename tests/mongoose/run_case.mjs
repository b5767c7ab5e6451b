/**
 * Runs one case with a mongoose of its own, connected to an empty database, and tells what could be seen: the value or the error, warnings,
 * and the collections with their options, indexes and documents afterwards.
 */
import { Seen } from './seen.mjs';

const PATIENCE = 20_000;

/** Settles to a value that says which it was. */
async function attempt(action) {
  try {
    return { value: await action() };
  } catch (error) {
    return { error };
  }
}

/** A case that waits for something that never comes must not take the others with it. */
async function inTime(work) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, { error: new Error('the case did not end') });
  });
  const outcome = await Promise.race([work, late]);
  clearTimeout(timer);
  return outcome;
}

/**
 * @param {{name: string, run: Function, base: object, client: object, uri: string, require: Function, database: string}} given
 *   `base` is what `require('mongoose')` gives, `client` a connected client of its driver
 * @returns {Promise<string[]>}
 */
export async function runCase({ run, base, client, uri, require, database }) {
  const db = client.db(database);
  await db.dropDatabase();
  const mongoose = new base.Mongoose();
  mongoose.set('strictQuery', true);
  const seen = new Seen([[database, '<database>']], { uri });
  const events = [];
  const warn = (warning) => events.push(`warning ${warning.name}: ${warning.message}`);
  const uncaught = (error) => events.push(`uncaught ${error}`);
  process.on('warning', warn);
  process.on('uncaughtException', uncaught);
  const connected = run.connect !== false;
  if (connected) await mongoose.connect(uri, { dbName: database });
  const context = { mongoose, base, connection: mongoose.connection, uri, database, attempt, events, require, major: Number.parseInt(base.version, 10) };
  const outcome = await inTime(attempt(() => run(context)));
  const lines = [`outcome: ${seen.describe(outcome)}`];
  await inTime(attempt(() => modelsAreReady(mongoose)));
  await inTime(attempt(() => mongoose.disconnect()));
  process.off('warning', warn);
  process.off('uncaughtException', uncaught);
  if (events.length > 0) lines.push(`events: ${seen.describe(events)}`);
  lines.push(...(await content(db, seen)));
  return lines;
}

/** Models make their collections and indexes beside the case; what is there afterwards must not depend on how far they came. */
function modelsAreReady({ connections }) {
  const connected = connections.filter(({ readyState }) => readyState === 1);
  return Promise.all(connected.flatMap(({ models }) => Object.values(models).map((model) => model.init().catch(() => {}))));
}

async function content(db, seen) {
  const lines = [];
  const collections = await db.listCollections().toArray();
  collections.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, type, options } of collections) {
    lines.push(`${type} ${name}: ${seen.describe(options)}`);
    if (type === 'view' || name.startsWith('system.')) continue;
    const collection = db.collection(name);
    if (type === 'collection') {
      const indexes = await collection.listIndexes().toArray();
      indexes.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const index of indexes) lines.push(`index of ${name}: ${seen.describe(index)}`);
    }
    const raw = { promoteValues: false, promoteBuffers: false };
    const documents = await collection.find({}, raw).toArray();
    // Neither the order of inserting nor that of ids is the same in each run: ids of one second are made by the script and by the server.
    const byContent = documents.map((document) => [seen.unnumbered(document), document]);
    byContent.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, document] of byContent) lines.push(`document of ${name}: ${seen.describe(document)}`);
  }
  return lines;
}
