/**
 * The less frequent element types of a document, each as the js-bson class or the plain value js-bson gives.
 * Code with scope and DBPointer are left to js-bson altogether.
 */
import { BSONRegExp, BSONSymbol, Binary, Code, Decimal128, MaxKey, MinKey, Timestamp, UUID } from 'bson';
import { BSON_REG_EXP, KEEP_VALUES, LENIENT_TEXT, PROMOTE_BUFFERS } from './decode-flags.js';
import { allocateOwnBytes, takeBytes } from './buffer-class.js';
import { NOT_HERE } from './not-here.js';
import { readText } from './text.js';

/** Where the value read last ended. */
export let rareEnd = 0;

/** Reads the value of an element whose type byte is `type`. */
export function readRareValue(type, bytes, view, index, end, flags) {
  switch (type) {
    case 5:
      return readBinary(bytes, view, index, end, flags);
    case 6:
      rareEnd = index;
      return undefined;
    case 11:
      return readRegExp(bytes, index, end, flags);
    case 13:
      return new Code(readSizedText(bytes, view, index, end, flags));
    case 14: {
      const text = readSizedText(bytes, view, index, end, flags);
      return (flags & KEEP_VALUES) === 0 ? text : new BSONSymbol(text);
    }
    case 17:
      rareEnd = index + 8;
      return new Timestamp({ i: view.getUint32(index, true), t: view.getUint32(index + 4, true) });
    case 19:
      return readDecimal(bytes, index, end);
    case 0x7f:
      rareEnd = index;
      return new MaxKey();
    case 0xff:
      rareEnd = index;
      return new MinKey();
    default:
      throw NOT_HERE;
  }
}

function readSizedText(bytes, view, index, end, flags) {
  const length = view.getInt32(index, true) - 1;
  const start = index + 4;
  const textEnd = start + length;
  if (length < 0 || textEnd >= end || bytes[textEnd] !== 0) throw NOT_HERE;
  rareEnd = textEnd + 1;
  return readText(bytes, start, textEnd, (flags & LENIENT_TEXT) === 0);
}

function readBinary(bytes, view, index, end, flags) {
  let size = view.getInt32(index, true);
  const subtype = bytes[index + 4];
  let start = index + 5;
  const after = start + size;
  if (size < 0 || after > end) throw NOT_HERE;
  if (subtype === Binary.SUBTYPE_BYTE_ARRAY) {
    if (size < 4 || view.getInt32(start, true) !== size - 4) throw NOT_HERE;
    start += 4;
    size -= 4;
  }
  rareEnd = after;
  const content = takeBytes(bytes, start, after);
  if ((flags & PROMOTE_BUFFERS) !== 0 && (flags & KEEP_VALUES) === 0) return content;
  if (subtype === Binary.SUBTYPE_UUID && size === 16) return new UUID(content);
  return new Binary(content, subtype);
}

function readDecimal(bytes, index, end) {
  if (index + 16 > end) throw NOT_HERE;
  const content = allocateOwnBytes(16);
  for (let i = 0; i < 16; i++) content[i] = bytes[index + i];
  rareEnd = index + 16;
  return new Decimal128(content);
}

function readRegExp(bytes, index, end, flags) {
  const sourceEnd = endOfName(bytes, index, end);
  const optionsEnd = endOfName(bytes, sourceEnd + 1, end);
  const source = readText(bytes, index, sourceEnd, false);
  const options = readText(bytes, sourceEnd + 1, optionsEnd, false);
  rareEnd = optionsEnd + 1;
  if ((flags & BSON_REG_EXP) !== 0) return new BSONRegExp(source, options);
  let javascriptFlags = '';
  for (const option of options) {
    // `s` is written for the JavaScript flag `g`: js-bson has always read it back that way.
    if (option === 's') javascriptFlags += 'g';
    else if (option === 'm' || option === 'i') javascriptFlags += option;
  }
  return new RegExp(source, javascriptFlags);
}

function endOfName(bytes, index, end) {
  while (index < end && bytes[index] !== 0) index++;
  if (index >= end) throw NOT_HERE;
  return index;
}
