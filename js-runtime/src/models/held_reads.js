/**
 * Which commands may go ahead of saves that are held back: reads of other collections, and nothing else. A read of a view may be a read of
 * the collection behind it, so what is a view is asked for, once for each name.
 */

/** Marks the commands that write what was held back, and those that find out about views. */
export const OWN_COMMAND = Symbol('sent by the save queue');

/** Commands that neither read nor write documents. */
const HARMLESS = new Set(['killCursors', 'endSessions', 'ping', 'hello', 'isMaster', 'ismaster', 'buildInfo', 'listCollections', 'serverStatus']);

const READS = new Set(['find', 'aggregate', 'count', 'distinct', 'getMore']);

/** Stages that reach into other collections. */
const REACHING = new Set(['$lookup', '$graphLookup', '$unionWith', '$merge', '$out']);

/** The name of an operation's command. */
export function commandName({ command, method }) {
  return command === undefined ? method : Object.keys(command)[0];
}

function reachesElsewhere(value) {
  if (Array.isArray(value)) {
    return value.some(reachesElsewhere);
  }
  if (typeof value !== 'object' || value === null || value._bsontype !== undefined) {
    return false;
  }
  return Object.keys(value).some((key) => REACHING.has(key) || reachesElsewhere(value[key]));
}

/** Finds out which names are views, and remembers it until a command could have made one. */
class Views {
  #known = new Map();

  forget() {
    this.#known.clear();
  }

  /** Whether reading the namespace can be reading another one. */
  async includes({ client, database, namespace }) {
    if (!this.#known.has(namespace)) {
      this.#known.set(namespace, await ask(client, database, namespace.slice(database.length + 1)));
    }
    return this.#known.get(namespace);
  }
}

async function ask(client, database, name) {
  try {
    // The ambient transaction, if any, doesn't take this command.
    const options = { session: null, nameOnly: true, [OWN_COMMAND]: true };
    const [found] = await client.db(database).listCollections({ name }, options).toArray();
    return found !== undefined && found.type !== 'collection' && found.type !== 'timeseries';
  } catch {
    // A user who may not list collections: take it for a view.
    return true;
  }
}

export class HeldReads {
  #views = new Views();

  /**
   * Whether a command may go ahead while saves of a namespace are held back.
   * @param {import('../driver/execute.js').Operation} operation
   * @param {string} heldNamespace
   */
  async mayPass(operation, heldNamespace) {
    const name = commandName(operation);
    if (HARMLESS.has(name)) {
      return true;
    }
    if (!READS.has(name)) {
      this.#views.forget();
      return false;
    }
    if (operation.namespace === heldNamespace || reachesElsewhere(operation.command?.pipeline)) {
      return false;
    }
    if (name !== 'getMore' && `${operation.database}.${operation.command[name]}` !== operation.namespace) {
      // A pipeline on a whole database, or a command document of the script's own.
      return false;
    }
    return !(await this.#views.includes(operation));
  }
}
