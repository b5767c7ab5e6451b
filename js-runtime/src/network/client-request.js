/** `http.ClientRequest`: one request on one socket, from its options to the end of the response. Redirects are not followed. */
import { builtin, errors } from './parts.js';
import { globalAgent } from './agent.js';
import { requestAnswered, requestBegins } from './activity.js';
import { MessageParser } from './http-parser.js';
import { validateHeaderName, validateMethod } from './http-words.js';
import { resetError } from './network-error.js';
import { OutgoingMessage } from './outgoing-message.js';

const { invalidArgType, nodeError, validateFunction } = errors;

/** Methods whose requests have no body unless one is written. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);
const INVALID_PATH = /[^\u0021-\u00ff]/;

function fromUrl(url) {
  return { __proto__: null, ...builtin('url').urlToHttpOptions(url) };
}

/** `request(url[, options][, listener])`, `request(options[, listener])`. */
function readArguments(input, options, callback) {
  let base;
  let rest = [options, callback];
  if (typeof input === 'string') {
    base = fromUrl(new URL(input));
  } else if (input instanceof URL || (input?.href && input.searchParams && input.protocol !== undefined)) {
    base = fromUrl(input);
  } else {
    rest = [input, options];
  }
  if (typeof rest[0] === 'function') {
    rest = [undefined, rest[0]];
  }
  return [Object.assign(base ?? Object.create(null), rest[0]), rest[1]];
}

function validHost(host, name) {
  if (host !== null && host !== undefined && typeof host !== 'string') {
    throw invalidArgType(`options.${name}`, ['string', 'undefined', 'null'], host);
  }
  return host;
}

export class ClientRequest extends OutgoingMessage {
  aborted = false;
  res = null;
  timeout = undefined;
  timeoutCb = null;
  upgradeOrConnect = false;
  reusedSocket = false;
  maxHeadersCount = null;
  _ended = false;
  #parser = null;
  #socketError = null;
  #closed = false;

  constructor(input, options, callback) {
    const [settings, listener] = readArguments(input, options, callback);
    super();
    this.#chooseAgent(settings);
    this.#readTarget(settings);
    this.#readHeaders(settings);
    if (listener !== undefined) {
      validateFunction(listener, 'cb');
      this.once('response', listener);
    }
    if (settings.signal) {
      builtin('stream').addAbortSignal(settings.signal, this);
    }
    if (settings.timeout !== undefined) {
      this.timeout = validTimeout(settings.timeout);
    }
    // Without the query, which may carry secrets.
    requestBegins(this, `${this.method} ${this.protocol}//${this.host}${this.path.split('?')[0]}`);
    this.#start(settings);
  }

