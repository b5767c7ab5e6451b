/** One host of a connection string. */

import { MongoParseError, MongoRuntimeError } from './errors.js';

const DEFAULT_PORT = 27017;

/** A host with its port, or the path of a socket. */
export class HostAddress {
  constructor(text) {
    this.host = undefined;
    this.port = undefined;
    this.socketPath = undefined;
    this.isIPv6 = false;
    const escaped = text.split(' ').join('%20');
    if (escaped.endsWith('.sock')) {
      this.socketPath = decodeURIComponent(escaped);
      return;
    }
    const { hostname, port } = parseHost(escaped);
    const decoded = decodeURIComponent(hostname).toLowerCase();
    this.isIPv6 = decoded.startsWith('[') && decoded.endsWith(']');
    this.host = this.isIPv6 ? decoded.slice(1, -1) : decoded;
    this.port = port === '' ? DEFAULT_PORT : Number.parseInt(port, 10);
    if (this.port === 0) throw new MongoParseError('Invalid port (zero) with hostname');
    Object.freeze(this);
  }

  static fromString(text) {
    return new HostAddress(text);
  }

  static fromHostPort(host, port) {
    return new HostAddress(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  }

  toHostPort() {
    if (this.socketPath) return { host: this.socketPath, port: 0 };
    return { host: this.host ?? '', port: this.port ?? 0 };
  }

  inspect() {
    return `new HostAddress('${this}')`;
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return this.inspect();
  }

  toString() {
    if (typeof this.host !== 'string') return `${this.socketPath}`;
    return this.isIPv6 ? `[${this.host}]:${this.port}` : `${this.host}:${this.port}`;
  }
}

function parseHost(escaped) {
  try {
    // A scheme without rules of its own keeps the host as it is written.
    return new URL(`host://${escaped}`);
  } catch (cause) {
    throw new MongoRuntimeError(`Unable to parse ${escaped} with URL`, { cause });
  }
}
