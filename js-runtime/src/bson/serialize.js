/**
 * `serialize` with js-bson's signature and defaults, and a variant without the final copy for commands, whose bytes
 * are handed on at once.
 */
import { BSONVersionError, calculateObjectSize as calculateByJsBson } from 'bson';
import { allocateBytes } from './buffer-class.js';
import { DocumentSequence } from './document-sequence.js';
import { writeRoot } from './encode.js';
import { JS_BSON_LIMIT, Writer } from './writer.js';

const mainWriter = new Writer();
let limit = JS_BSON_LIMIT;

const ownBoolean = (value, otherwise) => (typeof value === 'boolean' ? value : otherwise);

/** Runs `use` on a writer that holds the encoded object. A toBSON that serializes gets a writer of its own. */
function encode(object, options, maximum, use) {
  const writer = mainWriter.isBusy ? new Writer() : mainWriter;
  writer.isBusy = true;
  try {
    writer.limit = maximum;
    writer.serializeFunctions = ownBoolean(options?.serializeFunctions, false);
    const checkKeys = ownBoolean(options?.checkKeys, false);
    const ignoreUndefined = ownBoolean(options?.ignoreUndefined, true);
    const length = writeRoot(writer, object, checkKeys, ignoreUndefined);
    writer.finish(length);
    return use(writer.bytes, length);
  } finally {
    writer.ancestors.length = 0;
    writer.isBusy = false;
  }
}

function copyOf(bytes, length) {
  const copy = allocateBytes(length);
  copy.set(bytes.subarray(0, length));
  return copy;
}

const viewOf = (bytes, length) => bytes.subarray(0, length);

/**
 * Encodes a document. The result is the caller's own (a Buffer when there is such a class).
 * @param {object} object
 * @param {import('bson').SerializeOptions} [options]
 * @returns {Uint8Array}
 */
export function serialize(object, options) {
  const minimum = options?.minInternalBufferSize;
  if (typeof minimum === 'number') setInternalBufferSize(minimum);
  return encode(object, options, limit, copyOf);
}

/**
 * Encodes a document into memory that the next call of any function here reuses: the result is only valid until then
 * (the next `serialize*` call, also one made by a toBSON), so hand it on or copy it first.
 * There is no limit of size but `maximum`.
 * @param {object} object
 * @param {import('bson').SerializeOptions} [options]
 * @param {number} [maximum] beyond which a RangeError is thrown
 * @returns {Uint8Array}
 */
export function serializeShared(object, options, maximum = 0x7fffffff) {
  return encode(object, options, maximum, viewOf);
}

/** js-bson's function of that name: encodes into the caller's memory and returns the index of the last byte. */
export function serializeWithBufferAndIndex(object, target, options) {
  const start = typeof options?.index === 'number' ? options.index : 0;
  const encoded = encode(object, options, limit, viewOf);
  target.set(encoded, start);
  return start + encoded.length - 1;
}

/** Raises the largest size `serialize` accepts; the memory itself grows by need. */
export function setInternalBufferSize(size) {
  if (size > limit) limit = size;
}

/** js-bson's function of that name, for values of other bson majors too. */
export function calculateObjectSize(object, options) {
  try {
    return calculateByJsBson(object, options);
  } catch (error) {
    if (!(error instanceof BSONVersionError)) throw error;
    return serializeShared(object, options).length;
  }
}

/** A new, empty sequence of documents (see document-sequence.js). */
export function createDocumentSequence() {
  return new DocumentSequence(serializeShared);
}
