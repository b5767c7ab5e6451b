/**
 * The hot half of the decoder: one well-formed document to one plain object. It is stricter than js-bson and never
 * explains itself: whatever it doesn't accept ends in an exception, upon which deserialize.js asks js-bson, so that
 * refusals (and oddities js-bson tolerates) are js-bson's own.
 */
import { DBRef, Double, Int32, Long, ObjectId } from 'bson';
import { LONGEST_SHORT_STRING, readShortAscii } from './short-ascii.js';
import { decodeUtf8, readText } from './text.js';
import {
  NODE_SHIFT,
  UNKNOWN,
  findNode,
  firstChildren,
  nodeBytes,
  nodeLengths,
  nodeNames,
  successors
} from './key-table.js';
import { rareEnd, readRareValue } from './decode-rare.js';
import { KEEP_LONGS, KEEP_VALUES, LENIENT_TEXT, USE_BIGINT } from './decode-flags.js';
import { NOT_HERE } from './not-here.js';

/** Deeper documents go to js-bson, which doesn't recurse. The server itself stops at 100 to 200 levels. */
const MAXIMUM_DEPTH = 200;

const TWO_TO_32 = 4294967296;
const SAFE_HIGH = 0x200000; // 2^53 / 2^32

/** Where the value read last by readValue ended. Read it before anything else is decoded. */
let position = 0;

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view over the same bytes
 * @param {number} index where the document's size field is
 * @param {number} limit nothing at or behind it may be read
 * @param {number} flags see decode-flags.js
 * @returns {object} the document; a DBRef when it looks like one
 */
export function readRootDocument(bytes, view, index, limit, flags) {
  return readDocument(bytes, view, index, limit, flags, 0, 0);
}

function readDocument(bytes, view, index, limit, flags, parentNode, depth) {
  const end = index + view.getInt32(index, true);
  if (end > limit || depth > MAXIMUM_DEPTH) throw NOT_HERE;
  index += 4;
  const document = {};
  let node = parentNode;
  let guess = firstChildren[parentNode];
  let isFirst = true;
  let sawDollar = false;
  for (;;) {
    const type = bytes[index++];
    if (type === 0) break;

    const guessLength = nodeLengths[guess];
    const guessStart = guess << NODE_SHIFT;
    let name;
    let same = 0;
    while (same < guessLength && bytes[index + same] === nodeBytes[guessStart + same]) same++;
    if (same === guessLength && bytes[index + same] === 0) {
      node = guess;
      name = nodeNames[node];
      index += same + 1;
    } else {
      let nameEnd = index;
      while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd++;
      const found = findNode(bytes, index, nameEnd);
      if (found !== UNKNOWN) {
        if (isFirst) firstChildren[parentNode] = found;
        else successors[node] = found;
        node = found;
        name = nodeNames[found];
      } else {
        name = readText(bytes, index, nameEnd, false);
        if (bytes[index] === 0x24) sawDollar = true;
        if (name === '__proto__') {
          index = nameEnd + 1;
          const value = readValue(type, bytes, view, index, end, flags, 0, depth);
          index = position;
          Object.defineProperty(document, name, { value, writable: true, enumerable: true, configurable: true });
          continue;
        }
      }
      index = nameEnd + 1;
    }
    isFirst = false;
    guess = successors[node];

    switch (type) {
      case 2: {
        const length = view.getInt32(index, true) - 1;
        index += 4;
        const textEnd = index + length;
        if (length < 0 || textEnd >= end || bytes[textEnd] !== 0) throw NOT_HERE;
        let text = length <= LONGEST_SHORT_STRING ? readShortAscii(bytes, index, length) : null;
        if (text === null) text = decodeUtf8(bytes, index, textEnd, (flags & LENIENT_TEXT) === 0);
        document[name] = text;
        index = textEnd + 1;
        break;
      }
      case 16:
        if ((flags & KEEP_VALUES) === 0) document[name] = view.getInt32(index, true);
        else document[name] = new Int32(view.getInt32(index, true));
        index += 4;
        break;
      case 3: {
        const size = view.getInt32(index, true);
        document[name] = readDocument(bytes, view, index, end, flags, node, depth + 1);
        index += size;
        break;
      }
      case 7:
        document[name] = new ObjectId(bytes, index);
        index += 12;
        break;
      case 4: {
        const size = view.getInt32(index, true);
        document[name] = readArray(bytes, view, index, end, flags, node, depth + 1);
        index += size;
        break;
      }
      default:
        document[name] = readValue(type, bytes, view, index, end, flags, node, depth);
        index = position;
    }
  }
  // Whatever read beyond the end is found out here: nothing ever goes back.
  if (index !== end) throw NOT_HERE;
  return sawDollar ? promoteReference(document) : document;
}

