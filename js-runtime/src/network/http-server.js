/** `http.Server` and its responses: enough to answer requests on the loopback, with keep-alive, chunks and upgrades. */
import { builtin, errors } from './parts.js';
import { MessageParser } from './http-parser.js';
import { STATUS_CODES, headersSent } from './http-words.js';
import { IncomingMessage } from './incoming-message.js';
import { callable } from './network-error.js';
import { OutgoingMessage } from './outgoing-message.js';
import { Server as NetServer } from './server.js';

const { invalidArgType, nodeError, outOfRange } = errors;

export class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage = undefined;
  sendDate = true;
  _closed = false;
  #done = () => {};

  constructor(req, options) {
    super(options);
    this.req = req;
    if (req?.method === 'HEAD') {
      this._hasBody = false;
    }
    if (req && (req.httpVersionMajor < 1 || req.httpVersionMinor < 1)) {
      this.useChunkedEncodingByDefault = /chunked/i.test(req.headers.te ?? '');
      this.shouldKeepAlive = false;
    }
  }

  assignSocket(socket) {
    this.socket = socket;
    socket._httpMessage = this;
    this.emit('socket', socket);
  }

  detachSocket(socket) {
    socket._httpMessage = null;
    this.socket = null;
  }

  writeHead(statusCode, reason, headers) {
    if (this._header !== null) {
      throw headersSent('write');
    }
    const status = statusCode | 0;
    if (status < 100 || status > 999) {
      throw nodeError(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${statusCode}`);
    }
    const [text, given] = typeof reason === 'string' ? [reason, headers] : [undefined, reason ?? headers];
    this.statusCode = status;
    this.statusMessage = text ?? (this.statusMessage || STATUS_CODES[status] || 'unknown');
    if (Array.isArray(given)) {
      const pairs = Array.isArray(given[0]) ? given : given.flatMap((_, at) => (at % 2 === 0 ? [[given[at], given[at + 1]]] : []));
      pairs.forEach(([name, value]) => this.setHeader(name, value));
    } else {
      Object.keys(given ?? {}).forEach((name) => this.setHeader(name, given[name]));
    }
    if (status === 204 || status === 304 || status < 200) {
      this._hasBody = false;
    }
    if (this._closesAfter) {
      this.shouldKeepAlive = false;
    }
    this._storeHeader(`HTTP/1.1 ${status} ${this.statusMessage}\r\n`);
    return this;
  }

  _implicitHeader() {
    this.writeHead(this.statusCode);
  }

  _keepAliveHint() {
    const seconds = Math.floor((this._keepAliveTimeout ?? 0) / 1000);
    return seconds > 0 ? [`Keep-Alive: timeout=${seconds}`] : [];
  }

  writeContinue(callback) {
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1', callback);
  }

  writeProcessing(callback) {
    this.socket.write('HTTP/1.1 102 Processing\r\n\r\n', 'latin1', callback);
  }

  _whenSocket(work) {
    if (this.socket) {
      work(this.socket);
    } else if (!this.destroyed) {
      this.once('socket', work);
    }
  }

  /** @internal */
  _whenDone(done) {
    this.#done = done;
  }

  _finish() {
    process.nextTick(() => this.#done());
  }

  destroy(error) {
    if (this.destroyed) {
      return this;
    }
    super.destroy(error);
    this.socket?.destroy(error);
    return this;
  }
}

class PlainServer extends NetServer {
  timeout = 0;
  keepAliveTimeout = 5000;
  headersTimeout = 60000;
  requestTimeout = 300000;
  maxHeadersCount = null;
  maxRequestsPerSocket = 0;
  #sockets = new Set();
  #options;

  constructor(options, listener) {
    const settings = typeof options === 'function' ? {} : (options ?? {});
    if (typeof settings !== 'object') {
      throw invalidArgType('options', 'object', options);
    }
    super({ allowHalfOpen: true });
    this.#options = settings;
    for (const name of ['keepAliveTimeout', 'headersTimeout', 'requestTimeout']) {
      if (settings[name] !== undefined) {
        if (!(settings[name] >= 0)) {
          throw outOfRange(name, '>= 0', settings[name]);
        }
        this[name] = settings[name];
      }
    }
    const requested = typeof options === 'function' ? options : listener;
    if (requested) {
      this.on('request', requested);
    }
    this.on('connection', (socket) => this.#serve(socket));
  }

  setTimeout(milliseconds, callback) {
    this.timeout = milliseconds;
    if (callback) {
      this.on('timeout', callback);
    }
    return this;
  }

  #serve(socket) {
    this.#sockets.add(socket);
    const state = { responses: [], isIdle: true };
    socket._serverState = state;
    const parser = new MessageParser('REQUEST', socket, {
      head: (req, keepsAlive) => this.#request(socket, state, req, keepsAlive),
      end: () => {},
    }, this.#options.IncomingMessage ?? IncomingMessage);
    const onData = (bytes) => {
      const rest = parser.execute(bytes);
      if (rest instanceof Error) {
        this.#badRequest(socket, rest);
      } else if (state.upgraded) {
        const [event, req] = state.upgraded;
        state.upgraded = null;
        socket.removeListener('data', onData);
        socket.readableFlowing = null;
        this.emit(event, req, socket, builtin('buffer').Buffer.from(rest));
      }
    };
    socket.on('data', onData);
    socket.on('end', () => {
      parser.finish();
      if (state.responses.length === 0) {
        socket.end();
      }
    });
    socket.on('error', (error) => {
      if (this.listenerCount('clientError') > 0) {
        this.emit('clientError', error, socket);
      }
    });
    socket.on('close', () => this.#closed(socket, state, parser));
    socket.on('timeout', () => {
      const taken = parser.message?.emit('timeout', socket) || this.emit('timeout', socket);
      if (!taken || state.isIdle) {
        socket.destroy();
      }
    });
    if (this.timeout) {
      socket.setTimeout(this.timeout);
    }
  }

  #badRequest(socket, error) {
    if (this.emit('clientError', error, socket)) {
      return;
    }
    if (socket.writable) {
      socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
    socket.destroySoon();
  }

  #closed(socket, state, parser) {
    this.#sockets.delete(socket);
    parser.message?._cutOff();
    for (const response of state.responses) {
      if (!response._closed) {
        response._closed = true;
        response.destroyed = true;
        response.req._cutOff();
        response.emit('close');
      }
    }
  }

  #request(socket, state, req, keepsAlive) {
    const wantsUpgrade = req.method === 'CONNECT' ? 'connect' : req.upgrade ? 'upgrade' : null;
    if (wantsUpgrade !== null && this.listenerCount(wantsUpgrade) > 0) {
      state.upgraded = [wantsUpgrade, req];
      return 2;
    }
    state.isIdle = false;
    socket.setTimeout(this.timeout);
    const Response = this.#options.ServerResponse ?? ServerResponse;
    const res = new Response(req);
    res.shouldKeepAlive = keepsAlive;
    res._closesAfter = !this.listening;
    res._keepAliveTimeout = this.keepAliveTimeout;
    state.responses.push(res);
    if (state.responses.length === 1) {
      res.assignSocket(socket);
    }
    res._whenDone(() => this.#responded(socket, state, req, res));
    const expects = req.headers.expect;
    if (expects !== undefined && /100-continue/i.test(expects)) {
      if (this.listenerCount('checkContinue') > 0) {
        this.emit('checkContinue', req, res);
        return 0;
      }
      res.writeContinue();
    }
    this.emit('request', req, res);
    return 0;
  }

  #responded(socket, state, req, res) {
    state.responses.shift();
    if (!req.readableEnded) {
      req._dump();
    }
    res.detachSocket(socket);
    res._closed = true;
    res.emit('close');
    if (res._last) {
      socket.destroySoon();
      return;
    }
    const [next] = state.responses;
    if (next) {
      next.assignSocket(socket);
      return;
    }
    state.isIdle = true;
    if (!this.listening) {
      socket.destroySoon();
    } else if (this.keepAliveTimeout) {
      socket.setTimeout(this.keepAliveTimeout);
    }
  }

  close(callback) {
    super.close(callback);
    this.closeIdleConnections();
    return this;
  }

  closeIdleConnections() {
    for (const socket of [...this.#sockets]) {
      if (socket._serverState.isIdle && socket.bytesRead > 0) {
        socket.destroy();
      }
    }
  }

  closeAllConnections() {
    [...this.#sockets].forEach((socket) => socket.destroy());
  }
}

Object.defineProperty(PlainServer, 'name', { value: 'Server' });
export const Server = callable(PlainServer);
