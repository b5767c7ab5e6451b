/** `tls`: secured client sockets, over a connection of their own or over a given one. Servers are not provided. */
import { builtin, errors, native } from './parts.js';
import { isIP } from './ip-address.js';
import { callable, networkError } from './network-error.js';
import { Socket, connectArguments } from './socket.js';

const { nodeError, notProvided } = errors;
const SERVER_ADVICE = 'secured servers are not; serve in clear on the loopback, or put a proxy before it.';

function textsOf(value) {
  if (value === undefined || value === null) {
    return undefined;
  }
  return [value].flat().map((item) => (typeof item === 'string' ? item : builtin('buffer').Buffer.from(item).toString()));
}

/** A key may come as an object with its passphrase. */
function keyText(key) {
  const first = [key].flat()[0];
  return textsOf(first?.pem ?? first)?.[0];
}

function rejectsByDefault() {
  return builtin('process').env.NODE_TLS_REJECT_UNAUTHORIZED !== '0';
}

function nativeOptions(options, host) {
  const context = { ...options.secureContext?.options, ...options };
  for (const name of ['pfx', 'passphrase']) {
    if (context[name] !== undefined) {
      throw notProvided(`the TLS option ${name}`, 'give the certificate and the key as PEM text in `cert` and `key`.');
    }
  }
  return JSON.stringify({
    servername: options.servername || host,
    ca: textsOf(context.ca) ?? null,
    cert: textsOf(context.cert)?.join('\n') ?? null,
    key: keyText(context.key) ?? null,
    rejectUnauthorized: (options.rejectUnauthorized ?? rejectsByDefault()) !== false,
    ownNameCheck: typeof options.checkServerIdentity === 'function',
    alpn: protocolsOf(options.ALPNProtocols),
  });
}

function protocolsOf(value) {
  if (!value) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.map(String);
  }
  const names = [];
  const bytes = builtin('buffer').Buffer.from(value);
  for (let at = 0; at < bytes.length; at += bytes[at] + 1) {
    names.push(bytes.toString('latin1', at + 1, at + 1 + bytes[at]));
  }
  return names;
}

class PlainTLSSocket extends Socket {
  encrypted = true;
  authorized = false;
  authorizationError = null;
  alpnProtocol = null;
  secureConnecting = true;
  #options;
  #facts = null;

  constructor(socket, options = {}) {
    super({ ...options, highWaterMark: options.highWaterMark });
    this.#options = options;
    this.servername = options.servername;
    this._tlsOptions = options;
    this._parent = socket;
    if (socket) {
      this.connecting = true;
      this._host = options.host ?? socket._host;
      this.#wrap(socket);
    }
  }

  /** Takes a given connection over as soon as it stands. */
  #wrap(socket) {
    const begin = () => {
      if (socket._connection === null || socket._connection === undefined) {
        this.destroy(nodeError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
        return;
      }
      this.connecting = false;
      this.#secure(socket._release());
      this.once('close', () => socket.destroy());
    };
    socket.on('error', (error) => this.destroy(error));
    if (socket.connecting || socket.secureConnecting) {
      socket.once(socket.encrypted ? 'secureConnect' : 'connect', begin);
    } else {
      process.nextTick(begin);
    }
  }

  /** @internal */
  _opened() {
    this.emit('connect');
    this.emit('ready');
    if (!this.destroyed) {
      this.#secure(this._release());
    }
  }

