/**
 * The batch in a cursor's reply, decoded one document at a time: what isn't asked for is never decoded, and a batch of
 * 16 MB never becomes 16 MB of objects at once. Once the last document is out, the reader lets go of the bytes.
 */
import { BSONError, deserialize as deserializeByJsBson } from 'bson';
import { asLocalBytes } from './buffer-class.js';
import { LEFT_TO_JS_BSON, decodeFlags } from './decode-flags.js';
import { readRootDocument } from './decode.js';
import { decodeCursorReply, decodeReply, withValidation } from './reply.js';
import { statistics } from './deserialize.js';

const NOTHING = new Uint8Array(0);
const NO_VIEW = new DataView(NOTHING.buffer);

export class BatchReader {
  /**
   * @param {Uint8Array} bytes a whole reply, which must not change until the reader is exhausted
   * @param {object} [options] js-bson's decoding options and `enableUtf8Validation`, for the documents. With `raw` the
   *   documents are views of their bytes
   */
  constructor(bytes, options) {
    this.options = withValidation(options);
    this.isRaw = options?.raw === true;
    this.flags = this.isRaw ? LEFT_TO_JS_BSON : decodeFlags(this.options);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    /** The position of the next element's type byte. */
    this.index = 0;
    /** Where the batch's final zero is. */
    this.end = 0;
    /** The documents, when js-bson had to decode the reply. */
    this.decoded = null;
    /** The reply without its batch. @type {Record<string, any>} */
    this.reply = this.open();
  }

  open() {
    const found = decodeCursorReply(this.bytes, this.view);
    if (found === null) return this.openByJsBson();
    if (found.batchStart < 0) {
      this.release();
    } else {
      this.index = found.batchStart + 4;
      this.end = found.batchEnd - 1;
      if (this.bytes[this.end] !== 0) throw new BSONError('corrupted array bson');
      if (this.index >= this.end) this.release();
    }
    return found.reply;
  }

  openByJsBson() {
    const reply = decodeReply(this.bytes, { ...this.options, raw: false });
    const batch = reply.cursor?.firstBatch ?? reply.cursor?.nextBatch ?? null;
    if (this.isRaw && batch !== null) {
      throw new BSONError('a reply that only js-bson can decode has no raw documents');
    }
    if (batch !== null) {
      delete reply.cursor.firstBatch;
      delete reply.cursor.nextBatch;
    }
    this.release();
    this.decoded = batch;
    return reply;
  }

  /** Whether the reply has a cursor (an error doesn't). */
  get hasCursor() {
    return typeof this.reply.cursor === 'object' && this.reply.cursor !== null;
  }

  /** The cursor's id; 0n when the server has no more batches. @returns {bigint} */
  get cursorId() {
    return BigInt(this.reply.cursor?.id?.toString() ?? 0);
  }

  /** Whether `next` has another document. */
  get hasNext() {
    return this.decoded === null ? this.index < this.end : this.decoded.length > 0;
  }

  /** How many documents are left; counts them without decoding. */
  get remaining() {
    if (this.decoded !== null) return this.decoded.length;
    let count = 0;
    for (let index = this.index; index < this.end; count++) {
      index = this.documentStart(index);
      index += this.documentSize(index);
    }
    return count;
  }

  /** The next document, or null behind the last. */
  next() {
    if (this.index >= this.end) return this.decoded?.shift() ?? null;
    const { bytes, view } = this;
    const start = this.documentStart(this.index);
    const end = start + this.documentSize(start);
    this.index = end;
    // From here on a failure concerns this document only: the next call goes on behind it.
    if (end >= this.end) this.release();
    if (this.flags !== LEFT_TO_JS_BSON) {
      try {
        return readRootDocument(bytes, view, start, end, this.flags);
      } catch {
        // js-bson says what is wrong, or reads what the hot path doesn't.
      }
    }
    const own = asLocalBytes(bytes.subarray(start, end));
    if (this.isRaw) return own;
    statistics.leftToJsBson++;
    return deserializeByJsBson(own, this.options);
  }

  /** All documents that are left. */
  toArray() {
    const documents = [];
    while (this.hasNext) documents.push(this.next());
    return documents;
  }

  documentStart(index) {
    if (this.bytes[index] !== 3) throw new BSONError('the batch of a cursor holds something else than documents');
    index++;
    while (index < this.end && this.bytes[index] !== 0) index++;
    return index + 1;
  }

  documentSize(start) {
    const size = start + 4 <= this.end ? this.view.getInt32(start, true) : 0;
    if (size < 5 || start + size > this.end) throw new BSONError('bad embedded document length in bson');
    return size;
  }

  release() {
    this.bytes = NOTHING;
    this.view = NO_VIEW;
    this.index = 0;
    this.end = 0;
  }
}
