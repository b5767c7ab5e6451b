/** The documents of one cursor reply, decoded one at a time as they are asked for. */

import { asLocalBytes, deserialize } from './bson.js';

/** An array of documents inside a reply. */
export class DocumentBatch {
  constructor(bytes, view, arrayAt) {
    this.bytes = bytes;
    this.view = view;
    this.index = arrayAt + 4;
    this.size = countElements(bytes, view, this.index);
    this.length = this.size;
  }

  /** The next document, or null when there is none left. */
  shift(decodeOptions) {
    if (this.length === 0) return null;
    const { bytes, view } = this;
    let start = this.index + 1;
    while (bytes[start] !== 0) start++;
    start++;
    const end = start + view.getInt32(start, true);
    this.index = end;
    this.length--;
    // A reply may be 16 MB outside the heap; it must not live as long as the cursor.
    if (this.length === 0) this.bytes = this.view = undefined;
    const document = bytes.subarray(start, end);
    return decodeOptions.raw ? asLocalBytes(document) : deserialize(document, decodeOptions);
  }

  clear() {
    this.length = 0;
    this.bytes = this.view = undefined;
  }
}

function countElements(bytes, view, index) {
  let count = 0;
  while (bytes[index] !== 0) {
    index++;
    while (bytes[index] !== 0) index++;
    index++;
    index += view.getInt32(index, true);
    count++;
  }
  return count;
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
