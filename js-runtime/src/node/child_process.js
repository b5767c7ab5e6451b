/**
 * `child_process`: programs run natively, behind the permission to run programs. `inherit` for the child's output goes through the host's
 * printing, so that what is JSON stays JSON. There are no channels between processes: `fork` says so.
 */
import { builtin, native } from './registry.js';
import { accessDenied } from './access.js';
import { abortError, invalidArgType, invalidArgValue, nodeError, notProvided, validateString } from './errors.js';
import { errnoName, osConstants } from './constants.js';

const SHELL = '/bin/sh';
const MAX_BUFFER = 1024 * 1024;
const EMPTY = new Uint8Array(0);
const signals = () => osConstants().signals;

/** @param {string|number|undefined} signal */
function signalNumber(signal = 'SIGTERM') {
  if (typeof signal === 'number') {
    return signal;
  }
  const number = signals()[`${signal}`.toUpperCase()];
  if (number === undefined) {
    throw nodeError(TypeError, 'ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`);
  }
  return number;
}

const signalName = (number) => (number === null || number === undefined ? null : (Object.keys(signals()).find((name) => signals()[name] === number) ?? null));

/** One of Node's ways to say where a stream of the child leads. */
function pipeKind(value, position) {
  if (value === undefined || value === null || value === 'pipe' || value === 'overlapped') {
    return 'pipe';
  }
  if (value === 'ignore' || value === 'inherit') {
    return value;
  }
  if (value === position || value === builtin('process')[['stdin', 'stdout', 'stderr'][position]]) {
    return 'inherit';
  }
  if (value === 'ipc') {
    throw notProvided('child_process with `ipc`', 'scripts exchange no messages with processes; use stdin and stdout.');
  }
  throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'stdio' is invalid. Received ${builtin('internal/inspect').inspect(value)}; files and further streams are not provided in mmk-js`);
}

function pipeKinds(stdio = 'pipe') {
  const list = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  if (list.length > 3 && list.slice(3).some((value) => value !== 'ignore' && value !== null && value !== undefined)) {
    pipeKind(list[3], 3);
  }
  return [0, 1, 2].map((position) => pipeKind(list[position], position));
}

/** `spawn(file, args?, options?)` with the arguments sorted out. */
function readArguments(file, args, options) {
  validateString(file, 'file');
  if (file === '') {
    throw invalidArgValue('file', file, 'cannot be empty');
  }
  if (Array.isArray(args)) {
    return { file, args: [...args], options: options ?? {} };
  }
  if (args !== undefined && args !== null && typeof args !== 'object') {
    throw invalidArgType('args', 'object', args);
  }
  return { file, args: [], options: (args ?? options) || {} };
}

function environmentOf({ env }) {
  const all = env ?? builtin('process').env;
  return Object.fromEntries(Object.keys(all).filter((name) => all[name] !== undefined).map((name) => [name, `${all[name]}`]));
}

/** What the native side gets, and what `spawnargs` and errors show. */
function describeStart({ file, args, options }) {
  const isShell = Boolean(options.shell);
  const shell = typeof options.shell === 'string' ? options.shell : SHELL;
  const command = [file, ...args].join(' ');
  const started = isShell ? { file: shell, arguments: ['-c', command] } : { file, arguments: args.map(String) };
  const folder = options.cwd instanceof URL ? builtin('url').fileURLToPath(options.cwd) : options.cwd;
  if (folder !== undefined && folder !== null && typeof folder !== 'string') {
    throw invalidArgType('options.cwd', ['string', 'URL'], folder);
  }
  const [stdin, stdout, stderr] = pipeKinds(options.stdio);
  const wanted = {
    ...started,
    argv0: options.argv0,
    folder: folder ?? undefined,
    environment: environmentOf(options),
    stdin,
    // The host prints for the child, so that its lines and ours stay in order.
    stdout: stdout === 'inherit' ? 'pipe' : stdout,
    stderr: stderr === 'inherit' ? 'pipe' : stderr,
    detached: options.detached === true,
    uid: options.uid,
    gid: options.gid,
  };
  return { wanted, spawnfile: started.file, spawnargs: [options.argv0 ?? started.file, ...started.arguments], inherited: { 1: stdout === 'inherit', 2: stderr === 'inherit' } };
}

/** An error of the system with Node's fields. */
function systemError(error, syscall, start) {
  if (error?.code === 'ERR_ACCESS_DENIED') {
    return accessDenied(error);
  }
  if (typeof error?.errno !== 'number') {
    return error;
  }
  const code = errnoName(error.errno) ?? error.code;
  const shown = new Error(`${syscall} ${code}`);
  Object.assign(shown, { errno: error.errno, code, syscall });
  if (start !== undefined) {
    Object.assign(shown, { path: start.spawnfile, spawnargs: start.spawnargs.slice(1) });
  }
  return shown;
}

function makeReadable(id, stream) {
  const { Readable } = builtin('stream');
  return new Readable({
    read() {
      native.ops.op_node_child_read(id, stream).then(
        (bytes) => this.push(bytes.length === 0 ? null : builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
        (error) => this.destroy(systemError(error, 'read')),
      );
    },
  });
}

function makeWritable(id) {
  const { Writable } = builtin('stream');
  const { Buffer } = builtin('buffer');
  return new Writable({
    write(chunk, encoding, callback) {
      native.ops.op_node_child_write(id, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk).then(() => callback(), (error) => callback(systemError(error, 'write')));
    },
    final(callback) {
      native.ops.op_node_child_end_input(id).then(() => callback());
    },
    destroy(error, callback) {
      native.ops.op_node_child_end_input(id).then(() => callback(error));
    },
  });
}

const { EventEmitter } = builtin('events');

export class ChildProcess extends EventEmitter {
  #id;
  #waiting;

  constructor() {
    super();
    Object.assign(this, { pid: undefined, stdin: null, stdout: null, stderr: null, stdio: [null, null, null], exitCode: null, signalCode: null, killed: false, connected: false, spawnfile: null, spawnargs: [] });
  }

  /** Starts the program; what goes wrong is told by the event 'error', a refusal is thrown. */
  begin(start) {
    const { wanted, spawnfile, spawnargs, inherited } = start;
    Object.assign(this, { spawnfile, spawnargs });
    let started;
    try {
      started = JSON.parse(native.ops.op_node_child_spawn(JSON.stringify(wanted)));
    } catch (error) {
      const shown = systemError(error, `spawn ${spawnfile}`, start);
      if (shown.syscall === undefined) {
        throw shown;
      }
      this.#failToStart(shown, wanted);
      return;
    }
    this.#id = started.id;
    this.pid = started.pid;
    this.stdin = wanted.stdin === 'pipe' ? makeWritable(started.id) : null;
    const outputs = ['stdout', 'stderr'].map((name, index) => (wanted[name] === 'pipe' ? makeReadable(started.id, index + 1) : null));
    outputs.forEach((stream, index) => {
      if (inherited[index + 1]) {
        stream.on('data', (bytes) => native.host.write(index + 1, bytes));
      }
    });
    [this.stdout, this.stderr] = outputs.map((stream, index) => (inherited[index + 1] ? null : stream));
    this.stdio = [this.stdin, this.stdout, this.stderr];
    builtin('process').nextTick(() => this.emit('spawn'));
    this.#watch(outputs.filter((stream) => stream !== null));
  }

  #failToStart(error, wanted) {
    const { Readable, Writable } = builtin('stream');
    this.exitCode = error.errno;
    this.stdin = wanted.stdin === 'pipe' ? new Writable({ write: (_chunk, _encoding, callback) => callback() }) : null;
    [this.stdout, this.stderr] = ['stdout', 'stderr'].map((name) => (wanted[name] === 'pipe' ? Readable.from([]) : null));
    this.stdio = [this.stdin, this.stdout, this.stderr];
    builtin('process').nextTick(() => {
      this.emit('error', error);
      this.emit('close', error.errno, null);
    });
  }

  /** 'exit' when the program has ended, 'close' when its output has been read, too. */
  async #watch(outputs) {
    const closed = outputs.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    this.#waiting = native.ops.op_node_child_wait(this.#id);
    const { code, signal } = JSON.parse(await this.#waiting);
    this.exitCode = code;
    this.signalCode = signalName(signal);
    this.stdin?.destroy();
    this.emit('exit', this.exitCode, this.signalCode);
    // Output that nobody reads is thrown away, as Node does.
    outputs.filter((stream) => stream.readableFlowing === null && stream.listenerCount('readable') === 0).forEach((stream) => stream.resume());
    await Promise.all(closed);
    native.ops.op_node_child_forget(this.#id);
    this.emit('close', this.exitCode, this.signalCode);
  }

  kill(signal) {
    const number = signalNumber(signal);
    const isSent = this.#id !== undefined && native.ops.op_node_child_kill(this.#id, number);
    this.killed ||= isSent && number !== 0;
    return isSent;
  }

  ref() {
    if (this.#waiting !== undefined) {
      native.core.refOpPromise(this.#waiting);
    }
  }

  unref() {
    if (this.#waiting !== undefined) {
      native.core.unrefOpPromise(this.#waiting);
    }
  }

  send() {
    throw notProvided('ChildProcess.send', 'scripts exchange no messages with processes; use stdin and stdout.');
  }

  disconnect() {}

  [Symbol.dispose ?? Symbol.for('nodejs.dispose')]() {
    this.kill();
  }
}

export function spawn(file, args, options) {
  const given = readArguments(file, args, options);
  const child = new ChildProcess();
  const { timeout, killSignal, signal } = given.options;
  if (signal?.aborted) {
    builtin('process').nextTick(() => child.emit('error', abortError(signal)));
    return child;
  }
  child.begin(describeStart(given));
  if (timeout > 0) {
    const timer = setTimeout(() => child.kill(killSignal), timeout);
    child.once('exit', () => clearTimeout(timer));
  }
  if (signal !== undefined) {
    const abort = () => {
      child.kill(killSignal);
      child.emit('error', abortError(signal));
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('exit', () => signal.removeEventListener('abort', abort));
  }
  return child;
}

/** Collects a stream as text or bytes, up to a size. */
function collect(stream, name, { encoding, maxBuffer }, tooMuch) {
  const { Buffer } = builtin('buffer');
  const chunks = [];
  let length = 0;
  const isText = encoding !== null && encoding !== 'buffer' && Buffer.isEncoding(encoding);
  if (isText) {
    stream?.setEncoding(encoding);
  }
  stream?.on('data', (chunk) => {
    const size = isText ? Buffer.byteLength(chunk, encoding) : chunk.length;
    if (length + size > maxBuffer) {
      chunks.push(chunk.slice(0, maxBuffer - length));
      length = maxBuffer;
      tooMuch(nodeError(RangeError, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER', `${name} maxBuffer length exceeded`));
      return;
    }
    length += size;
    chunks.push(chunk);
  });
  return () => (isText ? chunks.join('') : Buffer.concat(chunks));
}

export function execFile(file, ...rest) {
  const callback = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const { args, options: given } = readArguments(file, rest[0], rest[1]);
  const options = { encoding: 'utf8', timeout: 0, maxBuffer: MAX_BUFFER, killSignal: 'SIGTERM', cwd: null, env: null, shell: false, ...given };
  const command = [file, ...args].join(' ');
  const child = spawn(file, args, { ...options, cwd: options.cwd ?? undefined, env: options.env ?? undefined, timeout: 0 });
  let failure;
  let isOver = false;
  const stop = (error) => {
    failure ??= error;
    child.kill(options.killSignal);
  };
  const outputs = [collect(child.stdout, 'stdout', options, stop), collect(child.stderr, 'stderr', options, stop)];
  const timer = options.timeout > 0 ? setTimeout(() => child.kill(options.killSignal), options.timeout) : undefined;
  const finish = (error) => {
    if (isOver) {
      return;
    }
    isOver = true;
    clearTimeout(timer);
    const [stdout, stderr] = outputs.map((read) => read());
    callback?.(error, stdout, stderr);
  };
  child.once('error', (error) => {
    error.cmd = command;
    finish(error);
  });
  child.once('close', (code, signal) => {
    if (code === 0 && signal === null && failure === undefined) {
      finish(null);
      return;
    }
    const error = failure ?? Object.assign(new Error(`Command failed: ${command}\n${outputs[1]()}`), { code, killed: child.killed, signal });
    error.cmd = command;
    finish(error);
  });
  return child;
}

export function exec(command, ...rest) {
  validateString(command, 'command');
  const callback = typeof rest.at(-1) === 'function' ? rest.pop() : undefined;
  const options = { ...rest[0], shell: typeof rest[0]?.shell === 'string' ? rest[0].shell : true };
  return execFile(command, [], options, ...(callback ? [callback] : []));
}

/** `util.promisify(exec)`: both outputs by name; the promise also carries the child. */
function promised(call) {
  return (...args) => {
    let child;
    const promise = new Promise((resolve, reject) => {
      child = call(...args, (error, stdout, stderr) => (error ? reject(Object.assign(error, { stdout, stderr })) : resolve({ stdout, stderr })));
    });
    return Object.assign(promise, { child });
  };
}

for (const call of [exec, execFile]) {
  Object.defineProperty(call, Symbol.for('nodejs.util.promisify.custom'), { value: promised(call), enumerable: false });
}

function inputBytes(input) {
  const { Buffer } = builtin('buffer');
  return input === undefined || input === null ? EMPTY : typeof input === 'string' ? Buffer.from(input) : new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

export function spawnSync(file, args, options) {
  const given = readArguments(file, args, options);
  const { Buffer } = builtin('buffer');
  const { encoding, input, timeout, maxBuffer = MAX_BUFFER, killSignal } = given.options;
  const start = describeStart(given);
  const decode = (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
  };
  const limits = JSON.stringify({ timeout, maxBuffer: Number.isFinite(maxBuffer) ? maxBuffer : undefined, killSignal: signalNumber(killSignal) });
  let ended;
  try {
    ended = native.ops.op_node_child_run_sync(JSON.stringify(start.wanted), limits, inputBytes(input));
  } catch (error) {
    const shown = systemError(error, `spawnSync ${start.spawnfile}`, start);
    if (shown.syscall === undefined) {
      throw shown;
    }
    return { error: shown, status: null, signal: null, output: null, pid: 0, stdout: null, stderr: null };
  }
  [ended.stdout, ended.stderr].forEach((bytes, index) => {
    if (start.inherited[index + 1] && bytes.length > 0) {
      native.host.write(index + 1, bytes);
    }
  });
  const stream = (name, position) => (start.wanted[name] === 'pipe' && !start.inherited[position] ? decode(ended[name]) : null);
  const [stdout, stderr] = [stream('stdout', 1), stream('stderr', 2)];
  const errno = ended.error ? -osConstants().errno[ended.error] : undefined;
  const error = ended.error ? { error: systemError({ errno, code: ended.error }, `spawnSync ${start.spawnfile}`, start) } : {};
  return { ...error, status: ended.code, signal: signalName(ended.signal), output: [null, stdout, stderr], pid: ended.pid, stdout, stderr };
}

function checkResult(result, command, options) {
  if (options.stdio === undefined && result.stderr?.length > 0) {
    // Node lets the program's complaints through unless told otherwise.
    native.host.write(2, typeof result.stderr === 'string' ? result.stderr : new Uint8Array(result.stderr));
  }
  if (!result.error && result.status === 0) {
    return result.stdout;
  }
  const { Buffer } = builtin('buffer');
  const complaint = result.stderr?.length > 0 ? `\n${Buffer.isBuffer(result.stderr) ? result.stderr.toString() : result.stderr}` : '';
  const error = result.error ?? new Error(`Command failed: ${command}${complaint}`);
  const { error: _error, ...fields } = result;
  throw Object.assign(error, fields);
}

export function execFileSync(file, args, options) {
  const given = readArguments(file, args, options);
  return checkResult(spawnSync(given.file, given.args, given.options), [file, ...given.args].join(' '), given.options);
}

export function execSync(command, options = {}) {
  validateString(command, 'command');
  const settings = { ...options, shell: typeof options?.shell === 'string' ? options.shell : true };
  return checkResult(spawnSync(command, [], settings), command, settings);
}

export function fork() {
  throw notProvided('child_process.fork', 'it starts Node, and mmk-js runs without Node; start the program with `spawn`, or `mmk-js run` it beside the migration.');
}

export default { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