  async #secure(connection) {
    let facts;
    try {
      const host = this.#options.host ?? this._host ?? 'localhost';
      facts = JSON.parse(await native.ops.op_net_start_tls(connection.resource, nativeOptions(this.#options, host)));
    } catch (error) {
      process.nextTick(() => this.destroy(handshakeError(error)));
      return;
    }
    const secured = { ...connection, resource: facts.resource, reading: false };
    process.nextTick(() => this.#finish(secured, facts));
  }

  #finish(connection, facts) {
    if (this.destroyed) {
      native.ops.op_net_close(connection.resource);
      return;
    }
    this.#facts = facts;
    this.secureConnecting = false;
    this.alpnProtocol = facts.alpn ?? false;
    this.authorizationError = facts.authorizationError?.code ?? null;
    this.authorized = this.authorizationError === null;
    this._secured(connection);
    const check = this.#options.checkServerIdentity;
    const problem = typeof check === 'function' && this.#options.rejectUnauthorized !== false
      ? check(this.#options.servername || this.#options.host || this._host, this.getPeerCertificate())
      : undefined;
    if (problem) {
      this.authorized = false;
      this.authorizationError = problem.code ?? problem.message;
      this.destroy(problem);
      return;
    }
    this.emit('secureConnect');
  }

  _destroy(error, callback) {
    this.secureConnecting = false;
    super._destroy(error, callback);
  }

  /** The certificate's bytes and fingerprints; its fields are not read. */
  getPeerCertificate() {
    const [first] = this.#facts?.certificates ?? [];
    if (first === undefined) {
      return {};
    }
    const raw = builtin('buffer').Buffer.from(first);
    const print = (algorithm) => builtin('crypto').createHash(algorithm).update(raw).digest('hex').toUpperCase().match(/../g).join(':');
    return { raw, fingerprint: print('sha1'), fingerprint256: print('sha256') };
  }

  getCipher() {
    return { name: this.#facts?.cipher, standardName: this.#facts?.cipher, version: this.#facts?.protocol };
  }

  getProtocol() {
    return this.#facts?.protocol ?? null;
  }

  getSession() {
    return undefined;
  }

  getFinished() {
    return undefined;
  }

  isSessionReused() {
    return false;
  }

  setServername(name) {
    this.#options.servername = name;
  }

  setSession() {}

  disableRenegotiation() {}

  enableTrace() {}
}

function handshakeError(error) {
  if (error.code === 'ECONNRESET' || error.code === 'ECANCELED') {
    const text = 'Client network socket disconnected before secure TLS connection was established';
    return Object.assign(new Error(text), { code: 'ECONNRESET' });
  }
  return error.code === 'EPROTO' ? Object.assign(new Error(error.message), { code: 'EPROTO' }) : networkError(error, 'connect');
}

Object.defineProperty(PlainTLSSocket, 'name', { value: 'TLSSocket' });
const TLSSocket = callable(PlainTLSSocket);

/** `connect(options)`, `connect(port[, host][, options])`, each with a listener last. */
function connect(...args) {
  const callback = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const last = args.at(-1);
  const [plain] = connectArguments(args);
  const options = { ...plain, ...(last !== null && typeof last === 'object' ? last : {}) };
  const socket = new TLSSocket(options.socket, options);
  if (callback) {
    socket.once('secureConnect', callback);
  }
  if (options.timeout) {
    socket.setTimeout(options.timeout);
  }
  if (!options.socket) {
    socket.connect([options, undefined]);
  }
  return socket;
}

function checkServerIdentity(hostname, certificate) {
  // The native part has compared the name already, unless the script took this over; then it can't be compared here.
  return certificate?.raw === undefined
    ? nodeError(Error, 'ERR_TLS_CERT_ALTNAME_INVALID', `Hostname/IP does not match certificate's altnames: ${hostname}`)
    : undefined;
}

class Server {
  constructor() {
    throw notProvided('tls.Server', SERVER_ADVICE);
  }
}

export { TLSSocket, connect };
export default {
  connect,
  TLSSocket,
  Server,
  createServer() {
    throw notProvided('tls.createServer', SERVER_ADVICE);
  },
  createSecureContext: (options) => ({ options: options ?? {}, context: {} }),
  createSecurePair() {
    throw notProvided('tls.createSecurePair', SERVER_ADVICE);
  },
  checkServerIdentity,
  getCiphers: () => ['tls_aes_128_gcm_sha256', 'tls_aes_256_gcm_sha384', 'tls_chacha20_poly1305_sha256'],
  isIP,
  rootCertificates: [],
  CLIENT_RENEG_LIMIT: 3,
  CLIENT_RENEG_WINDOW: 600,
  DEFAULT_CIPHERS: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
  DEFAULT_ECDH_CURVE: 'auto',
  DEFAULT_MIN_VERSION: 'TLSv1.2',
  DEFAULT_MAX_VERSION: 'TLSv1.3',
};
