/**
 * Which class the bytes in decoded values have. In Node they are Buffers; here they are once a Buffer class exists,
 * whether it was there when js-bson loaded or comes later: js-bson's own `ByteUtils` is switched as well, so that
 * `ObjectId.id`, `Binary.buffer` and `Decimal128.bytes` agree with it.
 */
import { ByteUtils } from 'bson';
import { readText, writeText } from './text.js';

let BufferClass = usableBuffer(globalThis.Buffer);

function usableBuffer(candidate) {
  return typeof candidate === 'function' && typeof candidate.from === 'function' ? candidate : null;
}

/** Bytes of an on-heap typed array in V8; above this every array has memory of its own outside the heap. */
const SMALL = 64;

/**
 * Sets the class of bytes from now on.
 * @param {typeof Buffer | null} candidate null goes back to plain Uint8Arrays
 */
export function setBufferClass(candidate) {
  BufferClass = usableBuffer(candidate);
  Object.assign(ByteUtils, BufferClass === null ? plainByteUtils() : bufferByteUtils(BufferClass));
}

/** A new array of the current class, its content unspecified, possibly part of a shared pool. */
export function allocateBytes(length) {
  return BufferClass === null ? new Uint8Array(length) : BufferClass.allocUnsafe(length);
}

/** The same outside any pool: for values that may be kept for long. */
export function allocateOwnBytes(length) {
  if (BufferClass === null) return new Uint8Array(length);
  return BufferClass.allocUnsafeSlow === undefined ? BufferClass.alloc(length) : BufferClass.allocUnsafeSlow(length);
}

/** The same memory as an instance of the current class. */
export function asLocalBytes(bytes) {
  if (BufferClass === null || bytes instanceof BufferClass) return bytes;
  return BufferClass.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Bytes of a document as a value of their own. Small ones, and those that are a small part of the whole, are copied:
 * one kept binary must not keep a batch of 16 MB alive.
 */
export function takeBytes(bytes, start, end) {
  const length = end - start;
  if (length > SMALL && length * 8 > bytes.buffer.byteLength) {
    noteShared(bytes);
    return asLocalBytes(bytes.subarray(start, end));
  }
  const copy = allocateOwnBytes(length);
  if (length <= SMALL) for (let i = 0; i < length; i++) copy[i] = bytes[start + i];
  else copy.set(bytes.subarray(start, end));
  return copy;
}

/** Buffers that a decoded value may be a part of. */
const shared = new WeakSet();

/** Says that a value may keep a part of these bytes. */
export function noteShared(bytes) {
  shared.add(bytes.buffer);
}

/** Whether a value may keep a part of these bytes: then they must not be freed. */
export function isShared(bytes) {
  return shared.has(bytes.buffer);
}

const transfer = Function.prototype.call.bind(ArrayBuffer.prototype.transfer ?? ((buffer) => buffer));

/** Gives the memory of bytes back at once. Nobody may read them any more. */
export function freeBytes(bytes) {
  transfer(bytes.buffer, 0);
}

const originals = { ...ByteUtils };

/** js-bson's utilities over the given class. Only what differs from plain arrays, or is slow there, is replaced. */
function bufferByteUtils(Class) {
  const local = (bytes) => {
    if (bytes instanceof Class) return bytes;
    if (ArrayBuffer.isView(bytes)) return Class.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const plain = originals.toLocalBufferType(bytes);
    return Class.from(plain.buffer, plain.byteOffset, plain.byteLength);
  };
  return {
    ...betterByteUtils,
    toLocalBufferType: local,
    allocate: (size) => Class.alloc(size),
    allocateUnsafe: (size) => Class.allocUnsafe(size),
    concat: (list) => Class.concat(list),
    fromNumberArray: (array) => Class.from(array),
    fromBase64: (text) => Class.from(text, 'base64'),
    fromUTF8: (text) => Class.from(text, 'utf8'),
    fromISO88591: (text) => Class.from(text, 'latin1'),
    fromHex: (text) => Class.from(text, 'hex'),
    toBase64: (bytes) => local(bytes).toString('base64'),
    toHex: (bytes) => local(bytes).toString('hex'),
    toISO88591: (bytes) => local(bytes).toString('latin1')
  };
}

function plainByteUtils() {
  return { ...originals, ...betterByteUtils };
}

/** Text functions that js-bson only has fast in Node; and random bytes from a `crypto` that may appear after loading. */
const betterByteUtils = {
  randomBytes(length) {
    const { crypto } = globalThis;
    return crypto === undefined ? originals.randomBytes(length) : crypto.getRandomValues(ByteUtils.allocate(length));
  },
  toUTF8: readText,
  encodeUTF8Into(target, text, index) {
    if (target.length - index >= text.length * 3) return writeText(target, text, index) - index;
    return originals.encodeUTF8Into(target, text, index);
  },
  utf8ByteLength(text) {
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) length += 1;
      else if (code < 0x800) length += 2;
      else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        length += 4;
        i++;
      } else length += 3;
    }
    return length;
  }
};

// Without a Buffer js-bson chose its web functions, which are slow with text and drop a byte order mark.
if (BufferClass === null) Object.assign(ByteUtils, betterByteUtils);
