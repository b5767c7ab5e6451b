/**
 * Writes keys and the values that hold no other values. Room for a key and for values of fixed size has been made by
 * the caller; values of variable size make their own.
 */
import { BSONError, Binary } from 'bson';
import {
  binaryContent,
  decimalBytes,
  longHigh,
  longLow,
  refuseInvalidVector,
  writeObjectIdBytes
} from './bson-values.js';
import { writeText } from './text.js';

const TWO_TO_32 = 4294967296;

/** Writes a name and its zero. */
export function writeKey(bytes, key, index) {
  const length = key.length;
  for (let i = 0; i < length; i++) {
    const code = key.charCodeAt(i);
    // Neither a zero nor a wide character: one comparison for both.
    if ((code - 1) >>> 0 > 126) return writeUnusualKey(bytes, key, index - i);
    bytes[index++] = code;
  }
  bytes[index] = 0;
  return index + 1;
}

function writeUnusualKey(bytes, key, index) {
  if (key.includes('\0')) throw new BSONError(`key ${key} must not contain null bytes`);
  const end = writeText(bytes, key, index);
  bytes[end] = 0;
  return end + 1;
}

/** Writes size, text and zero. */
export function writeSizedText(writer, text, index) {
  writer.reserve(index, text.length * 3 + 32);
  const { bytes } = writer;
  const end = writeText(bytes, text, index + 4);
  bytes[end] = 0;
  writer.view.setInt32(index, end - index - 3, true);
  return end + 1;
}

export function writeDate(writer, value, index) {
  const time = Math.trunc(value.getTime());
  const isNumber = time === time;
  writer.view.setInt32(index, isNumber ? time % TWO_TO_32 : 0, true);
  writer.view.setInt32(index + 4, isNumber ? Math.floor(time / TWO_TO_32) : 0, true);
  return index + 8;
}

export function writeRegExp(writer, value, index) {
  const { source } = value;
  if (source && source.includes('\0')) throw new BSONError(`value ${source} must not contain null bytes`);
  // `s` for the global flag is js-bson's custom.
  const flags = (value.ignoreCase ? 'i' : '') + (value.global ? 's' : '') + (value.multiline ? 'm' : '');
  return writeTwoTexts(writer, source, flags, index);
}

function writeTwoTexts(writer, first, second, index) {
  writer.reserve(index, (first.length + second.length) * 3 + 2);
  const { bytes } = writer;
  let end = writeText(bytes, first, index);
  bytes[end++] = 0;
  end = writeText(bytes, second, end);
  bytes[end++] = 0;
  return end;
}

/** Writes size, subtype and content of a binary. */
export function writeBytes(writer, content, subtype, index) {
  const length = content.length;
  const isOld = subtype === Binary.SUBTYPE_BYTE_ARRAY;
  writer.reserve(index, length + 16);
  const { bytes, view } = writer;
  view.setInt32(index, isOld ? length + 4 : length, true);
  bytes[index + 4] = subtype;
  index += 5;
  if (isOld) {
    view.setInt32(index, length, true);
    index += 4;
  }
  bytes.set(content, index);
  return index + length;
}

const SCALAR_TYPES = {
  Binary: 5,
  BSONRegExp: 11,
  BSONSymbol: 14,
  Decimal128: 19,
  Double: 1,
  Int32: 16,
  Long: 18,
  MaxKey: 0x7f,
  MinKey: 0xff,
  ObjectId: 7,
  Timestamp: 17
};

/**
 * Writes a value of a BSON class without values inside.
 * @param {string} name what typeName says of the value
 * @param {number} index where the type byte belongs
 * @param {number} at where the value does
 */
export function writeScalar(writer, name, value, index, at) {
  const { bytes, view } = writer;
  bytes[index] = SCALAR_TYPES[name];
  switch (name) {
    case 'Binary':
      refuseInvalidVector(value);
      return writeBytes(writer, binaryContent(value), value.sub_type, at);
    case 'BSONRegExp':
      return writeBsonRegExp(writer, value, at);
    case 'BSONSymbol':
      return writeSizedText(writer, value.value, at);
    case 'Decimal128':
      bytes.set(decimalBytes(value), at);
      return at + 16;
    case 'Double':
      view.setFloat64(at, value.value, true);
      return at + 8;
    case 'Int32':
      view.setInt32(at, value.valueOf(), true);
      return at + 4;
    case 'Long':
    case 'Timestamp':
      view.setInt32(at, longLow(value), true);
      view.setInt32(at + 4, longHigh(value), true);
      return at + 8;
    case 'ObjectId':
      writeObjectIdBytes(bytes, value, at);
      return at + 12;
    default:
      return at;
  }
}

function writeBsonRegExp(writer, value, index) {
  const { pattern } = value;
  if (pattern.includes('\0')) throw new BSONError(`pattern ${pattern} must not contain null bytes`);
  return writeTwoTexts(writer, pattern, value.options.split('').sort().join(''), index);
}
