/** `http.IncomingMessage`: headers, and a body as a readable stream that the parser fills. */
import { Readable } from 'node:stream';
import { resetError } from './network-error.js';

/** Of these only the first counts; of the others, values are joined. */
const SINGLE = new Set(['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host', 'if-modified-since',
  'if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization', 'referer', 'retry-after', 'server',
  'user-agent']);

function addHeader(headers, name, value, joins) {
  const key = name.toLowerCase();
  if (key === 'set-cookie') {
    (headers[key] ??= []).push(value);
  } else if (headers[key] === undefined) {
    headers[key] = value;
  } else if (key === 'cookie') {
    headers[key] += `; ${value}`;
  } else if (joins || !SINGLE.has(key)) {
    headers[key] += `, ${value}`;
  }
}

function collect(raw, joins) {
  const headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    addHeader(headers, raw[at], raw[at + 1], joins);
  }
  return headers;
}

function distinct(raw) {
  const headers = Object.create(null);
  for (let at = 0; at < raw.length; at += 2) {
    (headers[raw[at].toLowerCase()] ??= []).push(raw[at + 1]);
  }
  return headers;
}

export class IncomingMessage extends Readable {
  httpVersionMajor = null;
  httpVersionMinor = null;
  httpVersion = null;
  complete = false;
  rawHeaders = [];
  rawTrailers = [];
  joinDuplicateHeaders = false;
  aborted = false;
  upgrade = null;
  url = '';
  method = null;
  statusCode = null;
  statusMessage = null;
  #headers = null;
  #trailers = null;

  constructor(socket) {
    super({ autoDestroy: true, highWaterMark: socket?.readableHighWaterMark });
    this.socket = socket;
    this.client = socket;
    this._consumed = false;
    this._dumped = false;
  }

  get connection() {
    return this.socket;
  }

  set connection(value) {
    this.socket = value;
  }

  get headers() {
    return (this.#headers ??= collect(this.rawHeaders, this.joinDuplicateHeaders));
  }

  set headers(value) {
    this.#headers = value;
  }

  get headersDistinct() {
    return distinct(this.rawHeaders);
  }

  get trailers() {
    return (this.#trailers ??= collect(this.rawTrailers, this.joinDuplicateHeaders));
  }

  set trailers(value) {
    this.#trailers = value;
  }

  get trailersDistinct() {
    return distinct(this.rawTrailers);
  }

  setTimeout(milliseconds, callback) {
    if (callback) {
      this.on('timeout', callback);
    }
    this.socket.setTimeout(milliseconds);
    return this;
  }

  _read() {
    this._consumed = true;
    if (this.socket?.readable) {
      this.socket.resume();
    }
  }

  _destroy(error, callback) {
    let reason = error;
    if (!this.readableEnded || !this.complete) {
      this.aborted = true;
      this.emit('aborted');
    }
    if (this.socket && !this.socket.destroyed && this.aborted) {
      this.socket.destroy(reason);
    }
    // Nobody listens for errors of a message that was cut off unasked: that is no reason to fail.
    if (reason && !this.listenerCount('error')) {
      reason = null;
    }
    process.nextTick(callback, reason);
  }

  /** The peer went away before the end. @internal */
  _cutOff() {
    if (!this.complete && !this.destroyed) {
      this.destroy(resetError('aborted'));
    }
  }

  /** Nobody wants the body: it is read and dropped. @internal */
  _dump() {
    if (!this._dumped) {
      this._dumped = true;
      this.resume();
    }
  }
}
