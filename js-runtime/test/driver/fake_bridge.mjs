/** A bridge without a server: it records what it is asked and answers from a list, or with `{ok: 1}`. */

import { deserialize, serialize } from 'bson';

/** What a native failure looks like when it arrives in JavaScript. */
export function bridgeError(kind, message, fields = {}) {
  return Object.assign(new Error(message), { bridge: true, kind, labels: [], ...fields });
}

export class FakeBridge {
  /** Calls so far: `{name, command, database, session, flags, readPreference, options}`. */
  calls = [];
  /** Replies still to be given: documents, errors to reject with, or promises of either. */
  replies = [];
  info = { defaultDb: 'test', hosts: ['fake:27017'], topologyType: 'ReplicaSetWithPrimary', setName: 'rs', maxWireVersion: 17 };
  lastSession = 100;
  transactionNumber = 0n;

  get commands() {
    return this.calls.map((call) => call.command).filter((command) => command !== undefined);
  }

  async #reply() {
    const next = await this.replies.shift();
    if (next instanceof Error) throw next;
    return serialize(next ?? { ok: 1 });
  }

  command(client, database, body, session, flags, readPreference) {
    this.calls.push({ name: 'command', client, command: deserialize(body), database, session, flags, readPreference });
    return this.#reply();
  }

  openCursor(cursor, client, database, body, session, flags, readPreference, options) {
    const command = deserialize(body);
    this.calls.push({ name: 'openCursor', cursor, client, command, database, session, flags, readPreference, options: JSON.parse(options) });
    return this.#reply();
  }

  nextBatch(cursor) {
    this.calls.push({ name: 'nextBatch', cursor });
    return this.#reply();
  }

  async closeCursor(cursor) {
    this.calls.push({ name: 'closeCursor', cursor });
  }

  async startSession() {
    return ++this.lastSession;
  }

  sessionId(session) {
    return serialize({ id: session });
  }

  endSession(session) {
    this.calls.push({ name: 'endSession', session });
  }

  advanceClusterTime() {}

  nextTransactionNumber() {
    return ++this.transactionNumber;
  }

  clusterTime() {
    return null;
  }

  async connectClient(uri, options) {
    this.calls.push({ name: 'connectClient', uri, options: JSON.parse(options) });
    return 7;
  }

  async closeClient(client) {
    this.calls.push({ name: 'closeClient', client });
  }

  clientInfo() {
    return JSON.stringify(this.info);
  }
}

/** The reply of a command that opens a cursor. */
export function cursorReply(documents, id = 0, batch = 'firstBatch') {
  return { cursor: { [batch]: documents, id: BigInt(id), ns: 'shop.users' }, ok: 1 };
}
