/** What requests and responses share: headers until they are sent, then a body of known length or in chunks. */
import { Writable } from 'node:stream';
import { builtin, errors } from './parts.js';
import { headersSent, validateHeaderName, validateHeaderValue } from './http-words.js';

const { invalidArgType, nodeError } = errors;

export class OutgoingMessage extends Writable {
  sendDate = false;
  shouldKeepAlive = true;
  useChunkedEncodingByDefault = true;
  chunkedEncoding = false;
  maxRequestsOnConnectionReached = false;
  socket = null;
  req = undefined;
  /** Whether a body may follow at all. */
  _hasBody = true;
  /** The head as it goes out; null as long as headers may change. */
  _header = null;
  _removedHeader = {};
  _trailer = '';
  /** @type {Map<string, [string, unknown]>} by lower-case name */
  #headers = new Map();
  #expected = null;

  constructor(options) {
    super({ decodeStrings: false, autoDestroy: false, emitClose: false, highWaterMark: options?.highWaterMark, defaultEncoding: 'utf8' });
  }

  get headersSent() {
    return this._header !== null;
  }

  get connection() {
    return this.socket;
  }

  set connection(value) {
    this.socket = value;
  }

  /** Libraries of old ask for this. */
  get finished() {
    return this.writableEnded;
  }

  set finished(_value) {}

  setHeader(name, value) {
    if (this._header !== null) {
      throw headersSent('set');
    }
    validateHeaderName(name);
    validateHeaderValue(name, value);
    this.#headers.set(name.toLowerCase(), [name, value]);
    return this;
  }

  setHeaders(headers) {
    const entries = headers instanceof Map ? headers : headers?.entries?.();
    if (entries === undefined) {
      throw invalidArgType('headers', ['Headers', 'Map'], headers);
    }
    for (const [name, value] of entries) {
      this.setHeader(name, value);
    }
    return this;
  }

  appendHeader(name, value) {
    const present = this.getHeader(name);
    this.setHeader(name, present === undefined ? value : [present, value].flat());
    return this;
  }

  getHeader(name) {
    if (typeof name !== 'string') {
      throw invalidArgType('name', 'string', name);
    }
    return this.#headers.get(name.toLowerCase())?.[1];
  }

  getHeaderNames() {
    return [...this.#headers.keys()];
  }

  getRawHeaderNames() {
    return [...this.#headers.values()].map(([name]) => name);
  }

  getHeaders() {
    const headers = Object.create(null);
    for (const [key, [, value]] of this.#headers) {
      headers[key] = value;
    }
    return headers;
  }

  hasHeader(name) {
    if (typeof name !== 'string') {
      throw invalidArgType('name', 'string', name);
    }
    return this.#headers.has(name.toLowerCase());
  }

  removeHeader(name) {
    if (typeof name !== 'string') {
      throw invalidArgType('name', 'string', name);
    }
    if (this._header !== null) {
      throw headersSent('remove');
    }
    this._removedHeader[name.toLowerCase()] = true;
    this.#headers.delete(name.toLowerCase());
  }

  addTrailers(trailers) {
    for (const [name, value] of Array.isArray(trailers) ? trailers : Object.entries(trailers)) {
      validateHeaderName(name, 'Trailer name');
      validateHeaderValue(name, value);
      this._trailer += `${name}: ${value}\r\n`;
    }
  }

  setTimeout(milliseconds, callback) {
    if (callback) {
      this.on('timeout', callback);
    }
    if (this.socket) {
      this.socket.setTimeout(milliseconds);
    } else {
      this.once('socket', (socket) => socket.setTimeout(milliseconds));
    }
    return this;
  }

  flushHeaders() {
    if (this._header === null) {
      this._implicitHeader();
    }
    this._flushHead();
  }

  /** Headers given as an array of pairs or a flat list go out as they are. @internal */
  _rawHeaders = null;

  /**
   * Makes the head. The last headers depend on the body: its length, if it is known, else chunks.
   * @internal
   */
  _storeHeader(firstLine) {
    const lines = [];
    const has = { connection: false, length: false, encoding: false, date: false };
    const add = (name, value) => {
      validateHeaderName(name);
      for (const item of Array.isArray(value) && name.toLowerCase() !== 'cookie' ? value : [Array.isArray(value) ? value.join('; ') : value]) {
        validateHeaderValue(name, item);
        lines.push(`${name}: ${item}`);
        this.#note(name.toLowerCase(), `${item}`, has);
      }
    };
    for (const [name, value] of this._rawHeaders ?? this.#headers.values()) {
      add(name, value);
    }
    if (this.sendDate && !has.date) {
      lines.push(`Date: ${new Date().toUTCString()}`);
    }
    this.#addConnection(lines, has);
    this.#addLength(lines, has);
    this._header = `${firstLine}${lines.join('\r\n')}${lines.length > 0 ? '\r\n' : ''}\r\n`;
  }

  #note(key, value, has) {
    if (key === 'connection') {
      has.connection = true;
      this._removedHeader.connection = false;
      if (/(?:^|\W)close(?:$|\W)/i.test(value)) {
        this._last = true;
      } else {
        this.shouldKeepAlive = true;
      }
    } else if (key === 'transfer-encoding') {
      has.encoding = true;
      this.chunkedEncoding ||= /(?:^|\W)chunked(?:$|\W)/i.test(value);
    } else if (key === 'content-length') {
      has.length = true;
      this.#expected = Number(value);
    } else if (key === 'date') {
      has.date = true;
    }
  }

  #addConnection(lines, has) {
    if (has.connection || this._removedHeader.connection) {
      return;
    }
    const keeps = this.shouldKeepAlive && (has.length || this.useChunkedEncodingByDefault || this.agent);
    if (keeps && !this.maxRequestsOnConnectionReached) {
      lines.push('Connection: keep-alive', ...this._keepAliveHint());
    } else {
      this._last = true;
      lines.push('Connection: close');
    }
  }

