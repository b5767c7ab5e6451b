/** `http`: client and server over `net`. */
import { Agent, globalAgent } from './agent.js';
import { ClientRequest } from './client-request.js';
import { METHODS, STATUS_CODES, validateHeaderName, validateHeaderValue } from './http-words.js';
import { Server, ServerResponse } from './http-server.js';
import { IncomingMessage } from './incoming-message.js';
import { OutgoingMessage } from './outgoing-message.js';

function request(...args) {
  return new ClientRequest(...args);
}

function get(...args) {
  const made = request(...args);
  made.end();
  return made;
}

let agent = globalAgent;

export default {
  METHODS,
  STATUS_CODES,
  Agent,
  ClientRequest,
  IncomingMessage,
  OutgoingMessage,
  Server,
  ServerResponse,
  createServer: (options, listener) => new Server(options, listener),
  get,
  request,
  maxHeaderSize: 16384,
  setMaxIdleHTTPParsers() {},
  validateHeaderName,
  validateHeaderValue,
  get globalAgent() {
    return agent;
  },
  set globalAgent(value) {
    agent = value;
  },
};
