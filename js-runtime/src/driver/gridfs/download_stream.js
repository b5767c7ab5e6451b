/** Reading a GridFS file: one chunk at a time, checked for being the right one and of the right size. */

import {
  MongoGridFSChunkError,
  MongoGridFSStreamError,
  MongoInvalidArgumentError,
  MongoRuntimeError,
} from '../errors.js';
import { Readable } from '../streams.js';

function checkedRange({ start, end }, length) {
  if (start > length) {
    throw new MongoInvalidArgumentError(`Stream start (${start}) must not be more than the length of the file (${length})`);
  }
  if (start < 0) throw new MongoInvalidArgumentError(`Stream start (${start}) must not be negative`);
  if (end != null && end < start) {
    throw new MongoInvalidArgumentError(`Stream start (${start}) must not be greater than stream end (${end})`);
  }
  if (start == null) throw new MongoInvalidArgumentError('Start option must be defined');
  if (end > length) {
    throw new MongoInvalidArgumentError(`Stream end (${end}) must not be more than the length of the file (${length})`);
  }
  if (end == null) throw new MongoInvalidArgumentError('End option must be defined');
}

/** The stream that `openDownloadStream` gives. */
export class GridFSBucketReadStream extends Readable {
  constructor(chunks, files, readPreference, filter, options) {
    super({ emitClose: true });
    this.s = {
      bytesToTrim: 0,
      bytesToSkip: 0,
      bytesRead: 0,
      chunks,
      expected: 0,
      files,
      filter,
      init: false,
      expectedEnd: 0,
      options: { start: 0, end: 0, ...options },
      readPreference,
    };
  }

  _read() {
    if (this.destroyed) return;
    const { s } = this;
    s.opening ??= this.#open();
    s.init = true;
    s.opening.then(
      (isOpen) => (isOpen ? this.#readChunk() : undefined),
      (error) => (this.destroyed ? undefined : this.destroy(error)),
    );
  }

  /** Where to begin, in bytes. */
  start(start = 0) {
    this.#refuseIfStarted();
    this.s.options.start = start;
    return this;
  }

  /** Where to stop, in bytes. */
  end(end = 0) {
    this.#refuseIfStarted();
    this.s.options.end = end;
    return this;
  }

  /** Stops: no more data; the cursor is closed. */
  async abort() {
    this.push(null);
    this.destroy();
    await this.s.cursor?.close();
  }

  #refuseIfStarted() {
    if (this.s.init) throw new MongoGridFSStreamError('Options cannot be changed after the stream is initialized');
  }

  #findOneOptions() {
    const { readPreference, options } = this.s;
    const findOneOptions = {};
    if (readPreference) findOneOptions.readPreference = readPreference;
    if (options.sort) findOneOptions.sort = options.sort;
    if (options.skip) findOneOptions.skip = options.skip;
    return findOneOptions;
  }

  /** Finds the file's entry; false when there is nothing to read. */
  async #open() {
    const { s } = this;
    const file = await s.files.findOne(s.filter, this.#findOneOptions());
    if (this.destroyed) return false;
    if (!file) {
      const identifier = s.filter._id != null ? s.filter._id.$eq : s.filter.filename;
      throw Object.assign(new MongoRuntimeError(`FileNotFound: file ${identifier} was not found`), { code: 'ENOENT' });
    }
    if (file.length <= 0) {
      this.push(null);
      return false;
    }
    this.#openChunks(file);
    this.emit('file', file);
    return true;
  }

  #openChunks(file) {
    const { s } = this;
    const { start, end } = s.options;
    const { chunkSize, length } = file;
    checkedRange(s.options, length);
    const firstChunk = Math.floor(start / chunkSize);
    s.expected = firstChunk;
    s.bytesRead = firstChunk * chunkSize;
    s.bytesToSkip = start - s.bytesRead;
    const filter = { files_id: { $eq: file._id } };
    // A skip would walk over the chunks; a bound on `n` uses the index.
    if (firstChunk > 0) filter.n = { $gte: firstChunk };
    const endChunk = Math.ceil(end / chunkSize);
    s.cursor = s.chunks.find(filter).sort({ n: 1 });
    if (s.readPreference) s.cursor.withReadPreference(s.readPreference);
    s.cursor.limit(endChunk - firstChunk);
    s.expectedEnd = endChunk;
    s.bytesToTrim = endChunk * chunkSize - end;
    s.file = file;
  }

  async #readChunk() {
    if (this.destroyed) return;
    try {
      const document = await this.s.cursor.next();
      if (this.destroyed) return;
      if (document === null) {
        this.push(null);
        await this.s.cursor.close();
      } else {
        this.#pushChunk(document);
      }
    } catch (error) {
      if (!this.destroyed) this.destroy(error);
    }
  }

  #pushChunk(document) {
    const { s } = this;
    const number = s.expected++;
    const bytes = this.#checkedBytes(document, number);
    s.bytesRead += bytes.byteLength;
    if (bytes.byteLength === 0) {
      this.push(null);
      return;
    }
    const from = s.bytesToSkip;
    s.bytesToSkip = 0;
    const isLast = number === s.expectedEnd - 1;
    const to = isLast ? s.file.chunkSize - s.bytesToTrim : bytes.byteLength;
    this.push(from === 0 && to >= bytes.byteLength ? bytes : bytes.subarray(from, to));
  }

  #checkedBytes(document, number) {
    const { file, bytesRead } = this.s;
    const remaining = file.length - bytesRead;
    const expectedLength = Math.min(file.chunkSize, remaining);
    if (document.n > number) {
      throw new MongoGridFSChunkError(`ChunkIsMissing: Got unexpected n: ${document.n}, expected: ${number}`);
    }
    if (document.n < number) {
      throw new MongoGridFSChunkError(`ExtraChunk: Got unexpected n: ${document.n}, expected: ${number}`);
    }
    const bytes = document.data instanceof Uint8Array ? document.data : document.data.buffer;
    if (bytes.byteLength === expectedLength) return bytes;
    if (remaining <= 0) {
      throw new MongoGridFSChunkError(
        `ExtraChunk: Got unexpected n: ${document.n}, expected file length ${file.length} bytes ` +
          `but already read ${bytesRead} bytes`,
      );
    }
    throw new MongoGridFSChunkError(
      `ChunkIsWrongSize: Got unexpected length: ${bytes.byteLength}, expected: ${expectedLength}`,
    );
  }
}

GridFSBucketReadStream.FILE = 'file';
