/**
 * Runs one case of test/driver/cases with a driver, and tells what could be seen: the value or the error, the data
 * afterwards, and the commands the server got.
 */

import { Describer } from './describe.mjs';

/** Fields that connection and session add; which and where differs between the drivers without meaning anything. */
const ADDED_FIELDS = new Set(['lsid', '$clusterTime', '$readPreference', '$db', 'txnNumber']);
/** The same, but their presence does mean something. */
const SESSION_FIELDS = ['startTransaction', 'autocommit'];
const UNSEEN_COMMANDS = new Set(['hello', 'ismaster', 'ping', 'endSessions', 'saslStart', 'saslContinue', 'configureFailPoint']);

/** One driver reports the objects it was given, the other what it sent: only what both would send is left. */
function asSent(command, { BSON }) {
  return withoutNulls(BSON.deserialize(BSON.serialize(command, { ignoreUndefined: true })));
}

function withoutNulls(value) {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (Object.prototype.toString.call(value) !== '[object Object]' || value._bsontype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => [name, withoutNulls(each)]),
  );
}

function commandShape({ command: reported, databaseName }, mongodb) {
  const shape = {};
  const command = asSent(reported, mongodb);
  for (const [name, value] of Object.entries(command)) {
    if (!ADDED_FIELDS.has(name) && !SESSION_FIELDS.includes(name)) shape[name] = value;
  }
  for (const name of SESSION_FIELDS) if (name in command) shape[name] = command[name];
  if (shape.getMore !== undefined) shape.getMore = '<cursor>';
  if (shape.killCursors !== undefined) shape.cursors = '<cursors>';
  return { db: databaseName, ...shape };
}

/** Settles to a value that says which it was. */
export async function attempt(action) {
  try {
    return { value: await action() };
  } catch (error) {
    return { error };
  }
}

/**
 * @param {{name: string, run: Function, compareCommands?: boolean}} testCase
 * @param {object} mongodb the driver's exports
 * @param {object} client a connected client of it, with `monitorCommands`
 * @param {string} databaseName scratch database
 */
export async function runCase(testCase, mongodb, client, databaseName) {
  const db = client.db(databaseName);
  await db.dropDatabase();
  const describer = new Describer([[databaseName, 'DB']]);
  const commands = [];
  const onStarted = (event) => {
    if (!UNSEEN_COMMANDS.has(event.commandName)) commands.push(commandShape(event, mongodb));
  };
  const context = { db, client, mongodb, attempt, c: db.collection('c'), other: db.collection('other'), databaseName };
  client.on('commandStarted', onStarted);
  const outcome = await attempt(() => testCase.run(context));
  client.off('commandStarted', onStarted);
  const lines = [`outcome: ${describer.describe(outcome)}`];
  for (const name of ['c', 'other']) {
    const documents = await db.collection(name).find({}, { sort: { $natural: 1 } }).toArray();
    lines.push(`data of ${name}: ${describer.describe(documents)}`);
  }
  if (testCase.compareCommands !== false) {
    for (const command of commands) lines.push(`command: ${describer.describe(command)}`);
  }
  return lines;
}
