/**
 * Modules that load, so that a library which merely requires them works, and whose every function throws one sentence saying what
 * is missing and what to do.
 */
import { builtin } from './registry.js';
import { notProvided } from './errors.js';

const NETWORK = 'of the network there are `http`, `https`, `net`, `tls`, `dns` and `fetch`, behind `--allow-net`.';
const ENGINE = 'it controls Node itself, and mmk-js runs without Node; move this code out of the migration.';

/** Names each module exports as functions or classes, and constants that libraries read while loading. */
const MODULES = {
  cluster: { advice: ENGINE, functions: ['fork', 'setupPrimary', 'setupMaster', 'disconnect'], classes: ['Worker'], values: { isMaster: true, isPrimary: true, isWorker: false, workers: {}, settings: {}, SCHED_NONE: 1, SCHED_RR: 2 } },
  dgram: { advice: NETWORK, functions: ['createSocket'], classes: ['Socket'] },
  domain: { advice: ENGINE, functions: ['create', 'createDomain'], classes: ['Domain'] },
  http2: { advice: NETWORK, functions: ['connect', 'createServer', 'createSecureServer', 'getDefaultSettings'], classes: ['Http2ServerRequest', 'Http2ServerResponse'], values: { constants: {} } },
  inspector: { advice: ENGINE, functions: ['open', 'close', 'waitForDebugger'], classes: ['Session'], values: { url: () => undefined } },
  'inspector/promises': { advice: ENGINE, functions: ['open', 'close', 'waitForDebugger'], classes: ['Session'], values: { url: () => undefined } },
  repl: { advice: ENGINE, functions: ['start'], classes: ['REPLServer'] },
  trace_events: { advice: ENGINE, functions: ['createTracing'], classes: [], values: { getEnabledCategories: () => undefined } },
  vm: { advice: 'evaluating source at run time is switched off; require the file instead.', functions: ['createContext', 'compileFunction', 'measureMemory', 'runInContext', 'runInNewContext', 'runInThisContext'], classes: ['Script', 'Module', 'SourceTextModule'], values: { isContext: () => false, constants: {} } },
};

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
  // `https.globalAgent` and the like are read, and sometimes written, while loading.
  return module;
}
