/** `fs`: synchronous forms over the native ops, callback forms over `fs/promises`, and streams. Watching is not provided. */
import { builtin, defineLazy, native } from './registry.js';
import promises from './fs-promises.js';
import { callSync } from './fs-call.js';
import { fsConstants } from './constants.js';
import { bytesOf, encoded, flagText, fsError, missingCallback, modeNumber, pathText, readOptions } from './fs-paths.js';
import { collectEntries, operations, readdirOperation } from './fs-operations.js';
import { BigIntStats, Dirent, Stats } from './fs-stats.js';
import { notProvided, nodeError } from './errors.js';

const STANDARD_STREAMS = 2;

function guardedSync(work, syscall, path) {
  try {
    return work();
  } catch (error) {
    throw fsError(error, syscall, path);
  }
}

const position = (value) => (typeof value === 'number' && value >= 0 ? value : typeof value === 'bigint' && value >= 0n ? Number(value) : -1);

function openSync(path, flags, mode) {
  const text = pathText(path);
  return guardedSync(() => native.ops.op_node_fs_open_sync(text, flagText(flags, 'r'), modeNumber(mode, 0o666)), 'open', text);
}

function closeSync(fd) {
  if (fd > STANDARD_STREAMS) {
    guardedSync(() => native.ops.op_node_fs_close(fd), 'close');
  }
}

function readSync(fd, target, offsetOrOptions, length, at) {
  let [offset, size, from] = [offsetOrOptions, length, at];
  if (offset !== null && typeof offset === 'object') {
    ({ offset = 0, length: size, position: from } = offset);
  }
  const start = offset ?? 0;
  const view = new Uint8Array(target.buffer, target.byteOffset + start, size ?? target.byteLength - start);
  return guardedSync(() => native.ops.op_node_fs_read_sync(fd, view, position(from)), 'read');
}

/** Node's two forms: bytes with offset, length and position; text with position and encoding. */
function writeArguments(data, offsetOrPosition, lengthOrEncoding, at) {
  if (typeof data === 'string') {
    return { bytes: bytesOf(data, lengthOrEncoding), at: offsetOrPosition };
  }
  const options = offsetOrPosition !== null && typeof offsetOrPosition === 'object' ? offsetOrPosition : { offset: offsetOrPosition, length: lengthOrEncoding, position: at };
  const start = options.offset ?? 0;
  const end = options.length === undefined || options.length === null ? undefined : start + options.length;
  return { bytes: bytesOf(data).subarray(start, end), at: options.position };
}

function writeSync(fd, data, ...rest) {
  const { bytes, at } = writeArguments(data, ...rest);
  if (fd === 1 || fd === 2) {
    native.host.write(fd, encoded(bytes, 'utf8'));
    return bytes.length;
  }
  return guardedSync(() => native.ops.op_node_fs_write_sync(fd, bytes, position(at)), 'write');
}

function readFileSync(path, options) {
  const { encoding } = readOptions(options);
  if (typeof path === 'number' || path === '/dev/stdin') {
    return encoded(readAll(path === '/dev/stdin' ? 0 : path), encoding);
  }
  const text = pathText(path);
  let bytes;
  try {
    bytes = native.ops.op_node_fs_read_file_sync(text);
  } catch (error) {
    throw error.code === 'EISDIR' ? fsError(error, 'read') : fsError(error, 'open', text);
  }
  return encoded(bytes, encoding);
}

function readAll(fd) {
  const { Buffer } = builtin('buffer');
  const chunks = [];
  for (;;) {
    const chunk = Buffer.alloc(65536);
    const size = readSync(fd, chunk);
    if (size === 0) {
      return Buffer.concat(chunks);
    }
    chunks.push(chunk.subarray(0, size));
  }
}

