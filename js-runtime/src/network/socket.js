/**
 * `net.Socket`: a duplex stream over one native connection. It finds the address, connects, reads while somebody wants bytes, and
 * holds the event loop as long as it is referenced. What travels over it, in clear or in TLS, is not its business.
 */
import { Duplex } from 'node:stream';
import { builtin, errors, native } from './parts.js';
import { isIP } from './ip-address.js';
import { callable, networkError } from './network-error.js';
import { lookup as systemLookup } from './dns.js';

const { invalidArgType, nodeError, notProvided, outOfRange, validateFunction } = errors;

/** How long one of several addresses may take before the next one is tried: Node's time. */
const ATTEMPT_TIMEOUT = 250;

/** Reads `connect(options)`, `connect(port[, host])`, each with a listener last. */
export function connectArguments(args) {
  const rest = [...args];
  const callback = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const [first, second] = rest;
  if (first !== null && typeof first === 'object') {
    return [{ ...first }, callback];
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) {
    return [{ path: first }, callback];
  }
  return [{ port: first, ...(typeof second === 'string' ? { host: second } : {}) }, callback];
}

/** @param {unknown} port @param {string} name how Node calls it here */
export function validPort(port, name) {
  const number = Number(port);
  if (typeof port !== 'number' && typeof port !== 'string') {
    throw invalidArgType('options.port', ['number', 'string'], port);
  }
  if (port === '' || !Number.isInteger(number) || number < 0 || number > 65535) {
    const shown = typeof port === 'string' ? `'${port}'` : String(port);
    throw nodeError(RangeError, 'ERR_SOCKET_BAD_PORT', `${name} should be >= 0 and < 65536. Received type ${typeof port} (${shown}).`);
  }
  return number;
}

class PlainSocket extends Duplex {
  connecting = false;
  bytesRead = 0;
  timeout = 0;
  _bytesDispatched = 0;
  #connection = null;
  #ready = false;
  #reading = null;
  #refed = true;
  #timer = null;
  #hadError = false;

  constructor(options = {}) {
    const settings = typeof options === 'number' ? {} : (options ?? {});
    super({
      allowHalfOpen: settings.allowHalfOpen ?? false,
      highWaterMark: settings.highWaterMark,
      readableHighWaterMark: settings.readableHighWaterMark,
      writableHighWaterMark: settings.writableHighWaterMark,
      emitClose: false,
      autoDestroy: true,
      decodeStrings: true,
    });
    this.server = null;
    this._host = null;
    this.on('end', () => {
      if (!this.allowHalfOpen) {
        this.write = writeAfterEnd;
      }
    });
    if (settings.signal) {
      builtin('stream').addAbortSignal(settings.signal, this);
    }
  }

  /** Takes over a native connection: one that the server accepted, or another socket's. @internal */
  _adopt(connection) {
    this.#connection = connection;
    this.connecting = false;
    this.#becomeReady();
  }

  /** Hands the native connection over, for TLS to travel over it; this socket never reads again. @internal */
  _release() {
    const connection = this.#connection;
    this.#connection = null;
    this.#ready = false;
    return connection;
  }

  get _connection() {
    return this.#connection;
  }

  // Old libraries look for a handle to see whether the socket is open.
  get _handle() {
    return this.#connection;
  }