function readArray(bytes, view, index, limit, flags, parentNode, depth) {
  const end = index + view.getInt32(index, true);
  if (end > limit || depth > MAXIMUM_DEPTH) throw NOT_HERE;
  index += 4;
  const array = [];
  for (;;) {
    const type = bytes[index++];
    if (type === 0) break;
    // The names of elements mean nothing: js-bson counts them and doesn't look either.
    while (index < end && bytes[index] !== 0) index++;
    index++;
    if (type === 3) {
      const size = view.getInt32(index, true);
      array.push(readDocument(bytes, view, index, end, flags, parentNode, depth + 1));
      index += size;
    } else {
      array.push(readValue(type, bytes, view, index, end, flags, parentNode, depth));
      index = position;
    }
  }
  if (index !== end) throw NOT_HERE;
  return array;
}

function readValue(type, bytes, view, index, end, flags, node, depth) {
  switch (type) {
    case 1: {
      position = index + 8;
      const number = view.getFloat64(index, true);
      return (flags & KEEP_VALUES) === 0 ? number : new Double(number);
    }
    case 2: {
      const length = view.getInt32(index, true) - 1;
      index += 4;
      const textEnd = index + length;
      if (length < 0 || textEnd >= end || bytes[textEnd] !== 0) throw NOT_HERE;
      position = textEnd + 1;
      if (length <= LONGEST_SHORT_STRING) {
        const text = readShortAscii(bytes, index, length);
        if (text !== null) return text;
      }
      return decodeUtf8(bytes, index, textEnd, (flags & LENIENT_TEXT) === 0);
    }
    case 3: {
      const after = index + view.getInt32(index, true);
      const document = readDocument(bytes, view, index, end, flags, node, depth + 1);
      position = after;
      return document;
    }
    case 4: {
      const after = index + view.getInt32(index, true);
      const array = readArray(bytes, view, index, end, flags, node, depth + 1);
      position = after;
      return array;
    }
    case 7:
      position = index + 12;
      return new ObjectId(bytes, index);
    case 8: {
      const byte = bytes[index];
      if (byte > 1) throw NOT_HERE;
      position = index + 1;
      return byte === 1;
    }
    case 9:
      position = index + 8;
      return new Date(view.getInt32(index + 4, true) * TWO_TO_32 + view.getUint32(index, true));
    case 10:
      position = index;
      return null;
    case 16:
      position = index + 4;
      return (flags & KEEP_VALUES) === 0 ? view.getInt32(index, true) : new Int32(view.getInt32(index, true));
    case 18:
      position = index + 8;
      return readLong(view, index, flags);
    default: {
      const value = readRareValue(type, bytes, view, index, end, flags);
      position = rareEnd;
      return value;
    }
  }
}

function readLong(view, index, flags) {
  const low = view.getUint32(index, true);
  const high = view.getInt32(index + 4, true);
  if ((flags & (USE_BIGINT | KEEP_LONGS | KEEP_VALUES)) !== 0) {
    return (flags & USE_BIGINT) !== 0 ? view.getBigInt64(index, true) : new Long(low, high);
  }
  const isSafe = (high < SAFE_HIGH && high >= -SAFE_HIGH) || (high === SAFE_HIGH && low === 0);
  return isSafe ? high * TWO_TO_32 + low : new Long(low, high);
}

const REFERENCE_KEYS = new Set(['$ref', '$id', '$db']);

/** js-bson makes a DBRef of a document with `$ref` and `$id`, unless it has other keys that begin with `$`. */
function promoteReference(document) {
  for (const key of Object.keys(document)) {
    if (key.startsWith('$') && !REFERENCE_KEYS.has(key)) return document;
  }
  if (typeof document.$ref !== 'string' || document.$id == null) return document;
  if ('$db' in document && typeof document.$db !== 'string') return document;
  const { $ref, $id, $db, ...fields } = document;
  return new DBRef($ref, $id, $db, fields);
}
