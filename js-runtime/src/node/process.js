/**
 * `process`: facts come from native ops on first use; the environment is a view that asks permission per name and keeps changes to
 * this isolate. Exit is the host's decision.
 */
import { builtin, defineLazy, native } from './registry.js';
import { invalidArgType, nodeError, notProvided, outOfRange, validateFunction, validateString } from './errors.js';
import { makeEnvironment } from './process-environment.js';
import { EventEmitter } from './events.js';
import { configureProcess, settings } from './process-settings.js';

const NODE_VERSION = '20.19.0';

class Process extends EventEmitter {}
Object.defineProperty(Process.prototype, Symbol.toStringTag, { value: 'process', configurable: true });
Object.defineProperty(Process, 'name', { value: 'process' });

const process = new Process();
let facts;
let exitCode;
let exiting = false;
let fileMode = 0o22;

/** {argv0, execPath, pid, ppid, platform, arch, uid, gid, euid, egid, folder} */
function fact(name) {
  facts ??= JSON.parse(native.ops.op_node_process_facts());
  return facts[name];
}

export { configureProcess };

function checkExitCode(code) {
  if (code === undefined || code === null) {
    return undefined;
  }
  const number = typeof code === 'string' && code !== '' ? Number(code) : code;
  if (typeof number !== 'number' || Number.isNaN(number)) {
    throw invalidArgType('code', 'number', code);
  }
  if (!Number.isInteger(number)) {
    throw outOfRange('code', 'an integer', code);
  }
  return number;
}

/** Emits 'exit' once and gives the code that counts in the end. The host calls it when nothing is left to do. */
export function emitExit(code) {
  if (code !== undefined) {
    exitCode = code;
  }
  if (!exiting) {
    exiting = true;
    process.emit('exit', exitCode ?? 0);
  }
  return exitCode ?? 0;
}

/** Emits 'beforeExit'; listeners may start new work. */
export function emitBeforeExit() {
  return process.emit('beforeExit', exitCode ?? 0);
}

/** @returns {boolean} whether a listener took the error */
export function emitUncaughtException(error, origin = 'uncaughtException') {
  process.emit('uncaughtExceptionMonitor', error, origin);
  return process.emit('uncaughtException', error, origin);
}

/** @returns {boolean} whether a listener took the rejection */
export function emitUnhandledRejection(reason, promise) {
  return process.emit('unhandledRejection', reason, promise);
}

function nextTick(callback, ...args) {
  validateFunction(callback, 'callback');
  const { core } = native;
  core.queueNextTick({ callback, args: args.length > 0 ? args : undefined, snapshot: core.getAsyncContext(), asyncId: 0, triggerAsyncId: 0 });
}

function hrtime(previous) {
  const now = native.ops.op_node_hrtime();
  const seconds = Number(now / 1_000_000_000n);
  const nanoseconds = Number(now % 1_000_000_000n);
  if (previous === undefined) {
    return [seconds, nanoseconds];
  }
  const before = BigInt(previous[0]) * 1_000_000_000n + BigInt(previous[1]);
  const difference = now - before;
  return [Number(difference / 1_000_000_000n), Number(difference % 1_000_000_000n)];
}
hrtime.bigint = () => native.ops.op_node_hrtime();

function memoryUsage() {
  const { rss, heapTotal, heapUsed, external } = JSON.parse(native.ops.op_node_memory());
  return { rss, heapTotal, heapUsed, external, arrayBuffers: 0 };
}
memoryUsage.rss = () => memoryUsage().rss;

const shownOnce = new Set();

function emitWarning(warning, typeOrOptions, codeGiven) {
  const options = typeof typeOrOptions === 'object' && typeOrOptions !== null ? typeOrOptions : { type: typeOrOptions, code: codeGiven };
  let error = warning;
  if (typeof warning === 'string') {
    error = new Error(warning);
    error.name = typeof options.type === 'string' ? options.type : 'Warning';
    if (typeof options.code === 'string') {
      error.code = options.code;
    }
    if (options.detail !== undefined) {
      error.detail = options.detail;
    }
  } else if (!(warning instanceof Error)) {
    throw invalidArgType('warning', ['Error', 'string'], warning);
  }
  if (error.name === 'DeprecationWarning' && process.noDeprecation) {
    return;
  }
  nextTick(() => {
    process.emit('warning', error);
    printWarning(error);
  });
}

