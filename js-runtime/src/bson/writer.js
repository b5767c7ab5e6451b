/**
 * A growing byte array that documents are encoded into. It keeps its memory for the next document and gives it back
 * when documents have become much smaller; it knows nothing about BSON but the largest document js-bson would take.
 */

const INITIAL_SIZE = 64 * 1024;
const ALWAYS_KEPT = 1024 * 1024;
const USES_BEFORE_SHRINKING = 64;

/** Room of js-bson's own buffer, beyond which it throws. */
export const JS_BSON_LIMIT = 17 * 1024 * 1024;

export class Writer {
  constructor() {
    this.bytes = new Uint8Array(INITIAL_SIZE);
    this.view = new DataView(this.bytes.buffer);
    this.limit = JS_BSON_LIMIT;
    this.serializeFunctions = false;
    /** Objects that are being written, from the root down. */
    this.ancestors = [];
    this.isBusy = false;
    this.smallUses = 0;
  }

  /** Makes room for `length` bytes at `index`. */
  reserve(index, length) {
    const needed = index + length;
    if (needed > this.bytes.length) this.grow(index, needed);
  }

  grow(index, needed) {
    // What is reserved is an upper bound, so only bytes that are really there count against the limit.
    if (index > this.limit) throw outOfRange(index, this.limit);
    let size = this.bytes.length * 2;
    while (size < needed) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.bytes.subarray(0, index));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Called when a document is complete: checks its size, and forgets memory that is no longer needed. */
  finish(length) {
    if (length > this.limit) throw outOfRange(length, this.limit);
    const size = this.bytes.length;
    if (size <= ALWAYS_KEPT || length * 4 > size) {
      this.smallUses = 0;
      return;
    }
    this.smallUses++;
    if (this.smallUses < USES_BEFORE_SHRINKING) return;
    this.smallUses = 0;
    const smaller = new Uint8Array(size / 4);
    smaller.set(this.bytes.subarray(0, length));
    this.bytes = smaller;
    this.view = new DataView(smaller.buffer);
  }
}

function outOfRange(index, limit) {
  const error = new RangeError(
    `The value of "offset" is out of range. It must be >= 0 && <= ${limit}. Received ${index}`
  );
  error.code = 'ERR_OUT_OF_RANGE';
  return error;
}
