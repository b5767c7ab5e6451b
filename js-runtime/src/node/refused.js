/**
 * Modules that load, so that a library which merely requires them works, and whose every function throws one sentence saying what
 * is missing and what to do.
 */
import { builtin } from './registry.js';
import { notProvided } from './errors.js';

const NETWORK = 'migrations reach nothing but MongoDB unless `--allow-net` is given, and this module has no network part yet; fetch the data before the migration and read it from a file.';
const PROCESSES = 'start the program before or after the migration; `--allow-run` has no part here yet.';
const ENGINE = 'it controls Node itself, and mmk-js runs without Node; move this code out of the migration.';

/** Names each module exports as functions or classes, and constants that libraries read while loading. */
const MODULES = {
  child_process: { advice: PROCESSES, functions: ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'], classes: ['ChildProcess'] },
  cluster: { advice: ENGINE, functions: ['fork', 'setupPrimary', 'setupMaster', 'disconnect'], classes: ['Worker'], values: { isMaster: true, isPrimary: true, isWorker: false, workers: {}, settings: {}, SCHED_NONE: 1, SCHED_RR: 2 } },
  dgram: { advice: NETWORK, functions: ['createSocket'], classes: ['Socket'] },
  dns: { advice: NETWORK, functions: ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveSrv', 'resolveTxt', 'resolveMx', 'resolveCname', 'resolveNs', 'reverse', 'setServers', 'getServers', 'setDefaultResultOrder'], classes: ['Resolver'], values: { NOTFOUND: 'ENOTFOUND', NODATA: 'ENODATA', ADDRCONFIG: 32, ALL: 16, V4MAPPED: 8 } },
  'dns/promises': { advice: NETWORK, functions: ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveSrv', 'resolveTxt', 'resolveMx', 'resolveCname', 'reverse', 'setServers', 'getServers'], classes: ['Resolver'] },
  domain: { advice: ENGINE, functions: ['create', 'createDomain'], classes: ['Domain'] },
  http: { advice: NETWORK, functions: ['createServer', 'get', 'request', 'fetch', 'validateHeaderName', 'validateHeaderValue', 'setMaxIdleHTTPParsers'], classes: ['Agent', 'ClientRequest', 'IncomingMessage', 'OutgoingMessage', 'Server', 'ServerResponse'], values: { METHODS: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'], STATUS_CODES: {}, maxHeaderSize: 16384, globalAgent: {} } },
  http2: { advice: NETWORK, functions: ['connect', 'createServer', 'createSecureServer', 'getDefaultSettings'], classes: ['Http2ServerRequest', 'Http2ServerResponse'], values: { constants: {} } },
  https: { advice: NETWORK, functions: ['createServer', 'get', 'request'], classes: ['Agent', 'Server'], values: { globalAgent: {} } },
  inspector: { advice: ENGINE, functions: ['open', 'close', 'waitForDebugger'], classes: ['Session'], values: { url: () => undefined } },
  'inspector/promises': { advice: ENGINE, functions: ['open', 'close', 'waitForDebugger'], classes: ['Session'], values: { url: () => undefined } },
  net: { advice: NETWORK, functions: ['connect', 'createConnection', 'createServer'], classes: ['Server', 'Socket', 'Stream', 'BlockList', 'SocketAddress'], values: { isIP, isIPv4: (text) => isIP(text) === 4, isIPv6: (text) => isIP(text) === 6 } },
  repl: { advice: ENGINE, functions: ['start'], classes: ['REPLServer'] },
  tls: { advice: NETWORK, functions: ['connect', 'createServer', 'createSecureContext', 'createSecurePair', 'checkServerIdentity', 'getCiphers'], classes: ['Server', 'TLSSocket', 'SecureContext'], values: { rootCertificates: [], DEFAULT_MIN_VERSION: 'TLSv1.2', DEFAULT_MAX_VERSION: 'TLSv1.3', DEFAULT_ECDH_CURVE: 'auto' } },
  trace_events: { advice: ENGINE, functions: ['createTracing'], classes: [], values: { getEnabledCategories: () => undefined } },
  vm: { advice: 'evaluating source at run time is switched off; require the file instead.', functions: ['createContext', 'compileFunction', 'measureMemory', 'runInContext', 'runInNewContext', 'runInThisContext'], classes: ['Script', 'Module', 'SourceTextModule'], values: { isContext: () => false, constants: {} } },
};

function isIP(text) {
  const value = `${text}`;
  const octets = value.split('.');
  if (octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)) {
    return 4;
  }
  if (!/^[0-9a-f:.]+(%.+)?$/i.test(value) || !value.includes(':')) {
    return 0;
  }
  try {
    return new URL(`http://[${value.replace(/%.*$/, '')}]`) ? 6 : 0;
  } catch {
    return 0;
  }
}

/** @param {string} name a key of the table above */
export function makeRefusedModule(name) {
  const { advice, functions, classes, values = {} } = MODULES[name];
  const module = { ...values };
  for (const member of functions) {
    module[member] = { [member]() {
      throw notProvided(`${name}.${member}`, advice);
    } }[member];
  }
  // Libraries extend these classes while loading; only `new` is refused.
  for (const member of classes) {
    const { EventEmitter } = builtin('events');
    module[member] = { [member]: class extends EventEmitter {
      constructor() {
        super();
        throw notProvided(`${name}.${member}`, advice);
      }
    } }[member];
  }
  if (name === 'http') {
    module.fetch = async function fetch() {
      throw notProvided('fetch', NETWORK);
    };
  }
  if (name === 'dns') {
    module.promises = makeRefusedModule('dns/promises');
  }
  // `https.globalAgent` and the like are read, and sometimes written, while loading.
  return module;
}
