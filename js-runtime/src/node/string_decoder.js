/** `string_decoder`: turns a series of chunks into text without breaking characters at their borders. */
import { builtin } from './registry.js';
import { encodingOf, ENCODING_NAMES, UTF8 } from './buffer-encodings.js';
import { invalidArgType, unknownEncoding } from './errors.js';

/** How many bytes at the end of `bytes` belong to a character that is not complete yet. */
const INCOMPLETE = {
  utf8(bytes) {
    const from = Math.max(0, bytes.length - 3);
    for (let index = bytes.length - 1; index >= from; index -= 1) {
      const byte = bytes[index];
      if ((byte & 0xc0) === 0x80) {
        continue;
      }
      const needed = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
      const present = bytes.length - index;
      return present < needed && isPossibleStart(bytes, index) ? present : 0;
    }
    return 0;
  },
  utf16le(bytes) {
    const odd = bytes.length % 2;
    const last = bytes.length - odd;
    const high = last >= 2 && (bytes[last - 1] & 0xfc) === 0xd8;
    return odd + (high ? 2 : 0);
  },
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3,
};

/** False when the second byte can't follow the first: then the sequence is broken now, not incomplete. */
function isPossibleStart(bytes, index) {
  if (index + 1 >= bytes.length) {
    return true;
  }
  const [first, second] = [bytes[index], bytes[index + 1]];
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

export class StringDecoder {
  #rest;
  #incomplete;

  constructor(encoding = 'utf8') {
    const code = encoding === null || encoding === '' ? UTF8 : encodingOf(encoding);
    if (code === undefined) {
      throw unknownEncoding(encoding);
    }
    this.encoding = ENCODING_NAMES[code];
    this.#incomplete = INCOMPLETE[this.encoding] ?? (() => 0);
    this.#rest = builtin('buffer').Buffer.alloc(0);
  }

  write(chunk) {
    if (typeof chunk === 'string') {
      return chunk;
    }
    if (!ArrayBuffer.isView(chunk)) {
      throw invalidArgType('buf', ['Buffer', 'TypedArray', 'DataView'], chunk);
    }
    const { Buffer } = builtin('buffer');
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, view]) : view;
    const kept = this.#incomplete(bytes);
    this.#rest = Buffer.from(bytes.subarray(bytes.length - kept));
    return bytes.toString(this.encoding, 0, bytes.length - kept);
  }

  end(chunk) {
    const text = chunk === undefined ? '' : this.write(chunk);
    const rest = this.#rest;
    this.#rest = rest.subarray(0, 0);
    return text + (rest.length > 0 ? rest.toString(this.encoding) : '');
  }

  text(chunk, offset) {
    this.#rest = this.#rest.subarray(0, 0);
    return this.write(chunk.subarray(offset));
  }

  get lastNeed() {
    return this.#rest.length;
  }
}

export default { StringDecoder };