  _keepAliveHint() {
    return [];
  }

  #addLength(lines, has) {
    if (has.length || has.encoding) {
      return;
    }
    if (!this._hasBody) {
      this.chunkedEncoding = false;
    } else if (!this.useChunkedEncodingByDefault) {
      this._last = true;
    } else if (!this._removedHeader['content-length'] && typeof this._contentLength === 'number') {
      lines.push(`Content-Length: ${this._contentLength}`);
    } else if (!this._removedHeader['transfer-encoding']) {
      lines.push('Transfer-Encoding: chunked');
      this.chunkedEncoding = true;
    } else {
      this._last = true;
    }
  }

  write(chunk, encoding, callback) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'string' && !ArrayBuffer.isView(chunk)) {
      throw invalidArgType('chunk', ['string', 'Buffer', 'Uint8Array'], chunk);
    }
    if (!this.writableEnded && !this.destroyed && this._header === null) {
      this._implicitHeader();
    }
    return super.write(chunk, encoding, callback);
  }

  end(chunk, encoding, callback) {
    const [data, format, done] = typeof chunk === 'function' ? [undefined, undefined, chunk] : typeof encoding === 'function' ? [chunk, undefined, encoding] : [chunk, encoding, callback];
    if (this.writableEnded) {
      if (typeof done === 'function') {
        const code = this.writableFinished ? ['ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished'] : undefined;
        if (code) {
          process.nextTick(done, nodeError(Error, ...code));
        } else {
          this.once('finish', done);
        }
      }
      return this;
    }
    if (data !== undefined && data !== null && typeof data !== 'string' && !ArrayBuffer.isView(data)) {
      throw invalidArgType('chunk', ['string', 'Buffer', 'Uint8Array'], data);
    }
    if (this._header === null) {
      this._contentLength = data ? lengthOf(data, format) : 0;
      this._implicitHeader();
    }
    const isEmpty = data === undefined || data === null || data.length === 0;
    super.end(isEmpty ? undefined : data, format, done);
    return this;
  }

  _write(chunk, encoding, callback) {
    this._writev([{ chunk, encoding }], callback);
  }

  _writev(chunks, callback) {
    if (!this._hasBody) {
      callback();
      return;
    }
    const { Buffer } = builtin('buffer');
    const parts = [];
    for (const { chunk, encoding } of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding === 'buffer' ? 'utf8' : encoding) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (bytes.length === 0) {
        continue;
      }
      if (this.chunkedEncoding) {
        parts.push(Buffer.from(`${bytes.length.toString(16)}\r\n`, 'latin1'), bytes, Buffer.from('\r\n', 'latin1'));
      } else {
        parts.push(bytes);
      }
    }
    // The last chunk goes out together with the end.
    if (this.chunkedEncoding && this.writableEnded) {
      this._lastSent = true;
      parts.push(Buffer.from(`0\r\n${this._trailer}\r\n`, 'latin1'));
    }
    this._send(parts, callback);
  }

  _final(callback) {
    const rest = this.chunkedEncoding && this._hasBody && !this._lastSent ? [builtin('buffer').Buffer.from(`0\r\n${this._trailer}\r\n`, 'latin1')] : [];
    this._send(rest, (error) => {
      callback(error);
      if (!error) {
        this._finish();
      }
    });
  }

  _finish() {}

  _flushHead() {
    this._send([], () => {});
  }

  /** Everything goes out in order: the head before the first bytes. @internal */
  _send(parts, callback) {
    this._whenSocket((socket) => {
      const { Buffer } = builtin('buffer');
      const all = this._headSent ? parts : [Buffer.from(this._header, 'latin1'), ...parts];
      this._headSent = true;
      if (all.length === 0) {
        process.nextTick(callback);
      } else if (socket.destroyed || !socket.writable) {
        process.nextTick(callback);
      } else {
        socket.write(all.length === 1 ? all[0] : Buffer.concat(all), () => callback());
      }
    });
  }
}

function lengthOf(data, encoding) {
  return typeof data === 'string' ? builtin('buffer').Buffer.byteLength(data, encoding) : data.byteLength;
}
