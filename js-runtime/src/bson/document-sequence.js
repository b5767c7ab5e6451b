/**
 * Documents encoded one by one into what becomes an array of a command: the size of each is known before the command
 * is, so that a bulk can be split at the server's limits without encoding anything twice. The encoder copies a
 * sequence into the command as it is; js-bson itself can't write one.
 */

const INITIAL_SIZE = 16 * 1024;

/** The most that is kept for the next sequence: bytes. */
const MOST_KEPT = 4 * 1024 * 1024;

/** Memory that nothing is in; the next sequence begins with it. Making it anew each time would keep the garbage collector busy. */
let spare;

function takeMemory() {
  const memory = spare ?? new Uint8Array(INITIAL_SIZE);
  spare = undefined;
  return memory;
}

const NOTHING = new Uint8Array(0);

export class DocumentSequence {
  /** @param {(object: object, options?: object) => Uint8Array} encode gives bytes that are copied at once */
  constructor(encode) {
    this.encode = encode;
    this.memory = takeMemory();
    /** Bytes in use. */
    this.byteLength = 0;
    /** Number of documents. */
    this.length = 0;
    this.lastStart = 0;
  }

  /** What stands between the array's size and its final zero. */
  get elements() {
    return this.memory.subarray(0, this.byteLength);
  }

  /**
   * Encodes a document behind the others.
   * @returns {number} the document's own size; in the array it takes its key and two bytes more
   */
  add(document, options) {
    return this.addEncoded(this.encode(document, options));
  }

  /** The same for a document that is encoded already. */
  addEncoded(bytes) {
    const key = String(this.length);
    const needed = this.byteLength + key.length + 2 + bytes.length;
    if (needed > this.memory.length) this.grow(needed);
    const { memory } = this;
    let index = this.byteLength;
    this.lastStart = index;
    memory[index++] = 3;
    for (let i = 0; i < key.length; i++) memory[index++] = key.charCodeAt(i);
    memory[index++] = 0;
    memory.set(bytes, index);
    this.byteLength = needed;
    this.length++;
    return bytes.length;
  }

  /** Takes the last document back, for the next sequence. Only once per `add`. */
  removeLast() {
    this.length--;
    const header = String(this.length).length + 2;
    const document = this.memory.slice(this.lastStart + header, this.byteLength);
    this.byteLength = this.lastStart;
    return document;
  }

  /** Forgets the documents and keeps the memory. */
  clear() {
    this.byteLength = 0;
    this.length = 0;
  }

  /** Nobody asks for the documents any more. */
  release() {
    const { memory } = this;
    this.clear();
    this.memory = NOTHING;
    if (memory.length <= MOST_KEPT && memory.length > (spare?.length ?? 0)) spare = memory;
  }

  grow(needed) {
    const grown = new Uint8Array(Math.max(needed, this.memory.length * 2));
    grown.set(this.memory.subarray(0, this.byteLength));
    this.memory = grown;
  }
}
