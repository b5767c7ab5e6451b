/** `https`: the client of `http` over TLS. Servers are not provided. */
import { errors } from './parts.js';
import { Agent as PlainAgent } from './agent.js';
import { ClientRequest } from './client-request.js';
import { callable } from './network-error.js';
import tls from './tls.js';

const { notProvided } = errors;
const ADVICE = 'serve in clear on the loopback, or put a proxy before it.';

/** What makes two secured sockets different, beside their place. */
const NAME_PARTS = ['ca', 'cert', 'clientCertEngine', 'ciphers', 'key', 'pfx', 'rejectUnauthorized', 'servername', 'minVersion', 'maxVersion',
  'secureProtocol', 'crl', 'honorCipherOrder', 'ecdhCurve', 'dhparam', 'secureOptions', 'sessionIdContext', 'sigalgs',
  'privateKeyIdentifier', 'privateKeyEngine'];

class SecureAgent extends PlainAgent {
  constructor(options) {
    super(options);
    this.defaultPort = 443;
    this.protocol = 'https:';
    this.maxCachedSessions = this.options.maxCachedSessions ?? 100;
  }

  createConnection(port, host, options) {
    const settings = [port, host, options].filter((item) => item !== null && typeof item === 'object');
    const merged = Object.assign({}, ...settings);
    if (typeof port === 'number' || typeof port === 'string') {
      merged.port = port;
    }
    if (typeof host === 'string') {
      merged.host = host;
    }
    return tls.connect(merged);
  }

  getName(options = {}) {
    let name = super.getName(options);
    for (const part of NAME_PARTS) {
      name += ':';
      const value = options[part];
      if (value !== undefined && value !== '' && !(part === 'servername' && value === options.host)) {
        name += value;
      }
    }
    return name;
  }
}

Object.defineProperty(SecureAgent, 'name', { value: 'Agent' });
const Agent = callable(SecureAgent);
let globalAgent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });

function request(input, options, callback) {
  // The defaults of `https` go beside whatever was given, in each of its forms.
  if (typeof input === 'string' || input instanceof URL || input?.searchParams) {
    const given = typeof options === 'function' ? [undefined, options] : [options, callback];
    return new ClientRequest(input, { _defaultAgent: globalAgent, ...given[0] }, given[1]);
  }
  return new ClientRequest({ _defaultAgent: globalAgent, ...input }, options);
}

function get(...args) {
  const made = request(...args);
  made.end();
  return made;
}

class Server {
  constructor() {
    throw notProvided('https.Server', ADVICE);
  }
}

export default {
  Agent,
  Server,
  createServer() {
    throw notProvided('https.createServer', ADVICE);
  },
  get,
  request,
  get globalAgent() {
    return globalAgent;
  },
  set globalAgent(value) {
    globalAgent = value;
  },
};