function writeFileSync(path, data, options) {
  const { encoding, flag, mode } = readOptions(options, { encoding: 'utf8', flag: 'w' });
  const bytes = bytesOf(data, encoding);
  if (typeof path === 'number') {
    writeSync(path, bytes);
    return;
  }
  const text = pathText(path);
  guardedSync(() => native.ops.op_node_fs_write_file_sync(text, flagText(flag, 'w'), modeNumber(mode, 0o666), bytes), 'open', text);
}

function existsSync(path) {
  try {
    callSync(operations.access(path));
    return true;
  } catch (error) {
    // A refusal must not look like a missing file.
    if (error.code === 'ERR_ACCESS_DENIED') {
      throw error;
    }
    return false;
  }
}

function readdirSync(path, options) {
  const steps = collectEntries(path, options);
  let step = steps.next();
  while (!step.done) {
    step = steps.next(callSync(readdirOperation(step.value)));
  }
  return step.value;
}

function cpSync(from, to, options = {}) {
  const [source, target] = [pathText(from, 'src'), pathText(to, 'dest')];
  if (options.filter && !options.filter(source, target)) {
    return;
  }
  const found = callSync(options.dereference ? operations.stat(source) : operations.lstat(source));
  if (found.isDirectory()) {
    if (!options.recursive) {
      throw nodeError(Error, 'ERR_FS_EISDIR', `Recursive option not enabled, cannot copy a directory: cp returned EISDIR (${source} is a directory (not copied)) ${source}`, { errno: 21, syscall: 'cp', path: source });
    }
    callSync(operations.mkdir(target, { recursive: true }));
    const { join } = builtin('path');
    for (const [name] of callSync(readdirOperation(source))) {
      cpSync(join(source, name), join(target, name), options);
    }
    return;
  }
  const exists = callSync(operations.lstat(target, { throwIfNoEntry: false }));
  if (exists && options.force === false) {
    if (options.errorOnExist) {
      throw nodeError(Error, 'ERR_FS_CP_EEXIST', `Target already exists: cp returned EEXIST (${target} already exists) ${target}`, { errno: 17, syscall: 'cp', path: target });
    }
    return;
  }
  if (found.isSymbolicLink()) {
    if (exists) {
      callSync(operations.unlink(target));
    }
    callSync(operations.symlink(callSync(operations.readlink(source)), target));
    return;
  }
  callSync(operations.copyFile(source, target));
}

function fstatSync(fd, options) {
  const figures = JSON.parse(guardedSync(() => native.ops.op_node_fs_fstat(fd), 'fstat'));
  return options?.bigint ? new BigIntStats(figures) : new Stats(figures);
}

function opendirSync(path, options) {
  const entries = readdirSync(path, { ...options, withFileTypes: true });
  return {
    path: pathText(path),
    readSync: () => entries.shift() ?? null,
    read: async () => entries.shift() ?? null,
    closeSync() {},
    close: async () => undefined,
    async* [Symbol.asyncIterator]() {
      yield* entries.splice(0);
    },
  };
}

const fs = {
  openSync, closeSync, readSync, writeSync, readFileSync, writeFileSync, existsSync, readdirSync, cpSync, fstatSync, opendirSync,
  appendFileSync: (path, data, options) => writeFileSync(path, data, { flag: 'a', ...readOptions(options) }),
  ftruncateSync: (fd, length = 0) => guardedSync(() => native.ops.op_node_fs_ftruncate(fd, length), 'ftruncate'),
  fsyncSync: (fd) => guardedSync(() => native.ops.op_node_fs_fsync(fd), 'fsync'),
  readvSync: (fd, buffers, at) => buffers.reduce((sum, buffer) => sum + readSync(fd, buffer, 0, buffer.byteLength, at === undefined || at === null ? null : at + sum), 0),
  writevSync: (fd, buffers, at) => buffers.reduce((sum, buffer) => sum + writeSync(fd, buffer, 0, buffer.byteLength, at === undefined || at === null ? null : at + sum), 0),
  chownSync: (path) => void callSync(operations.stat(path)),
  Stats, Dirent, constants: fsConstants,
  F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1,
};
fs.fdatasyncSync = fs.fsyncSync;
fs.lchownSync = fs.chownSync;