  #chooseAgent(settings) {
    const { agent } = settings;
    const fallback = settings._defaultAgent ?? globalAgent;
    if (agent === false) {
      this.agent = new fallback.constructor();
    } else if (agent === undefined || agent === null) {
      this.agent = typeof settings.createConnection === 'function' ? undefined : fallback;
    } else if (typeof agent.addRequest === 'function') {
      this.agent = agent;
    } else {
      const text = 'The "options.agent" property must be one of Agent-like Object, undefined, or false.';
      throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', text + errors.describeReceived(agent));
    }
    this.protocol = settings.protocol || fallback.protocol;
    const expected = this.agent?.protocol ?? fallback.protocol;
    if (this.protocol !== expected) {
      throw nodeError(TypeError, 'ERR_INVALID_PROTOCOL', `Protocol "${this.protocol}" not supported. Expected "${expected}"`);
    }
    settings.defaultPort ??= this.agent?.defaultPort ?? fallback.defaultPort;
  }

  #readTarget(settings) {
    if (settings.path !== undefined && INVALID_PATH.test(`${settings.path}`)) {
      throw nodeError(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters');
    }
    settings.port = settings.port || settings.defaultPort || 80;
    settings.host = validHost(settings.hostname, 'hostname') || validHost(settings.host, 'host') || 'localhost';
    if (settings.method !== undefined && settings.method !== null) {
      validateMethod(settings.method);
    }
    this.method = (settings.method || 'GET').toUpperCase();
    this.path = settings.path || '/';
    this.host = settings.host;
    this.maxHeaderSize = settings.maxHeaderSize;
    this.joinDuplicateHeaders = settings.joinDuplicateHeaders;
    this.socketPath = settings.socketPath;
    this._hasBody = true;
    this.useChunkedEncodingByDefault = !WITHOUT_BODY.has(this.method);
    // Offered only where an agent will use the socket again.
    this.shouldKeepAlive = this.agent !== undefined && (Boolean(this.agent.keepAlive) || Number.isFinite(this.agent.maxSockets));
  }

  #readHeaders(settings) {
    const { headers } = settings;
    if (Array.isArray(headers)) {
      this.#readRawHeaders(headers, settings);
      return;
    }
    for (const name of headers ? Object.keys(headers) : []) {
      this.setHeader(name, headers[name]);
    }
    if (!this.hasHeader('host') && settings.setHost !== false) {
      this.setHeader('Host', hostHeader(settings));
    }
    if (settings.auth && !this.hasHeader('Authorization')) {
      this.setHeader('Authorization', basic(settings.auth));
    }
    if (this.hasHeader('expect')) {
      this._implicitHeader();
    }
  }

  #readRawHeaders(headers, settings) {
    const pairs = Array.isArray(headers[0]) ? [...headers] : pairsOf(headers);
    pairs.forEach(([name]) => validateHeaderName(name));
    if (settings.auth && !pairs.some(([name]) => name.toLowerCase() === 'authorization')) {
      pairs.push(['Authorization', basic(settings.auth)]);
    }
    this._rawHeaders = pairs;
  }

  #start(settings) {
    if (this.agent) {
      this.agent.addRequest(this, settings);
      return;
    }
    this._last = true;
    this.shouldKeepAlive = false;
    if (typeof settings.createConnection === 'function') {
      let isDone = false;
      const created = (error, socket) => {
        if (!isDone) {
          isDone = true;
          if (error) {
            process.nextTick(() => this.emit('error', error));
          } else {
            this.onSocket(socket);
          }
        }
      };
      const socket = settings.createConnection(settings, created);
      if (socket) {
        created(null, socket);
      }
    } else {
      this.onSocket(builtin('net').createConnection(settings));
    }
  }

  _implicitHeader() {
    if (this._header !== null) {
      throw nodeError(Error, 'ERR_HTTP_HEADERS_SENT', 'Cannot render headers after they are sent to the client');
    }
    this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`);
  }

  /** Agents hand the socket over here; or say why there is none. */
  onSocket(socket, error) {
    process.nextTick(() => {
      if (this.destroyed || error) {
        this.#refuseSocket(socket, error);
        return;
      }
      this.#attach(socket);
    });
  }

  #refuseSocket(socket, error) {
    const reason = error ?? this.errored ?? null;
    if (socket) {
      if (!error && this.agent && !socket.destroyed && !socket.connecting) {
        socket.emit('free');
      } else {
        socket.destroy();
      }
    }
    if (!this.destroyed) {
      this.destroyed = true;
    }
    this.#close(reason);
  }

  #attach(socket) {
    this.socket = socket;
    socket._httpMessage = this;
    this.#parser = new MessageParser('RESPONSE', socket, {
      head: (res, keepsAlive) => this.#responseHead(res, keepsAlive),
      end: () => this.#responseEnd(),
    });
    socket.parser = this.#parser;
    this.#listen(socket);
    this.emit('socket', socket);
    if (!this.destroyed) {
      this.emit(SOCKET, socket);
    }
  }

  #listeners = [];

  #listen(socket) {
    this.#listeners = [
      ['data', (bytes) => this.#received(bytes)],
      ['end', () => this.#socketEnded()],
      ['close', () => this.#socketClosed()],
      ['error', (error) => this.#socketFailed(error)],
      ['timeout', () => this.emit('timeout')],
    ];
    this.#listeners.forEach(([name, listener]) => socket.on(name, listener));
  }

  #unlisten() {
    this.#listeners.forEach(([name, listener]) => this.socket.removeListener(name, listener));
    this.#listeners = [];
  }

  _whenSocket(work) {
    if (this.socket) {
      work(this.socket);
    } else if (!this.destroyed) {
      this.once(SOCKET, work);
    }
  }

  #received(bytes) {
    const rest = this.#parser.execute(bytes);
    if (rest instanceof Error) {
      this.#unlisten();
      this.socket.destroy();
      this.#socketError = rest;
      this.#fail(rest);
    } else if (this.upgradeOrConnect && !this._handedOver) {
      this.#handOver(rest);
    }
  }

  #handOver(head) {
    const { socket, res } = this;
    this._handedOver = true;
    const event = this.method === 'CONNECT' ? 'connect' : 'upgrade';
    this.#unlisten();
    socket.emit('agentRemove');
    socket._httpMessage = null;
    socket.parser = null;
    socket.readableFlowing = null;
    if (this.listenerCount(event) > 0) {
      this.emit(event, res, socket, builtin('buffer').Buffer.from(head));
      this.destroyed = true;
      this.#close(null);
    } else {
      socket.destroy();
      this.#fail(resetError('socket hang up'));
    }
  }

  #responseHead(res, keepsAlive) {
    if (this.res && !this.#isInterim) {
      // A second answer to one request: whoever sent it is not to be trusted with the socket.
      this.socket.destroy();
      return true;
    }
    const status = res.statusCode;
    if (this.#takeInterim(res, status)) {
      return true;
    }
    this.res = res;
    res.req = this;
    res.joinDuplicateHeaders = Boolean(this.joinDuplicateHeaders);
    if (this.method === 'CONNECT' || status === 101) {
      this.upgradeOrConnect = true;
      return 2;
    }
    if (this.shouldKeepAlive && !keepsAlive) {
      this.shouldKeepAlive = false;
    }
    this.#isInterim = false;
    requestAnswered(this);
    const hasListener = this.emit('response', res);
    if (this.aborted || !hasListener) {
      res._dump();
    }
    return this.method === 'HEAD';
  }

  #isInterim = false;

  #takeInterim(res, status) {
    if (status < 100 || status > 199 || status === 101) {
      return false;
    }
    this.#isInterim = true;
    if (status === 100) {
      this.emit('continue');
    }
    const { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor, headers, rawHeaders } = res;
    this.emit('information', { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor, headers, rawHeaders });
    return true;
  }

  #responseEnd() {
    if (this.#isInterim) {
      this.#isInterim = false;
      return;
    }
    const { res } = this;
    if (!res) {
      return;
    }
    if (this.upgradeOrConnect) {
      return;
    }
    // The body is read to its end before the socket serves somebody else.
    const free = () => this.#whenSent(() => this.#freeSocket());
    if (res.readableEnded || (res._dumped && res.readableLength === 0)) {
      process.nextTick(free);
    } else {
      res.once('end', free);
      res.once('close', () => {
        if (!res.readableEnded) {
          free();
        }
      });
    }
  }

  #whenSent(work) {
    if (this.writableFinished || this.destroyed) {
      work();
    } else if (this.writableEnded) {
      this.once('finish', work);
    } else {
      // The server answered before it had everything: the socket can't be used again.
      this.shouldKeepAlive = false;
      work();
    }
  }

  #freeSocket() {
    const { socket, res } = this;
    if (this.#isFreed) {
      return;
    }
    this.#isFreed = true;
    if (!this.shouldKeepAlive || !this.agent || socket.destroyed) {
      if (socket.writable && !socket.destroyed) {
        socket.destroySoon();
      }
      this.#unlistenAfterEnd();
    } else {
      if (this.timeoutCb) {
        socket.setTimeout(0, this.timeoutCb);
        this.timeoutCb = null;
      }
      this.#unlisten();
      socket.parser = null;
      this._ended = true;
      process.nextTick(() => socket.emit('free'));
    }
    this.destroyed = true;
    this.#close(null);
  }

  #isFreed = false;

  #unlistenAfterEnd() {
    this.#unlisten();
    this.socket.on('error', () => {});
  }

  #socketEnded() {
    const { res } = this;
    if (!res && !this.#socketError) {
      this.#socketError = resetError('socket hang up');
      this.#fail(this.#socketError);
    }
    this.#parser?.finish();
    if (this.res && !this.res.complete) {
      this.res._cutOff();
    }
    this.socket?.destroy();
  }

  #socketFailed(error) {
    this.#socketError = error;
    this.#parser?.finish();
    this.#fail(error);
  }

  #socketClosed() {
    const { res } = this;
    if (res) {
      if (!res.complete) {
        res._cutOff();
      }
      this.destroyed = true;
      this.#close(null);
      return;
    }
    if (!this.#socketError) {
      this.#socketError = resetError('socket hang up');
    }
    this.#fail(this.#socketError);
  }

  /** The error is told once; a response that has begun carries it instead. */
  #fail(error) {
    if (this.res && !this.res.complete) {
      this.res.destroy(error.code === 'ECONNRESET' ? resetError('aborted') : error);
      this.destroyed = true;
      this.#close(null);
      return;
    }
    this.destroyed = true;
    this.#close(this.res ? null : error);
  }

  #close(error) {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    if (error) {
      this.#toldError = error;
    }
    process.nextTick(() => {
      if (error) {
        this.emit('error', error);
      }
      this._closed = true;
      this.emit('close');
    });
  }

  #toldError = null;
  #destroyed = false;

  get destroyed() {
    return this.#destroyed;
  }

  set destroyed(value) {
    this.#destroyed = value;
  }

  get errored() {
    return this.#toldError;
  }

  abort() {
    if (this.aborted) {
      return;
    }
    this.aborted = true;
    process.nextTick(() => this.emit('abort'));
    this.destroy();
  }

  destroy(error) {
    if (this.#destroyed) {
      return this;
    }
    this.#destroyed = true;
    if (this.res) {
      this.res._dump();
    }
    const isQuiet = this.res !== null || (this.aborted && this.socket === null);
    const reason = error ?? (isQuiet ? null : resetError('socket hang up'));
    this.#toldError = reason;
    if (this.socket) {
      this.#socketError = reason;
      if (this.res && !this.res.complete) {
        this.res.destroy(error ?? resetError('aborted'));
      }
      this.socket.destroy(error);
      this.#close(this.res ? error : reason);
    } else {
      // The socket may never come: the request ends without it.
      this.#close(reason);
    }
    return this;
  }

  #setSocketTimeout(milliseconds) {
    const { socket } = this;
    if (socket.connecting) {
      socket.once('connect', () => socket.setTimeout(milliseconds));
    } else {
      socket.setTimeout(milliseconds);
    }
  }

  setTimeout(milliseconds, callback) {
    if (this._ended) {
      return this;
    }
    this.timeout = validTimeout(milliseconds);
    if (callback) {
      this.once('timeout', callback);
    }
    if (this.socket) {
      this.#setSocketTimeout(this.timeout);
    } else {
      this.once('socket', () => this.#setSocketTimeout(this.timeout));
    }
    return this;
  }

  setNoDelay(...args) {
    this._whenSocket((socket) => socket.setNoDelay?.(...args));
  }

  setSocketKeepAlive(...args) {
    this._whenSocket((socket) => socket.setKeepAlive?.(...args));
  }

  clearTimeout(callback) {
    this.setTimeout(0, callback);
  }
}

const SOCKET = Symbol('socket');

function hostHeader({ host, port, defaultPort }) {
  const shown = host.includes(':') && !host.startsWith('[') && host.split(':').length > 2 ? `[${host}]` : host;
  return port && Number(port) !== Number(defaultPort) ? `${shown}:${port}` : shown;
}

function pairsOf(flat) {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : []));
}

function basic(auth) {
  return `Basic ${builtin('buffer').Buffer.from(auth).toString('base64')}`;
}

function validTimeout(value) {
  if (typeof value !== 'number') {
    throw invalidArgType('timeout', 'number', value);
  }
  if (!(value >= 0 && value <= 2 ** 31 - 1)) {
    throw errors.outOfRange('timeout', 'a non-negative finite number', value);
  }
  return value;
}
