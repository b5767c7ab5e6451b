/** The documents of one cursor reply, decoded one at a time as they are asked for. */

import { fetchAhead, forgetBytes } from '../bridge.js';
import { asLocalBytes, deserialize, freeBytes, isShared } from './bson.js';
import { MongoUnexpectedServerResponseError } from './errors.js';

/** BSON's type of an embedded document. */
const DOCUMENT = 3;

/** Below this the garbage collector is quick enough: bytes. */
const WORTH_FREEING = 1024 * 1024;

/** The part of a large reply that is read when the next one is fetched: what is left is enough for the server to answer meanwhile. */
const READ_WHEN_FETCHING = 3 / 4;

/** An array of documents inside a reply. */
export class DocumentBatch {
  /** @param {number} [cursor] the native cursor that has more of them */
  constructor(bytes, view, arrayAt, cursor) {
    this.bytes = bytes;
    this.view = view;
    this.index = arrayAt + 4;
    this.size = countDocuments(bytes, view, arrayAt);
    this.length = this.size;
    this.cursor = cursor;
    this.forgotten = 0;
    this.fetchAt = bytes.length * READ_WHEN_FETCHING;
    /** Where it is looked at next what has been read so far. */
    this.mark = bytes.length < WORTH_FREEING ? Infinity : this.#markAfter(0);
  }

  /** The next document, or null when there is none left. */
  shift(decodeOptions) {
    if (this.length === 0) return null;
    if (this.index >= this.mark) this.#passMark(decodeOptions);
    const { bytes, view } = this;
    let start = this.index + 1;
    while (bytes[start] !== 0) start++;
    start++;
    const end = start + view.getInt32(start, true);
    this.index = end;
    this.length--;
    const document = bytes.subarray(start, end);
    if (this.length > 0) return decode(document, decodeOptions);
    // A reply may be 16 MB outside the heap; it must not live as long as the cursor, nor until the heap has grown enough to be looked through.
    this.bytes = this.view = undefined;
    const last = decode(document, decodeOptions);
    if (bytes.length >= WORTH_FREEING && isOnlyOurs(bytes, decodeOptions)) freeBytes(bytes);
    return last;
  }

  /** Every now and then in a large reply: what was read goes back to the system, before the next reply needs as much again. */
  #passMark(decodeOptions) {
    const { bytes, index, cursor } = this;
    if (isOnlyOurs(bytes, decodeOptions)) forgetBytes(bytes.subarray(this.forgotten, index));
    this.forgotten = index;
    this.mark = this.#markAfter(index);
    if (cursor !== undefined && index >= this.fetchAt) fetchAhead(cursor);
  }

  #markAfter(index) {
    const step = index + WORTH_FREEING;
    return index < this.fetchAt ? Math.min(step, this.fetchAt) : step;
  }

  clear() {
    this.length = 0;
    this.bytes = this.view = undefined;
  }
}

/** Whether no value that was decoded holds a part of these bytes. */
function isOnlyOurs(bytes, decodeOptions) {
  return !decodeOptions.raw && !isShared(bytes);
}

function decode(document, decodeOptions) {
  return decodeOptions.raw ? asLocalBytes(document) : deserialize(document, decodeOptions);
}

/** How many there are; whatever else the server may send there is refused, so that nothing after this reads beyond the array. */
function countDocuments(bytes, view, arrayAt) {
  const end = arrayAt + view.getInt32(arrayAt, true) - 1;
  if (end < arrayAt + 4 || end >= bytes.length || bytes[end] !== 0) throw damaged();
  let index = arrayAt + 4;
  let count = 0;
  while (index < end) {
    if (bytes[index] !== DOCUMENT) throw damaged();
    index++;
    while (index < end && bytes[index] !== 0) index++;
    index++;
    const size = index + 4 <= end ? view.getInt32(index, true) : 0;
    if (size < 5 || index + size > end) throw damaged();
    index += size;
    count++;
  }
  return count;
}

function damaged() {
  return new MongoUnexpectedServerResponseError('The batch of a cursor in a reply of the server is damaged');
}

/** A batch that is not an array of the reply: what `explain` gives. */
export class SingleDocument {
  constructor(document) {
    this.document = document;
    this.size = 0;
    this.length = 1;
  }

  shift() {
    if (this.length === 0) return null;
    this.length = 0;
    return this.document;
  }

  clear() {
    this.length = 0;
  }
}