for (const [name, prepare] of Object.entries(operations)) {
  fs[`${name}Sync`] = { [`${name}Sync`]: (...args) => callSync(prepare(...args)) }[`${name}Sync`];
}
fs.realpathSync.native = fs.realpathSync;
fs.lutimesSync = fs.utimesSync;

/** Hands a promise's outcome to a callback outside the promise, so that what it throws is an uncaught exception as in Node. */
function settle(promise, callback, spread = (value) => (value === undefined ? [] : [value])) {
  const { nextTick } = builtin('process');
  promise.then((value) => nextTick(callback, null, ...spread(value)), (error) => nextTick(callback, error));
}

function callbackForm(run, spread) {
  return (...args) => {
    const callback = args.pop();
    missingCallback(callback);
    settle(run(...args), callback, spread);
  };
}

const PROMISED = [...Object.keys(operations), 'appendFile', 'cp', 'opendir', 'readFile', 'readdir', 'writeFile', 'chown', 'lchown', 'lutimes'];
for (const name of PROMISED) {
  const run = async (...args) => (typeof args[0] === 'number' && fs[`${name}Sync`] ? fs[`${name}Sync`](...args) : promises[name](...args));
  fs[name] = Object.defineProperty(callbackForm(run), 'name', { value: name });
}
fs.realpath.native = fs.realpath;

const inBackground = (work) => async (...args) => work(...args);
fs.open = callbackForm(async (path, flags, mode) => {
  const text = pathText(path);
  try {
    return await native.ops.op_node_fs_open(text, flagText(flags, 'r'), modeNumber(mode, 0o666));
  } catch (error) {
    throw fsError(error, 'open', text);
  }
});
fs.close = (fd, callback = (error) => {
  if (error) {
    throw error;
  }
}) => settle(inBackground(closeSync)(fd), callback);
fs.read = callbackForm(async (fd, target, ...rest) => {
  const buffer = ArrayBuffer.isView(target) ? target : (target?.buffer ?? builtin('buffer').Buffer.alloc(16384));
  const options = ArrayBuffer.isView(target) ? rest : [target ?? {}];
  return { count: readSync(fd, buffer, ...options), buffer };
}, ({ count, buffer }) => [count, buffer]);
fs.write = callbackForm(async (fd, data, ...rest) => ({ count: writeSync(fd, data, ...rest), data }), ({ count, data }) => [count, data]);
fs.read[Symbol.for('nodejs.util.promisify.customArgs')] = ['bytesRead', 'buffer'];
fs.write[Symbol.for('nodejs.util.promisify.customArgs')] = ['bytesWritten', 'buffer'];
for (const name of ['fstat', 'ftruncate', 'fsync', 'fdatasync']) {
  fs[name] = callbackForm(inBackground(fs[`${name}Sync`]));
}

fs.exists = (path, callback) => {
  settle(promises.access(path).then(() => true, () => false), (_error, found) => callback(found));
};
fs.exists[Symbol.for('nodejs.util.promisify.custom')] = (path) => promises.access(path).then(() => true, () => false);

for (const name of ['watch', 'watchFile']) {
  fs[name] = () => {
    throw notProvided(`fs.${name}`, 'a migration runs once; there is nothing to watch.');
  };
}
fs.unwatchFile = () => {};
fs.createReadStream = (path, options) => new (builtin('internal/fs-streams').ReadStream)(path, options);
fs.createWriteStream = (path, options) => new (builtin('internal/fs-streams').WriteStream)(path, options);
defineLazy(fs, 'ReadStream', () => builtin('internal/fs-streams').ReadStream, true);
defineLazy(fs, 'WriteStream', () => builtin('internal/fs-streams').WriteStream, true);
fs.promises = promises;

export default fs;