function printWarning(error) {
  const key = `${error.code ?? ''}${error.message}`;
  if (error.name === 'DeprecationWarning' && shownOnce.has(key)) {
    return;
  }
  shownOnce.add(key);
  const code = error.code === undefined ? '' : `[${error.code}] `;
  const detail = typeof error.detail === 'string' ? `\n${error.detail}` : '';
  native.host.write(2, `(node:${process.pid}) ${code}${error.name}: ${error.message}${detail}\n`);
}

function refuse(name, advice) {
  return () => {
    throw notProvided(`process.${name}`, advice);
  };
}

Object.assign(process, {
  title: 'mmk-js',
  version: `v${NODE_VERSION}`,
  versions: { node: NODE_VERSION, v8: '15.0', uv: '1.46.0', zlib: '1.3', modules: '115', openssl: '3.0.15', unicode: '16.0' },
  release: { name: 'node', lts: 'Iron' },
  features: { inspector: false, debug: false, uv: true, ipv6: true, tls_alpn: true, tls_sni: true, tls_ocsp: true, tls: true, cached_builtins: true },
  config: { target_defaults: {}, variables: {} },
  execArgv: [],
  debugPort: 9229,
  allowedNodeEnvironmentFlags: new Set(),
  noDeprecation: false,
  cwd: () => fact('folder'),
  chdir: refuse('chdir', 'other migrations of the same run rely on the working directory; use `path.resolve(__dirname, ...)`.'),
  exit(code) {
    const checked = checkExitCode(code);
    const final = emitExit(checked ?? exitCode);
    native.host.exit(final);
    // Only reached where the host does not stop the isolate at once.
    throw nodeError(Error, 'ERR_PROCESS_EXIT', `process.exit was called with ${final}`);
  },
  abort() {
    native.host.exit(134);
  },
  reallyExit: (code) => native.host.exit(code ?? 0),
  kill: refuse('kill', 'a migration may not signal other processes.'),
  nextTick,
  hrtime,
  memoryUsage,
  emitWarning,
  uptime: () => native.ops.op_node_uptime(),
  cpuUsage(previous) {
    const { user, system } = JSON.parse(native.ops.op_node_cpu());
    return { user: user - (previous?.user ?? 0), system: system - (previous?.system ?? 0) };
  },
  resourceUsage() {
    const { user, system } = JSON.parse(native.ops.op_node_cpu());
    return { userCPUTime: user, systemCPUTime: system, maxRSS: Math.round(memoryUsage().rss / 1024) };
  },
  constrainedMemory: () => 0,
  availableMemory: () => JSON.parse(native.ops.op_node_os_memory()).free,
  umask(mode) {
    const before = fileMode;
    if (mode !== undefined) {
      fileMode = typeof mode === 'string' ? Number.parseInt(mode, 8) : mode;
    }
    return before;
  },
  getuid: () => fact('uid'),
  geteuid: () => fact('euid'),
  getgid: () => fact('gid'),
  getegid: () => fact('egid'),
  getgroups: () => [fact('gid')],
  getActiveResourcesInfo: () => [],
  binding: refuse('binding', 'it reaches into Node itself.'),
  dlopen: refuse('dlopen', 'native addons can\'t load without Node.'),
  setUncaughtExceptionCaptureCallback(callback) {
    process.removeAllListeners('uncaughtException');
    if (callback !== null) {
      process.on('uncaughtException', callback);
    }
  },
  hasUncaughtExceptionCaptureCallback: () => process.listenerCount('uncaughtException') > 0,
  setSourceMapsEnabled() {},
  getBuiltinModule(name) {
    validateString(name, 'id');
    return builtin('module').isBuiltin(name) ? builtin(name.replace(/^node:/, '')) : undefined;
  },
});

defineLazy(process, 'argv', () => settings.argv ?? [fact('execPath')], true);
defineLazy(process, 'argv0', () => fact('argv0'), true);
defineLazy(process, 'execPath', () => fact('execPath'), true);
for (const name of ['pid', 'ppid', 'platform', 'arch']) {
  defineLazy(process, name, () => fact(name), true);
}
defineLazy(process, 'env', makeEnvironment, true);
defineLazy(process, 'stdout', () => builtin('internal/process-streams').stdout, true);
defineLazy(process, 'stderr', () => builtin('internal/process-streams').stderr, true);
defineLazy(process, 'stdin', () => builtin('internal/process-streams').stdin, true);
defineLazy(process, 'report', () => ({ getReport: () => ({}), writeReport: refuse('report.writeReport', 'reports belong to Node.') }), true);

Object.defineProperty(process, 'exitCode', {
  get: () => exitCode,
  set(code) {
    exitCode = checkExitCode(code);
  },
  enumerable: true,
  configurable: true,
});
process.off = process.removeListener;

export default process;
