/** Writing a GridFS file: bytes become chunks as they come, the file's entry is written last, so half a file is never seen. */

import { ObjectId } from '../bson.js';
import { MongoAPIError } from '../errors.js';
import { Writable } from '../streams.js';
import { WriteConcern } from '../write_concern.js';
import { ensureBucketIndexes } from './indexes.js';

/** Runs `work` and tells the stream how it ended, never before the caller has returned. */
function settle(work, callback) {
  work().then(
    () => callback(),
    (error) => callback(error),
  );
}

/** The stream that `openUploadStream` gives. */
export class GridFSBucketWriteStream extends Writable {
  constructor(bucket, filename, options) {
    super();
    this.gridFSFile = null;
    this.bucket = bucket;
    this.chunks = bucket.s._chunksCollection;
    this.files = bucket.s._filesCollection;
    this.filename = filename;
    this.options = options ?? {};
    this.writeConcern = WriteConcern.fromOptions(this.options) ?? bucket.s.options.writeConcern;
    this.done = false;
    this.id = this.options.id ? this.options.id : new ObjectId();
    this.chunkSizeBytes = this.options.chunkSizeBytes || bucket.s.options.chunkSizeBytes;
    this.bufToStore = new Uint8Array(this.chunkSizeBytes);
    this.length = 0;
    this.n = 0;
    this.pos = 0;
    this.state = { streamEnd: false, outstandingRequests: 0, errored: false, aborted: false };
  }

  _construct(callback) {
    const { s } = this.bucket;
    if (s.calledOpenUploadStream) {
      queueMicrotask(callback);
      return;
    }
    s.calledOpenUploadStream = true;
    const checked = () => {
      s.checkedIndexes = true;
      this.bucket.emit('index');
      callback();
    };
    // A user without the right to make indexes may still be allowed to upload.
    ensureBucketIndexes(this.files, this.chunks).then(checked, () => callback());
  }

  _write(chunk, encoding, callback) {
    settle(() => this.#store(chunk), callback);
  }

  _final(callback) {
    if (this.state.streamEnd) {
      queueMicrotask(callback);
      return;
    }
    this.state.streamEnd = true;
    settle(() => this.#finish(), callback);
  }

  /** Gives the upload up and deletes the chunks that were written. */
  async abort() {
    if (this.state.streamEnd) throw new MongoAPIError('Cannot abort a stream that has already completed');
    if (this.state.aborted) throw new MongoAPIError('Cannot call abort() on a stream twice');
    this.state.aborted = true;
    await this.chunks.deleteMany({ files_id: { $eq: this.id } });
  }

  async #store(bytes) {
    this.#refuseIfAborted();
    this.length += bytes.length;
    const inserts = [];
    for (let taken = 0; taken < bytes.length; ) {
      const count = Math.min(this.chunkSizeBytes - this.pos, bytes.length - taken);
      this.bufToStore.set(bytes.subarray(taken, taken + count), this.pos);
      taken += count;
      this.pos += count;
      if (this.pos < this.chunkSizeBytes) continue;
      inserts.push(this.#insertChunk());
      this.n += 1;
      this.pos = 0;
    }
    await Promise.all(inserts);
  }

  #insertChunk() {
    const data = this.bufToStore.slice(0, this.pos);
    const chunk = { _id: new ObjectId(), files_id: this.id, n: this.n, data };
    return this.chunks.insertOne(chunk, { writeConcern: this.writeConcern });
  }

  async #finish() {
    if (this.pos !== 0) {
      this.#refuseIfAborted();
      await this.#insertChunk();
    }
    this.#refuseIfAborted();
    this.done = true;
    const file = this.fileDocument();
    await this.files.insertOne(file, { writeConcern: this.writeConcern });
    this.gridFSFile = file;
  }

  /** The file's entry; not part of the public API. */
  fileDocument() {
    const file = {
      _id: this.id,
      length: this.length,
      chunkSize: this.chunkSizeBytes,
      uploadDate: new Date(),
      filename: this.filename,
    };
    if (this.options.metadata) file.metadata = this.options.metadata;
    return file;
  }

  #refuseIfAborted() {
    if (this.state.aborted) throw new MongoAPIError('Stream has been aborted');
  }
}
