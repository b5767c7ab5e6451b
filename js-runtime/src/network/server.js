/** `net.Server`: accepts connections on a host and port and makes sockets of them. Socket files are not provided. */
import { EventEmitter } from 'node:events';
import { errors, native } from './parts.js';
import { isIP } from './ip-address.js';
import { callable, networkError } from './network-error.js';
import { lookup } from './dns.js';
import { Socket, validPort } from './socket.js';

const { nodeError, notProvided } = errors;

class PlainServer extends EventEmitter {
  #listener = null;
  #accepting = null;
  #refed = true;
  #connections = new Set();
  #options;
  #closing = false;

  constructor(options, listener) {
    super();
    this.#options = typeof options === 'function' ? {} : (options ?? {});
    const connected = typeof options === 'function' ? options : listener;
    if (typeof connected === 'function') {
      this.on('connection', connected);
    }
    this.maxConnections = undefined;
  }

  get listening() {
    return this.#listener !== null;
  }

  get connections() {
    return this.#connections.size;
  }

  listen(...args) {
    const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
    const [first, second] = args;
    const options = first !== null && typeof first === 'object' ? first : { port: first, host: typeof second === 'string' ? second : undefined };
    if (options.path !== undefined || (typeof options.port === 'string' && !/^\d+$/.test(options.port))) {
      throw notProvided('listening on a socket file', 'listen on a port instead.');
    }
    if (this.#listener !== null) {
      throw nodeError(Error, 'ERR_SERVER_ALREADY_LISTEN', 'Listen method has been called more than once without closing.');
    }
    const port = options.port === undefined || options.port === null ? 0 : validPort(options.port, 'options.port');
    if (callback) {
      this.once('listening', callback);
    }
    options.signal?.addEventListener('abort', () => this.close(), { once: true });
    // While files are only checked, nobody is listened to.
    if (!native.host.offline) {
      this.#open(options.host, port).catch((error) => process.nextTick(() => this.emit('error', error)));
    }
    return this;
  }

  async #open(host, port) {
    let address = await listeningAddress(host);
    const listen = () => native.ops.op_net_listen(host || address, address, port);
    try {
      this.#listener = JSON.parse(await listen().catch((error) => {
        if (address !== '::' || !['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(error.code)) {
          throw error;
        }
        // A system without IPv6.
        address = '0.0.0.0';
        return listen();
      }));
    } catch (error) {
      throw networkError(error, 'listen', { address, port });
    }
    process.nextTick(() => {
      if (this.#listener !== null) {
        this.emit('listening');
        this.#accept();
      }
    });
  }

  #accept() {
    const listener = this.#listener;
    const promise = native.ops.op_net_accept(listener.resource);
    this.#accepting = promise;
    if (!this.#refed) {
      native.core.unrefOpPromise(promise);
    }
    promise.then(
      (text) => process.nextTick(() => this.#accepted(listener, JSON.parse(text))),
      (error) => process.nextTick(() => {
        if (this.#listener === listener) {
          this.emit('error', networkError(error, 'accept'));
        }
      }),
    );
  }

  #accepted(listener, connection) {
    if (this.#listener !== listener) {
      native.ops.op_net_close(connection.resource);
      return;
    }
    this.#accept();
    const socket = new Socket({ allowHalfOpen: this.#options.allowHalfOpen });
    socket.server = this;
    socket._server = this;
    this.#connections.add(socket);
    socket._adopt(connection);
    if (!this.#options.pauseOnConnect) {
      socket.read(0);
    }
    this.emit('connection', socket);
  }

  /** @internal */
  _forget(socket) {
    this.#connections.delete(socket);
    this.#finishClosing();
  }

  close(callback) {
    if (typeof callback === 'function') {
      if (this.#listener === null) {
        this.once('close', () => callback(nodeError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.')));
      } else {
        this.once('close', callback);
      }
    }
    if (this.#listener !== null) {
      native.ops.op_net_close(this.#listener.resource);
      this.#listener = null;
    }
    this.#closing = true;
    this.#finishClosing();
    return this;
  }

  #finishClosing() {
    if (this.#closing && this.#connections.size === 0) {
      this.#closing = false;
      process.nextTick(() => this.emit('close'));
    }
  }

  address() {
    return this.#listener?.local ?? null;
  }

  getConnections(callback) {
    process.nextTick(callback, null, this.#connections.size);
    return this;
  }

  ref() {
    this.#refed = true;
    if (this.#accepting !== null && this.#listener !== null) {
      native.core.refOpPromise(this.#accepting);
    }
    return this;
  }

  unref() {
    this.#refed = false;
    if (this.#accepting !== null) {
      native.core.unrefOpPromise(this.#accepting);
    }
    return this;
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    if (this.listening) {
      await new Promise((resolve) => this.close(resolve));
    }
  }
}

function listeningAddress(host) {
  if (host === undefined || host === null || host === '') {
    return '::';
  }
  if (isIP(host) !== 0) {
    return host;
  }
  return new Promise((resolve, reject) => lookup(host, (error, address) => (error ? reject(error) : resolve(address))));
}

Object.defineProperty(PlainServer, 'name', { value: 'Server' });
export const Server = callable(PlainServer);
