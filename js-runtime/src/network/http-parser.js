/** Glue to the package http-parser-js: bytes of a socket in, an IncomingMessage's head, body and end out. */
import { HTTPParser } from 'http-parser-js';
import { IncomingMessage } from './incoming-message.js';

/**
 * @typedef {object} MessageEvents
 * @property {(message: IncomingMessage, keepsAlive: boolean) => boolean} head returns whether the body is to be skipped
 * @property {(message: IncomingMessage) => void} end
 */

/** One parser per connection; messages follow one another. */
export class MessageParser {
  #parser;
  #socket;
  #events;
  #Message;
  #message = null;

  /**
   * @param {'REQUEST'|'RESPONSE'} kind
   * @param {object} socket
   * @param {MessageEvents} events
   */
  constructor(kind, socket, events, Message = IncomingMessage) {
    this.#socket = socket;
    this.#events = events;
    this.#Message = Message;
    const parser = new HTTPParser(HTTPParser[kind]);
    parser[HTTPParser.kOnHeadersComplete] = (info) => this.#head(kind, info);
    parser[HTTPParser.kOnBody] = (buffer, offset, length) => this.#body(buffer.subarray(offset, offset + length));
    parser[HTTPParser.kOnMessageComplete] = () => this.#end();
    parser[HTTPParser.kOnHeaders] = (headers) => this.#trailers(headers);
    this.#parser = parser;
  }

  get message() {
    return this.#message;
  }

  #head(kind, info) {
    const message = new this.#Message(this.#socket);
    message.httpVersionMajor = info.versionMajor;
    message.httpVersionMinor = info.versionMinor;
    message.httpVersion = `${info.versionMajor}.${info.versionMinor}`;
    message.rawHeaders = [...info.headers];
    message.upgrade = info.upgrade;
    if (kind === 'REQUEST') {
      message.method = typeof info.method === 'number' ? HTTPParser.methods[info.method] : info.method;
      message.url = info.url;
    } else {
      message.statusCode = info.statusCode;
      message.statusMessage = info.statusMessage;
    }
    this.#message = message;
    return this.#events.head(message, info.shouldKeepAlive);
  }

  #body(bytes) {
    const message = this.#message;
    if (!message._dumped && !message.destroyed && !message.push(bytes)) {
      this.#socket.pause();
    }
  }

  #trailers(headers) {
    this.#message?.rawTrailers.push(...headers);
  }

  #end() {
    const message = this.#message;
    this.#message = null;
    if (message === null) {
      return;
    }
    message.complete = true;
    message.push(null);
    // Nobody asks for more of a body that has come whole: what paused the socket for it would keep the next message out.
    if (this.#socket?.readable) {
      this.#socket.resume();
    }
    this.#events.end(message);
  }

  /** @returns {Error|Uint8Array} what follows the message when it changed the protocol, else nothing left */
  execute(bytes) {
    const used = this.#parser.execute(bytes);
    if (used instanceof Error) {
      return parseError(used, bytes);
    }
    return bytes.subarray(used);
  }

  /** The peer said goodbye: a body without a length ends here. @returns {Error|undefined} */
  finish() {
    const problem = this.#parser.finish();
    return problem instanceof Error ? parseError(problem) : undefined;
  }
}

function parseError(cause, bytes) {
  const error = new Error(`Parse Error: ${cause.message.replace(/^Parse Error:?\s*/, '') || 'Invalid response'}`);
  error.code = cause.code && cause.code !== 'ERR' ? cause.code : 'HPE_INVALID_CONSTANT';
  error.bytesParsed = 0;
  if (bytes !== undefined) {
    error.rawPacket = bytes;
  }
  return error;
}
