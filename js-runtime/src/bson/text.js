/**
 * UTF-8 in both directions, with the two functions the host may replace by faster native ones.
 * Decoding keeps a leading byte order mark and, when asked to be fatal, refuses invalid bytes in js-bson's words.
 */
import { BSONError } from 'bson';
import { LONGEST_SHORT_STRING, readShortAscii } from './short-ascii.js';

/** @typedef {(bytes: Uint8Array, start: number, end: number, fatal: boolean) => string} Utf8Decoder */
/** @typedef {(text: string, target: Uint8Array, offset: number) => number} Utf8Encoder */

let strictDecoder = null;
let lenientDecoder = null;
let textEncoder = null;

function decodeWithTextDecoder(bytes, start, end, fatal) {
  if (fatal) {
    strictDecoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return strictDecoder.decode(bytes.subarray(start, end));
  }
  lenientDecoder ??= new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  return lenientDecoder.decode(bytes.subarray(start, end));
}

function encodeWithTextEncoder(text, target, offset) {
  textEncoder ??= new TextEncoder();
  return textEncoder.encodeInto(text, target.subarray(offset)).written;
}

/** @type {Utf8Decoder} */
let decoder = decodeWithTextDecoder;
/** @type {Utf8Encoder} */
let encoder = encodeWithTextEncoder;

/**
 * Replaces the decoder of strings that are long or not ASCII.
 * @param {Utf8Decoder | null} decode must throw on invalid bytes when `fatal`; null puts the default back
 */
export function setUtf8Decoder(decode) {
  decoder = decode ?? decodeWithTextDecoder;
}

/**
 * Replaces the encoder of long strings.
 * @param {Utf8Encoder | null} encode writes all of `text` at `offset` and returns the number of bytes; there is
 *   always room for three bytes per UTF-16 unit. Lone surrogates become U+FFFD. null puts the default back
 */
export function setUtf8Encoder(encode) {
  encoder = encode ?? encodeWithTextEncoder;
}

/** Decodes bytes that the short path did not take. */
export function decodeUtf8(bytes, start, end, fatal) {
  if (!fatal) return decoder(bytes, start, end, false);
  try {
    return decoder(bytes, start, end, true);
  } catch (cause) {
    throw new BSONError('Invalid UTF-8 string in BSON document', { cause });
  }
}

/** Decodes any range: the short ASCII path first, then the decoder. */
export function readText(bytes, start, end, fatal) {
  if (end - start <= LONGEST_SHORT_STRING) {
    const short = readShortAscii(bytes, start, end - start);
    if (short !== null) return short;
  }
  return decodeUtf8(bytes, start, end, fatal);
}

/** Below this many UTF-16 units a loop over char codes beats any encoder call. */
const LONGEST_LOOPED_STRING = 160;

/**
 * Writes a string as UTF-8; the caller has made room for three bytes per UTF-16 unit.
 * @returns {number} the index behind the last byte
 */
export function writeText(target, text, index) {
  const length = text.length;
  if (length > LONGEST_LOOPED_STRING) return index + encoder(text, target, index);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return writeWideText(target, text, i, index);
    target[index++] = code;
  }
  return index;
}

function writeWideText(target, text, from, index) {
  const length = text.length;
  for (let i = from; i < length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      target[index++] = code;
      continue;
    }
    if (code < 0x800) {
      target[index++] = 0xc0 | (code >> 6);
      target[index++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 && i + 1 < length ? text.charCodeAt(i + 1) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        i++;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        target[index++] = 0xf0 | (code >> 18);
        target[index++] = 0x80 | ((code >> 12) & 0x3f);
        target[index++] = 0x80 | ((code >> 6) & 0x3f);
        target[index++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    target[index++] = 0xe0 | (code >> 12);
    target[index++] = 0x80 | ((code >> 6) & 0x3f);
    target[index++] = 0x80 | (code & 0x3f);
  }
  return index;
}
