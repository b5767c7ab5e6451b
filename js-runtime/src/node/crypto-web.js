/** The global `crypto`: random values, identifiers and digests. Keys of `crypto.subtle` are not provided. */
import { native } from './registry.js';
import { notProvided } from './errors.js';

const SUBTLE_REFUSED = ['decrypt', 'deriveBits', 'deriveKey', 'encrypt', 'exportKey', 'generateKey', 'importKey', 'sign', 'unwrapKey', 'verify', 'wrapKey'];
const INTEGER_ARRAYS = /^(Big)?(Int|Uint)(8|16|32|64)(Clamped)?Array$/;
const MAX_BYTES = 65536;

export function makeWebCrypto(crypto) {
  const subtle = {
    async digest(algorithm, data) {
      const name = (typeof algorithm === 'string' ? algorithm : algorithm.name).toLowerCase();
      const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
      if (!['sha-1', 'sha-256', 'sha-384', 'sha-512'].includes(name)) {
        throw new DOMException('Unrecognized algorithm name', 'NotSupportedError');
      }
      return new Uint8Array(crypto.createHash(name.replace('-', '')).update(bytes).digest()).buffer;
    },
  };
  for (const name of SUBTLE_REFUSED) {
    subtle[name] = async () => {
      throw notProvided(`crypto.subtle.${name}`, 'use `node:crypto` or a package written in JavaScript.');
    };
  }
  return {
    subtle,
    getRandomValues(target) {
      const kind = Object.prototype.toString.call(target).slice(8, -1);
      if (!INTEGER_ARRAYS.test(kind)) {
        throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
      }
      if (target.byteLength > MAX_BYTES) {
        throw new DOMException(`The requested length exceeds 65,536 bytes`, 'QuotaExceededError');
      }
      native.ops.op_node_random_fill(new Uint8Array(target.buffer, target.byteOffset, target.byteLength));
      return target;
    },
    randomUUID: () => crypto.randomUUID(),
  };
}
