/** The encodings of Buffer and their numbers in the native text ops. */

export const UTF8 = 0;
export const LATIN1 = 1;
export const ASCII = 2;
export const UCS2 = 3;
export const HEX = 4;
export const BASE64 = 5;
export const BASE64URL = 6;

/** Canonical name by number. */
export const ENCODING_NAMES = ['utf8', 'latin1', 'ascii', 'utf16le', 'hex', 'base64', 'base64url'];

const CODES = new Map([
  ['utf8', UTF8], ['utf-8', UTF8], ['latin1', LATIN1], ['binary', LATIN1], ['ascii', ASCII], ['ucs2', UCS2], ['ucs-2', UCS2],
  ['utf16le', UCS2], ['utf-16le', UCS2], ['hex', HEX], ['base64', BASE64], ['base64url', BASE64URL],
]);

/** @returns {number|undefined} nothing for an unknown encoding */
export function encodingOf(name) {
  return CODES.get(name) ?? CODES.get(`${name}`.toLowerCase());
}
