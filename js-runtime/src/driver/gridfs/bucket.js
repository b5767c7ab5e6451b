/**
 * GridFS: files of any size as documents, over the public methods of collections. It keeps no state on the server but
 * the two collections, and never touches files that it wasn't asked about.
 */

import { EventEmitter } from 'events';

import { MongoRuntimeError } from '../errors.js';
import { ReadPreference } from '../read_preference.js';
import { WriteConcern } from '../write_concern.js';
import { GridFSBucketReadStream } from './download_stream.js';
import { GridFSBucketWriteStream } from './upload_stream.js';

const DEFAULT_CHUNK_SIZE = 255 * 1024;

/** The options as the bucket keeps them; concerns and read preference come from the database unless given. */
function bucketOptions(db, options) {
  const resolved = { bucketName: 'fs', chunkSizeBytes: DEFAULT_CHUNK_SIZE, ...options };
  resolved.writeConcern = WriteConcern.fromOptions(options) ?? db.writeConcern;
  resolved.readPreference = ReadPreference.fromOptions(options) ?? db.readPreference;
  return resolved;
}

/** Which of several files with one name: 0 is the first, -1 the newest. */
function revisionOptions(revision) {
  if (revision == null || revision < 0) return { sort: { uploadDate: -1 }, skip: revision == null ? undefined : -revision - 1 };
  return { sort: { uploadDate: 1 }, skip: revision };
}

/** A pair of collections, `<name>.files` and `<name>.chunks`. */
export class GridFSBucket extends EventEmitter {
  /**
   * @param {import('../db.js').Db} db
   * @param {{bucketName?: string, chunkSizeBytes?: number, writeConcern?: object, readPreference?: object}} [options]
   */
  constructor(db, options) {
    super();
    this.on('error', () => {});
    this.setMaxListeners(0);
    const resolved = bucketOptions(db, options);
    this.s = {
      db,
      options: resolved,
      _chunksCollection: db.collection(`${resolved.bucketName}.chunks`),
      _filesCollection: db.collection(`${resolved.bucketName}.files`),
      checkedIndexes: false,
      calledOpenUploadStream: false,
    };
  }

  /** A writable stream for a new file; its `id` is the file's. */
  openUploadStream(filename, options) {
    return new GridFSBucketWriteStream(this, filename, { ...options });
  }

  /** The same with an id of the caller's choice. */
  openUploadStreamWithId(id, filename, options) {
    return new GridFSBucketWriteStream(this, filename, { ...options, id });
  }

  /** A readable stream of the file's bytes. */
  openDownloadStream(id, options) {
    return this.#download({ _id: { $eq: id } }, { ...options });
  }

  /** A readable stream of the newest file of that name, or of the `revision` given. */
  openDownloadStreamByName(filename, options) {
    return this.#download({ filename }, { ...options, ...revisionOptions(options?.revision) });
  }

  #download(filter, options) {
    const { _chunksCollection: chunks, _filesCollection: files, options: resolved } = this.s;
    return new GridFSBucketReadStream(chunks, files, resolved.readPreference, filter, options);
  }

  /** Deletes the file's entry and its chunks. */
  async delete(id) {
    const { deletedCount } = await this.s._filesCollection.deleteOne({ _id: { $eq: id } });
    // Chunks without an entry go too, before the caller hears that there was no file.
    await this.s._chunksCollection.deleteMany({ files_id: { $eq: id } });
    if (deletedCount === 0) throw new MongoRuntimeError(`File not found for id ${id}`);
  }

  /** A cursor over the entries of files. */
  find(filter = {}, options = {}) {
    return this.s._filesCollection.find(filter, options);
  }

  /** Gives the file another name. */
  async rename(id, filename, options) {
    const { matchedCount } = await this.s._filesCollection.updateOne({ _id: { $eq: id } }, { $set: { filename } }, options);
    if (matchedCount === 0) throw new MongoRuntimeError(`File with id ${id} not found`);
  }

  /** Drops both collections. */
  async drop() {
    await this.s._filesCollection.drop();
    await this.s._chunksCollection.drop();
  }
}

GridFSBucket.INDEX = 'index';
