/**
 * The encoder: an object to BSON bytes, byte for byte what js-bson writes, with js-bson's refusals. It differs in one
 * point on purpose: values of other bson majors are taken (bson-values.js), where js-bson refuses them.
 *
 * Every function takes the writer and the index to write at and returns the index behind what it wrote. Nothing of the
 * writer may be held across a call that may grow it or run the user's code.
 */
import { BSONError, ObjectId, serialize as serializeByJsBson } from 'bson';
import { codeText, referenceDocument, typeName } from './bson-values.js';
import { DocumentSequence } from './document-sequence.js';
import { writeBytes, writeDate, writeKey, writeRegExp, writeScalar, writeSizedText } from './encode-scalar.js';

/** Deeper values are given to js-bson, which doesn't recurse. */
const MAXIMUM_DEPTH = 200;

/** Type, terminating zero and the largest value of fixed size, rounded up. */
const FIXED_ROOM = 32;

const EXEMPT_KEYS = new Set(['$db', '$ref', '$id', '$clusterTime']);
const ARRAY_KEYS = Array.from({ length: 1000 }, (_, i) => String(i));

const hasOwn = Object.prototype.hasOwnProperty;
const objectPrototype = Object.prototype;
const toStringTag = Object.prototype.toString;
const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag
).get;

const isDate = (value) => value instanceof Date || toStringTag.call(value) === '[object Date]';
const isRegExp = (value) => value instanceof RegExp || toStringTag.call(value) === '[object RegExp]';
const isBytes = (value) => value instanceof Uint8Array || typedArrayTag.call(value) === 'Uint8Array';
const isMap = (value) => value instanceof Map || value[Symbol.toStringTag] === 'Map';
const isArrayBuffer = (value) => /^(Shared)?ArrayBuffer$/.test(String(value[Symbol.toStringTag]));

/**
 * Writes a root document at index 0.
 * @param {import('./writer.js').Writer} writer
 * @returns {number} its length
 */
export function writeRoot(writer, object, checkKeys, ignoreUndefined) {
  if (object == null) {
    writer.bytes.set([5, 0, 0, 0, 0]);
    return 5;
  }
  refuseAsRoot(object);
  return writeContainer(writer, object, 0, checkKeys, ignoreUndefined);
}

function refuseAsRoot(object) {
  if (Array.isArray(object)) throw new BSONError('serialize does not support an array as the root input');
  if (typeof object !== 'object') {
    throw new BSONError('serialize does not support non-object as the root input');
  }
  if ('_bsontype' in object && typeof object._bsontype === 'string') {
    throw new BSONError('BSON types cannot be serialized as a document');
  }
  if (Object.getPrototypeOf(object) === objectPrototype) return;
  if (isDate(object) || isRegExp(object) || isBytes(object) || isArrayBuffer(object)) {
    throw new BSONError('date, regexp, typedarray, and arraybuffer cannot be BSON documents');
  }
}

/**
 * Writes the body (size, elements, zero) of a document or an array.
 * @param {object} source the value as it stands in its parent; its own toBSON is called here
 */
export function writeContainer(writer, source, index, checkKeys, ignoreUndefined) {
  const { ancestors } = writer;
  for (let i = 0; i < ancestors.length; i++) {
    if (ancestors[i] === source) throw new BSONError('Cannot convert circular structure to BSON');
  }
  ancestors.push(source);
  writer.reserve(index, 5);
  let end;
  if (Array.isArray(source)) end = writeArrayElements(writer, source, index + 4, checkKeys, ignoreUndefined);
  else if (isMap(source)) end = writeMapElements(writer, source, index + 4, checkKeys, ignoreUndefined);
  else end = writeObjectElements(writer, source, index + 4, checkKeys, ignoreUndefined);
  ancestors.pop();
  writer.reserve(end, 1);
  writer.bytes[end++] = 0;
  writer.view.setInt32(index, end - index, true);
  return end;
}

function writeObjectElements(writer, source, index, checkKeys, ignoreUndefined) {
  let target = source;
  if (typeof source.toBSON === 'function') {
    target = source.toBSON();
    if (target != null && typeof target !== 'object') {
      throw new BSONError('toBSON function did not return an object');
    }
    // Throws the engine's own TypeError for null and undefined, as js-bson does.
    if (target == null) Object.keys(target);
  }
  // for-in reads fields through the enum cache, which Object.keys with a keyed read can't.
  for (const key in target) {
    if (!hasOwn.call(target, key)) continue;
    index = writeElement(writer, key, target[key], index, true, checkKeys, ignoreUndefined);
  }
  return index;
}

function writeArrayElements(writer, source, index, checkKeys, ignoreUndefined) {
  for (let i = 0; i < source.length; i++) {
    const key = i < 1000 ? ARRAY_KEYS[i] : String(i);
    const value = source[i];
    index = writeElement(writer, key, value === undefined ? null : value, index, false, checkKeys, ignoreUndefined);
  }
  return index;
}

function writeMapElements(writer, source, index, checkKeys, ignoreUndefined) {
  for (const [key, value] of source.entries()) {
    const isText = typeof key === 'string';
    const end = writeElement(writer, isText ? key : '', value, index, true, checkKeys, ignoreUndefined);
    // Only a key that would really be written is refused, as js-bson stumbles over it only then.
    if (!isText && end !== index) throw new TypeError('the key of a Map must be a string');
    index = end;
  }
  return index;
}