  connect(...args) {
    const [options, callback] = Array.isArray(args[0]) ? args[0] : connectArguments(args);
    if (options.path !== undefined && options.path !== null) {
      throw notProvided('connecting to a socket file', 'connect to a host and port instead.');
    }
    if (options.port === undefined) {
      throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified');
    }
    const port = validPort(options.port, 'Port');
    if (options.lookup !== undefined) {
      validateFunction(options.lookup, 'options.lookup');
    }
    if (this.destroyed) {
      this._undestroy();
    }
    this.connecting = true;
    this._host = options.host ?? 'localhost';
    if (callback) {
      this.once('connect', callback);
    }
    if (options.timeout) {
      this.setTimeout(options.timeout);
    }
    // While files are only checked, nothing reaches a server and nothing ever answers.
    if (!native.host.offline) {
      process.nextTick(() => this.#find(options, port));
    }
    return this;
  }

  #find(options, port) {
    if (this.destroyed) {
      return;
    }
    const host = `${options.host ?? 'localhost'}`;
    const kind = isIP(host);
    if (kind !== 0) {
      this.#tryAddresses(host, [{ address: host, family: kind }], port);
      return;
    }
    const several = !options.family && options.autoSelectFamily !== false;
    const lookup = options.lookup ?? systemLookup;
    lookup(host, { family: options.family, hints: options.hints ?? 0, all: several }, (error, found, family) => {
      const list = Array.isArray(found) ? found : [{ address: found, family }];
      if (!several) {
        this.emit('lookup', error ?? null, found, family, host);
      }
      if (this.destroyed || !this.connecting) {
        return;
      }
      if (error) {
        this.destroy(error);
        return;
      }
      const wrong = list.find((item) => isIP(item.address) === 0);
      if (list.length === 0 || wrong !== undefined) {
        this.destroy(nodeError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${wrong?.address}`, { host, port }));
        return;
      }
      this.#tryAddresses(host, alternate(list), port);
    });
  }

  async #tryAddresses(host, list, port) {
    const failures = [];
    for (const [index, { address }] of list.entries()) {
      const outcome = await this.#attempt(host, address, port, index < list.length - 1);
      if (this.destroyed) {
        close(outcome.connection);
        return;
      }
      if (outcome.connection) {
        process.nextTick(() => this.#opened(outcome.connection));
        return;
      }
      failures.push(networkError(outcome.error, 'connect', { address, port }));
    }
    process.nextTick(() => this.destroy(failures.length === 1 ? failures[0] : together(failures)));
  }

  async #attempt(host, address, port, isHurried) {
    const opening = native.ops.op_net_connect(host, address, port);
    this.#hold(opening);
    const outcome = opening.then((text) => ({ connection: JSON.parse(text) }), (error) => ({ error }));
    if (!isHurried) {
      return outcome;
    }
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, ATTEMPT_TIMEOUT, 'late');
    });
    const first = await Promise.race([outcome, late]);
    clearTimeout(timer);
    if (first !== 'late') {
      return first;
    }
    native.core.unrefOpPromise(opening);
    outcome.then((done) => close(done.connection));
    return { error: { code: 'ETIMEDOUT', errno: -110 } };
  }

  #opened(connection) {
    if (this.destroyed) {
      close(connection);
      return;
    }
    this.#connection = connection;
    this.connecting = false;
    this._touch();
    this._opened();
  }

  /** The bytes may flow; a socket that secures them first overrides this. @internal */
  _opened() {
    this.#becomeReady();
    this.emit('connect');
    this.emit('ready');
    if (!this.isPaused()) {
      this.read(0);
    }
  }

  #becomeReady() {
    this.#ready = true;
    this.emit(READY);
  }

  /** The native connection changed into a secured one. @internal */
  _secured(connection) {
    this.#connection = connection;
    this.#becomeReady();
    this.read(0);
  }

  #whenReady(work) {
    if (this.#ready) {
      work();
    } else {
      this.once(READY, work);
    }
  }

  #hold(promise) {
    this.#reading = promise;
    if (!this.#refed) {
      native.core.unrefOpPromise(promise);
    }
  }

  _read() {
    this.#whenReady(() => this.#readSome());
  }

  #readSome() {
    if (this.#connection === null || this.#connection.reading || this.destroyed) {
      return;
    }
    const connection = this.#connection;
    connection.reading = true;
    const promise = native.ops.op_net_read(connection.resource);
    this.#hold(promise);
    // In a tick of its own, so that what a listener throws is an uncaught exception and no rejection.
    promise.then(
      (bytes) => process.nextTick(() => this.#received(connection, bytes)),
      (error) => process.nextTick(() => this.#failed(connection, error, 'read')),
    );
  }

  #received(connection, bytes) {
    connection.reading = false;
    if (this.destroyed || this.#connection !== connection) {
      return;
    }
    this._touch();
    if (bytes.length === 0) {
      this.push(null);
      this.read(0);
      return;
    }
    this.bytesRead += bytes.length;
    this.push(builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  #failed(connection, error, syscall) {
    connection.reading = false;
    if (!this.destroyed && this.#connection === connection) {
      this.destroy(networkError(error, syscall));
    }
  }

  _writev(chunks, callback) {
    const { Buffer } = builtin('buffer');
    const buffers = chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk));
    this.#send(buffers.length === 1 ? buffers[0] : Buffer.concat(buffers), callback);
  }

  _write(chunk, encoding, callback) {
    this.#send(typeof chunk === 'string' ? builtin('buffer').Buffer.from(chunk, encoding) : chunk, callback);
  }

  #send(bytes, callback) {
    this.#whenReady(() => {
      if (this.#connection === null) {
        callback(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
        return;
      }
      this._bytesDispatched += bytes.length;
      const promise = native.ops.op_net_write(this.#connection.resource, bytes);
      promise.then(
        () => process.nextTick(() => {
          this._touch();
          callback();
        }),
        (error) => process.nextTick(() => callback(this.destroyed ? null : networkError(error, 'write'))),
      );
    });
  }

  _final(callback) {
    if (this.connecting || (!this.#ready && !this.destroyed && this.#connection !== null)) {
      this.once(READY, () => this._final(callback));
      return;
    }
    if (this.#connection === null) {
      callback();
      return;
    }
    native.ops.op_net_shutdown(this.#connection.resource).then(
      () => process.nextTick(callback),
      // The peer was faster: nothing is left to shut.
      () => process.nextTick(callback),
    );
  }

  _destroy(error, callback) {
    this.connecting = false;
    this.setTimeout(0);
    if (this.#reading !== null) {
      native.core.unrefOpPromise(this.#reading);
    }
    close(this.#connection);
    this.#connection = null;
    this.#hadError = Boolean(error);
    callback(error);
    process.nextTick(() => this.emit('close', this.#hadError));
    if (this.server) {
      this.server._forget(this);
    }
  }

  destroySoon() {
    if (this.writable) {
      this.end();
    }
    if (this.writableFinished) {
      this.destroy();
    } else {
      this.once('finish', this.destroy);
    }
  }

  resetAndDestroy() {
    return this.destroy();
  }

  /** Something moved: the time-out starts again. @internal */
  _touch() {
    this.#timer?.refresh();
  }

  setTimeout(milliseconds, callback) {
    if (this.destroyed && milliseconds !== 0) {
      return this;
    }
    if (typeof milliseconds !== 'number') {
      throw invalidArgType('msecs', 'number', milliseconds);
    }
    if (!(milliseconds >= 0)) {
      throw outOfRange('msecs', 'a non-negative finite number', milliseconds);
    }
    this.timeout = milliseconds;
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    if (milliseconds > 0) {
      this.#timer = setTimeout(() => this.emit('timeout'), milliseconds).unref();
    }
    if (callback !== undefined) {
      validateFunction(callback, 'callback');
      if (milliseconds === 0) {
        this.removeListener('timeout', callback);
      } else {
        this.once('timeout', callback);
      }
    }
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }

  ref() {
    this.#refed = true;
    if (this.#reading !== null && !this.destroyed) {
      native.core.refOpPromise(this.#reading);
    }
    return this;
  }

  unref() {
    this.#refed = false;
    if (this.#reading !== null) {
      native.core.unrefOpPromise(this.#reading);
    }
    return this;
  }

  address() {
    return this.#connection?.local ?? {};
  }

  get pending() {
    return this.#connection === null || this.connecting;
  }

  get readyState() {
    if (this.connecting) {
      return 'opening';
    }
    if (this.readable && this.writable) {
      return 'open';
    }
    return this.readable ? 'readOnly' : this.writable ? 'writeOnly' : 'closed';
  }

  get bufferSize() {
    return this.writableLength;
  }

  get bytesWritten() {
    return this._bytesDispatched + (this.connecting ? this.writableLength : 0);
  }

  get localAddress() {
    return this.#connection?.local.address;
  }

  get localPort() {
    return this.#connection?.local.port;
  }

  get localFamily() {
    return this.#connection?.local.family;
  }

  get remoteAddress() {
    return this.#connection?.remote.address;
  }

  get remotePort() {
    return this.#connection?.remote.port;
  }

  get remoteFamily() {
    return this.#connection?.remote.family;
  }
}

const READY = Symbol('ready');

function close(connection) {
  if (connection) {
    native.ops.op_net_close(connection.resource);
  }
}

/** One address of each family in turn, as they came. */
function alternate(list) {
  const [first] = list;
  const same = list.filter((item) => item.family === first.family);
  const other = list.filter((item) => item.family !== first.family);
  return same.flatMap((item, index) => (index < other.length ? [item, other[index]] : [item])).concat(other.slice(same.length));
}

function together(failures) {
  const denied = failures.find((error) => error.code === 'ERR_ACCESS_DENIED');
  return denied ?? Object.assign(new AggregateError(failures), { code: failures[0].code });
}

function writeAfterEnd(_chunk, encoding, callback) {
  const done = typeof encoding === 'function' ? encoding : callback;
  const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
  if (typeof done === 'function') {
    process.nextTick(done, error);
  }
  this.destroy(error);
  return false;
}

Object.defineProperty(PlainSocket, 'name', { value: 'Socket' });
export const Socket = callable(PlainSocket);
