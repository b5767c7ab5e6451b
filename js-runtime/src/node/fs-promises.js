/** `fs/promises`, on which the callback forms of `fs` stand. */
import { builtin, native } from './registry.js';
import { call } from './fs-call.js';
import { fsConstants } from './constants.js';
import { bytesOf, encoded, flagText, fsError, modeNumber, pathText, readOptions } from './fs-paths.js';
import { collectEntries, operations, readdirOperation } from './fs-operations.js';
import { BigIntStats, Stats } from './fs-stats.js';
import { nodeError } from './errors.js';

async function guarded(promise, syscall, path) {
  try {
    return await promise;
  } catch (error) {
    throw fsError(error, syscall, path);
  }
}

const position = (value) => (typeof value === 'number' && value >= 0 ? value : typeof value === 'bigint' && value >= 0n ? Number(value) : -1);

export class FileHandle {
  #fd;

  constructor(fd) {
    this.#fd = fd;
  }

  get fd() {
    return this.#fd;
  }

  async read(bufferOrOptions, offsetOrOptions, length, at) {
    const { Buffer } = builtin('buffer');
    let [target, offset, size, from] = [bufferOrOptions, offsetOrOptions, length, at];
    if (!ArrayBuffer.isView(target)) {
      ({ buffer: target = Buffer.alloc(16384), offset = 0, length: size, position: from } = bufferOrOptions ?? {});
    } else if (offset !== null && typeof offset === 'object') {
      ({ offset = 0, length: size, position: from } = offset);
    }
    const start = offset ?? 0;
    const bytes = await guarded(native.ops.op_node_fs_read(this.#fd, size ?? target.byteLength - start, position(from)), 'read');
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes, start);
    return { bytesRead: bytes.length, buffer: target };
  }

  async write(data, offsetOrPosition, lengthOrEncoding, at) {
    if (typeof data === 'string') {
      const bytes = bytesOf(data, lengthOrEncoding);
      const bytesWritten = await guarded(native.ops.op_node_fs_write(this.#fd, bytes, position(offsetOrPosition)), 'write');
      return { bytesWritten, buffer: data };
    }
    const all = bytesOf(data);
    const options = offsetOrPosition !== null && typeof offsetOrPosition === 'object' ? offsetOrPosition : { offset: offsetOrPosition, length: lengthOrEncoding, position: at };
    const start = options.offset ?? 0;
    const part = all.subarray(start, options.length === undefined || options.length === null ? undefined : start + options.length);
    const bytesWritten = await guarded(native.ops.op_node_fs_write(this.#fd, part, position(options.position)), 'write');
    return { bytesWritten, buffer: data };
  }

  async readFile(options) {
    const { encoding } = readOptions(options);
    const chunks = [];
    for (;;) {
      const chunk = await guarded(native.ops.op_node_fs_read(this.#fd, 65536, -1), 'read');
      if (chunk.length === 0) {
        break;
      }
      chunks.push(chunk);
    }
    return encoded(builtin('buffer').Buffer.concat(chunks), encoding);
  }

  async writeFile(data, options) {
    await this.write(bytesOf(data, readOptions(options).encoding));
  }

  appendFile(data, options) {
    return this.writeFile(data, options);
  }

  async stat(options) {
    const figures = JSON.parse(await guarded((async () => native.ops.op_node_fs_fstat(this.#fd))(), 'fstat'));
    return options?.bigint ? new BigIntStats(figures) : new Stats(figures);
  }

  async truncate(length = 0) {
    await guarded((async () => native.ops.op_node_fs_ftruncate(this.#fd, length))(), 'ftruncate');
  }

  async sync() {
    await guarded((async () => native.ops.op_node_fs_fsync(this.#fd))(), 'fsync');
  }

  datasync() {
    return this.sync();
  }

  createReadStream(options) {
    return builtin('fs').createReadStream(undefined, { ...options, fd: this.#fd });
  }

  createWriteStream(options) {
    return builtin('fs').createWriteStream(undefined, { ...options, fd: this.#fd });
  }

  readLines(options) {
    return builtin('readline').createInterface({ input: this.createReadStream(options), crlfDelay: Infinity });
  }

  async close() {
    if (this.#fd !== -1) {
      const fd = this.#fd;
      this.#fd = -1;
      await guarded((async () => native.ops.op_node_fs_close(fd))(), 'close');
    }
  }

  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.close();
  }
}

export async function open(path, flags, mode) {
  const text = pathText(path);
  const fd = await guarded(native.ops.op_node_fs_open(text, flagText(flags, 'r'), modeNumber(mode, 0o666)), 'open', text);
  return new FileHandle(fd);
}

export async function readFile(path, options) {
  if (path instanceof FileHandle) {
    return path.readFile(options);
  }
  const { encoding } = readOptions(options);
  const text = pathText(path);
  try {
    return encoded(await native.ops.op_node_fs_read_file(text), encoding);
  } catch (error) {
    throw error.code === 'EISDIR' ? fsError(error, 'read') : fsError(error, 'open', text);
  }
}

async function chunksOf(data, encoding) {
  const { Buffer } = builtin('buffer');
  if (typeof data === 'string' || ArrayBuffer.isView(data)) {
    return bytesOf(data, encoding);
  }
  if (data?.[Symbol.asyncIterator] || data?.[Symbol.iterator]) {
    const chunks = [];
    for await (const chunk of data) {
      chunks.push(bytesOf(chunk, encoding));
    }
    return Buffer.concat(chunks);
  }
  return bytesOf(data, encoding);
}

export async function writeFile(path, data, options) {
  const { encoding, flag, mode } = readOptions(options, { encoding: 'utf8', flag: 'w' });
  if (path instanceof FileHandle) {
    return path.writeFile(await chunksOf(data, encoding));
  }
  const text = pathText(path);
  return guarded(native.ops.op_node_fs_write_file(text, flagText(flag, 'w'), modeNumber(mode, 0o666), await chunksOf(data, encoding)), 'open', text);
}

export function appendFile(path, data, options) {
  return writeFile(path, data, { flag: 'a', ...readOptions(options) });
}

export async function readdir(path, options) {
  const steps = collectEntries(path, options);
  let step = steps.next();
  while (!step.done) {
    step = steps.next(await call(readdirOperation(step.value)));
  }
  return step.value;
}

/** Copies files, folders and links. */
export async function cp(from, to, options = {}) {
  const [source, target] = [pathText(from, 'src'), pathText(to, 'dest')];
  const { recursive = false, force = true, errorOnExist = false, filter, dereference = false } = options;
  if (filter && !(await filter(source, target))) {
    return;
  }
  const found = await call(dereference ? operations.stat(source) : operations.lstat(source));
  if (found.isDirectory()) {
    if (!recursive) {
      throw nodeError(Error, 'ERR_FS_EISDIR', `Recursive option not enabled, cannot copy a directory: cp returned EISDIR (${source} is a directory (not copied)) ${source}`, { errno: 21, syscall: 'cp', path: source });
    }
    await call(operations.mkdir(target, { recursive: true }));
    const { join } = builtin('path');
    for (const [name] of await call(readdirOperation(source))) {
      await cp(join(source, name), join(target, name), options);
    }
    return;
  }
  const exists = await call(operations.lstat(target, { throwIfNoEntry: false }));
  if (exists && !force) {
    if (errorOnExist) {
      throw nodeError(Error, 'ERR_FS_CP_EEXIST', `Target already exists: cp returned EEXIST (${target} already exists) ${target}`, { errno: 17, syscall: 'cp', path: target });
    }
    return;
  }
  if (found.isSymbolicLink()) {
    if (exists) {
      await call(operations.unlink(target));
    }
    await call(operations.symlink(await call(operations.readlink(source)), target));
    return;
  }
  await call(operations.copyFile(source, target));
}

export async function* watch() {
  throw nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'watching files is not part of mmk-js: a migration runs once.');
}

export async function opendir(path, options) {
  const entries = await readdir(path, { ...options, withFileTypes: true });
  return {
    path: pathText(path),
    read: async () => entries.shift() ?? null,
    close: async () => undefined,
    async* [Symbol.asyncIterator]() {
      yield* entries.splice(0);
    },
  };
}

const promises = { open, readFile, writeFile, appendFile, readdir, cp, opendir, watch, constants: fsConstants };
for (const [name, prepare] of Object.entries(operations)) {
  promises[name] = { [name]: async (...args) => call(prepare(...args)) }[name];
}
promises.lchmod = promises.chmod;
promises.lutimes = promises.utimes;
promises.chown = async (path) => void (await call(operations.stat(path)));
promises.lchown = promises.chown;

export default promises;
