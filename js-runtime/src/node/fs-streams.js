/** `fs.createReadStream` and `createWriteStream`. Open write streams are known here, so that the host can end them with the run. */
import { builtin, native } from './registry.js';
import { flagText, fsError, modeNumber, pathText, readOptions } from './fs-paths.js';
import { outOfRange } from './errors.js';

const { Readable, Writable, finished } = builtin('stream');
/** @type {Set<WriteStream>} */
const unfinished = new Set();

function openInto(stream, flags, callback) {
  if (typeof stream.fd === 'number') {
    callback();
    return;
  }
  native.ops.op_node_fs_open(stream.path, flags, stream.mode).then((fd) => {
    stream.fd = fd;
    stream.emit('open', fd);
    stream.emit('ready');
    callback();
  }, (error) => callback(fsError(error, 'open', stream.path)));
}

function closeFrom(stream, error, callback) {
  const { fd } = stream;
  stream.fd = null;
  stream.closed ??= true;
  if (typeof fd !== 'number' || stream.autoClose === false) {
    callback(error);
    return;
  }
  try {
    native.ops.op_node_fs_close(fd);
    callback(error);
  } catch (closing) {
    callback(error ?? fsError(closing, 'close'));
  }
}

export class ReadStream extends Readable {
  constructor(path, options) {
    const settings = readOptions(options);
    // All refusals come first: a stream that was begun opens its file, also when its constructor throws.
    const file = path === undefined ? undefined : pathText(path);
    const flags = flagText(settings.flags, 'r');
    const mode = modeNumber(settings.mode, 0o666);
    const { start, end } = settings;
    if (start !== undefined && start > (end ?? Infinity)) {
      throw outOfRange('start', `<= "end" (here: ${end})`, start);
    }
    super({ highWaterMark: settings.highWaterMark ?? 65536, encoding: settings.encoding, emitClose: settings.emitClose ?? true, signal: settings.signal, autoDestroy: settings.autoClose ?? true });
    this.path = file;
    this.fd = typeof settings.fd === 'number' ? settings.fd : (settings.fd?.fd ?? null);
    this.flags = flags;
    this.mode = mode;
    this.start = start;
    this.end = end ?? Infinity;
    this.autoClose = settings.autoClose ?? true;
    this.bytesRead = 0;
    this.position = this.start ?? -1;
  }

  get pending() {
    return this.fd === null;
  }

  _construct(callback) {
    openInto(this, this.flags, callback);
  }

  _read(size) {
    const left = this.position === -1 ? this.end + 1 - this.bytesRead : this.end + 1 - this.position;
    const length = Math.min(size, left, 2 ** 30);
    if (length <= 0) {
      this.push(null);
      return;
    }
    native.ops.op_node_fs_read(this.fd, length, this.position).then((bytes) => {
      if (this.position !== -1) {
        this.position += bytes.length;
      }
      this.bytesRead += bytes.length;
      this.push(bytes.length === 0 ? null : builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }, (error) => this.destroy(fsError(error, 'read')));
  }

  _destroy(error, callback) {
    closeFrom(this, error, callback);
  }

  close(callback) {
    if (callback) {
      finished(this, () => callback());
    }
    this.destroy();
  }
}

export class WriteStream extends Writable {
  constructor(path, options) {
    const settings = readOptions(options);
    const file = path === undefined ? undefined : pathText(path);
    const flags = flagText(settings.flags, settings.start === undefined ? 'w' : 'r+');
    const mode = modeNumber(settings.mode, 0o666);
    super({ highWaterMark: settings.highWaterMark ?? 16384, decodeStrings: true, defaultEncoding: settings.encoding ?? 'utf8', emitClose: settings.emitClose ?? true, signal: settings.signal, autoDestroy: settings.autoClose ?? true });
    this.path = file;
    this.fd = typeof settings.fd === 'number' ? settings.fd : (settings.fd?.fd ?? null);
    this.flags = flags;
    this.mode = mode;
    this.autoClose = settings.autoClose ?? true;
    this.position = settings.start ?? -1;
    this.bytesWritten = 0;
    unfinished.add(this);
    finished(this, () => unfinished.delete(this));
  }

  get pending() {
    return this.fd === null;
  }

  _construct(callback) {
    openInto(this, this.flags, callback);
  }

  _write(chunk, _encoding, callback) {
    native.ops.op_node_fs_write(this.fd, chunk, this.position).then((count) => {
      this.#count(count);
      callback();
    }, (error) => callback(fsError(error, 'write')));
  }

  _writev(items, callback) {
    this._write(builtin('buffer').Buffer.concat(items.map(({ chunk }) => chunk)), 'buffer', callback);
  }

  #count(size) {
    this.bytesWritten += size;
    if (this.position !== -1) {
      this.position += size;
    }
  }

  _destroy(error, callback) {
    closeFrom(this, error, callback);
  }

  close(callback) {
    if (callback) {
      if (this.closed || this.destroyed) {
        builtin('process').nextTick(callback);
        return;
      }
      this.on('close', callback);
    }
    this.end();
  }
}

WriteStream.prototype.destroySoon = WriteStream.prototype.end;

/**
 * Waits until what was handed to write streams is in the files. Streams the script never ended stay open in Node too; their data is
 * written there all the same, so it is here.
 * @returns {Promise<void>}
 */
export async function flushWriteStreams() {
  await Promise.all([...unfinished].map((stream) => new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) {
      resolve();
      return;
    }
    stream.once('drain', resolve);
    finished(stream, () => resolve());
  })));
}
