/** One socket that speaks OP_MSG to one server, for playing the facade under Node. One request at a time; no TLS, no authentication. */

import { connect } from 'node:net';
import { deserialize, serialize } from 'bson';

const OP_MSG = 2013;
const HEADER_SIZE = 16;
const MORE_TO_COME = 2;

let lastRequestId = 0;

function message(body, flags) {
  const requestId = ++lastRequestId;
  const size = HEADER_SIZE + 4 + 1 + body.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, size, true);
  view.setInt32(4, requestId, true);
  view.setInt32(12, OP_MSG, true);
  view.setInt32(16, flags, true);
  bytes.set(body, HEADER_SIZE + 5);
  return { bytes, requestId };
}

export class NodeConnection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting = null;
  #failure = null;
  #limitMs = 0;

  /** @returns {Promise<NodeConnection>} after the handshake */
  static async open({ host, port, appName, socketTimeoutMS = 0 }) {
    const connection = new NodeConnection();
    connection.#limitMs = Number(socketTimeoutMS);
    await connection.#connect(host, port);
    const client = { driver: { name: 'mmk-js-spec-runner', version: '0' }, os: { type: 'any' } };
    if (appName) client.application = { name: appName };
    connection.hello = deserialize(await connection.send(serialize({ hello: 1, client, $db: 'admin' }), 'reply'));
    return connection;
  }

  #connect(host, port) {
    return new Promise((resolve, reject) => {
      this.#socket = connect({ host, port, noDelay: true }, resolve);
      this.#socket.on('error', error => {
        reject(error);
        this.#fail(error);
      });
      this.#socket.on('close', () => this.#fail(new Error('connection closed')));
      this.#socket.on('data', bytes => this.#receive(bytes));
    });
  }

  get isUsable() {
    return this.#failure === null;
  }

  /**
   * @param {Uint8Array} body one BSON document with `$db`
   * @param {'reply' | 'none'} expects whether the server answers
   * @returns {Promise<Uint8Array>} the reply document
   */
  async send(body, expects) {
    if (this.#failure) throw this.#failure;
    const { bytes } = message(body, expects === 'none' ? MORE_TO_COME : 0);
    this.#socket.write(bytes);
    if (expects === 'none') return serialize({ ok: 1 });
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        if (this.#limitMs > 0) timer = setTimeout(() => this.#fail(new Error('socket timed out')), this.#limitMs);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#received.length < 4) return;
    const size = this.#received.readInt32LE(0);
    if (this.#received.length < size) return;
    const reply = Uint8Array.from(this.#received.subarray(HEADER_SIZE + 5, size));
    this.#received = this.#received.subarray(size);
    const { resolve } = this.#waiting;
    this.#waiting = null;
    resolve(reply);
  }

  #fail(error) {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }

  close() {
    this.#failure ??= new Error('connection closed');
    this.#socket.destroy();
  }
}