/** Writes one element, or nothing when its value has no place in BSON. */
function writeElement(writer, key, value, index, isNamed, checkKeys, ignoreUndefined) {
  let kind = typeof value;
  if (kind === 'object' ? value !== null : kind === 'function' || kind === 'bigint' || kind === 'symbol') {
    if (typeof value.toBSON === 'function') {
      value = value.toBSON();
      kind = typeof value;
    }
  }
  if (checkKeys && isNamed) refuseKey(key);
  writer.reserve(index, key.length * 3 + FIXED_ROOM);
  switch (kind) {
    case 'string': {
      writer.bytes[index] = 2;
      return writeSizedText(writer, value, writeKey(writer.bytes, key, index + 1));
    }
    case 'number':
      return writeNumber(writer, key, value, index);
    case 'boolean': {
      const { bytes } = writer;
      bytes[index] = 8;
      const at = writeKey(bytes, key, index + 1);
      bytes[at] = value ? 1 : 0;
      return at + 1;
    }
    case 'object':
      if (value !== null) return writeObject(writer, key, value, index, checkKeys, ignoreUndefined);
      return writeEmpty(writer, 10, key, index);
    case 'bigint': {
      writer.bytes[index] = 18;
      const at = writeKey(writer.bytes, key, index + 1);
      writer.view.setBigInt64(at, value, true);
      return at + 8;
    }
    case 'undefined':
      if (!isNamed || !ignoreUndefined) return writeEmpty(writer, 10, key, index);
      break;
    case 'function':
      if (writer.serializeFunctions) {
        writer.bytes[index] = 13;
        return writeSizedText(writer, value.toString(), writeKey(writer.bytes, key, index + 1));
      }
      break;
  }
  // A name that isn't written must still be a lawful one.
  writeKey(writer.bytes, String(key), index);
  return index;
}

function refuseKey(key) {
  if (EXEMPT_KEYS.has(key)) return;
  if (key.includes('\0')) throw new BSONError(`key ${key} must not contain null bytes`);
  if (key.startsWith('$')) throw new BSONError(`key ${key} must not start with '$'`);
  if (key.includes('.')) throw new BSONError(`key ${key} must not contain '.'`);
}

function writeNumber(writer, key, value, index) {
  const { bytes, view } = writer;
  const at = writeKey(bytes, key, index + 1);
  if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
    bytes[index] = 16;
    view.setInt32(at, value, true);
    return at + 4;
  }
  bytes[index] = 1;
  view.setFloat64(at, value, true);
  return at + 8;
}

function writeEmpty(writer, type, key, index) {
  writer.bytes[index] = type;
  return writeKey(writer.bytes, key, index + 1);
}

function writeObject(writer, key, value, index, checkKeys, ignoreUndefined) {
  const { bytes } = writer;
  const at = writeKey(bytes, key, index + 1);
  if (value instanceof ObjectId) {
    bytes[index] = 7;
    return at + value.serializeInto(bytes, at);
  }
  if (value._bsontype != null) return writeBsonValue(writer, value, index, at, checkKeys, ignoreUndefined);
  const isArray = Array.isArray(value);
  bytes[index] = isArray ? 4 : 3;
  if (!isArray && Object.getPrototypeOf(value) !== objectPrototype) {
    // js-bson puts these questions to every object; a plain one can only answer no.
    const end = writeSpecialObject(writer, value, index, at);
    if (end !== NOT_SPECIAL) return end;
  }
  if (writer.ancestors.length > MAXIMUM_DEPTH) return writeDeep(writer, value, at, checkKeys, ignoreUndefined);
  return writeContainer(writer, value, at, checkKeys, ignoreUndefined);
}

const NOT_SPECIAL = -1;

function writeSpecialObject(writer, value, index, at) {
  const { bytes } = writer;
  if (isDate(value)) {
    bytes[index] = 9;
    return writeDate(writer, value, at);
  }
  if (isBytes(value)) {
    bytes[index] = 5;
    return writeBytes(writer, value, 0, at);
  }
  if (isRegExp(value)) {
    bytes[index] = 11;
    return writeRegExp(writer, value, at);
  }
  if (value instanceof DocumentSequence) {
    bytes[index] = 4;
    return writeSequence(writer, value, at);
  }
  return NOT_SPECIAL;
}

function writeBsonValue(writer, value, index, at, checkKeys, ignoreUndefined) {
  const { bytes } = writer;
  const name = typeName(value);
  if (name === 'DBRef') {
    bytes[index] = 3;
    return writeContainer(writer, referenceDocument(value), at, false, true);
  }
  if (name !== 'Code') return writeScalar(writer, name, value, index, at);
  const { scope } = value;
  if (!scope || typeof scope !== 'object') {
    bytes[index] = 13;
    return writeSizedText(writer, codeText(value), at);
  }
  bytes[index] = 15;
  const scopeStart = writeSizedText(writer, codeText(value), at + 4);
  const end = writeContainer(writer, scope, scopeStart, checkKeys, ignoreUndefined);
  writer.view.setInt32(at, end - at, true);
  return end;
}

function writeSequence(writer, sequence, index) {
  const { elements } = sequence;
  const end = index + 4 + elements.length;
  writer.reserve(index, 5 + elements.length);
  writer.bytes.set(elements, index + 4);
  writer.bytes[end] = 0;
  writer.view.setInt32(index, end + 1 - index, true);
  return end + 1;
}

function writeDeep(writer, value, index, checkKeys, ignoreUndefined) {
  const { serializeFunctions } = writer;
  const whole = serializeByJsBson({ v: value }, { checkKeys, ignoreUndefined, serializeFunctions });
  // Around the value: size (4), type, `v`, zero; and the final zero.
  const body = whole.subarray(7, whole.length - 1);
  writer.reserve(index, body.length);
  writer.bytes.set(body, index);
  return index + body.length;
}
