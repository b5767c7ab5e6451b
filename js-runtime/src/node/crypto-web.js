/** The global `crypto`: random values and identifiers; `subtle` is in a file of its own. */
/* global require -- replaced by the bundler */
import { native } from './registry.js';

const INTEGER_ARRAYS = /^(Big)?(Int|Uint)(8|16|32|64)(Clamped)?Array$/;
const MAX_BYTES = 65536;

export function makeWebCrypto(crypto) {
  return {
    get subtle() {
      return require('./crypto-subtle.js').subtle;
    },
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
