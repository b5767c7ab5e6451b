/** AES for `crypto.createCipheriv` and `createDecipheriv`. The whole text is gathered first and worked on at the end. */
import { builtin, native } from './registry.js';
import { nodeError } from './errors.js';

const CIPHERS = ['aes-128-ecb', 'aes-192-ecb', 'aes-256-ecb', 'aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'aes-128-ctr', 'aes-192-ctr', 'aes-256-ctr', 'aes-128-gcm', 'aes-256-gcm'];
const BLOCK = 16;
/** Other lengths are legal for GCM, but nobody should use them. */
const NONCE = 12;

export const getCiphers = () => [...CIPHERS];

function bytesOf(data, encoding) {
  const { Buffer } = builtin('buffer');
  return typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : Buffer.from(data.export?.() ?? data);
}

class Cipher {
  #name;
  #key;
  #iv;
  #direction;
  #chunks = [];
  #padding = true;
  #associated = new Uint8Array();
  #tag;
  #done = false;

  constructor(direction, name, key, iv) {
    this.#direction = direction;
    this.#name = `${name}`.toLowerCase();
    if (!CIPHERS.includes(this.#name)) {
      throw nodeError(Error, 'ERR_CRYPTO_UNKNOWN_CIPHER', 'Unknown cipher');
    }
    this.#key = bytesOf(key);
    this.#iv = iv === null || iv === undefined ? new Uint8Array() : bytesOf(iv);
    if (this.#key.length !== Number(this.#name.slice(4, 7)) / 8) {
      throw nodeError(RangeError, 'ERR_CRYPTO_INVALID_KEYLEN', 'Invalid key length');
    }
    const wanted = /gcm$/.test(this.#name) ? NONCE : /ecb$/.test(this.#name) ? 0 : BLOCK;
    if (this.#iv.length !== wanted) {
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_IV', 'Invalid initialization vector');
    }
  }

  setAutoPadding(padding = true) {
    this.#padding = padding;
    return this;
  }

  setAAD(bytes) {
    this.#associated = bytesOf(bytes);
    return this;
  }

  setAuthTag(tag, encoding) {
    this.#tag = bytesOf(tag, encoding);
    return this;
  }

  getAuthTag() {
    return builtin('buffer').Buffer.from(this.#tag);
  }

  update(data, inputEncoding, outputEncoding) {
    this.#chunks.push(bytesOf(data, inputEncoding));
    const { Buffer } = builtin('buffer');
    return outputEncoding && outputEncoding !== 'buffer' ? '' : Buffer.alloc(0);
  }

  final(outputEncoding) {
    if (this.#done) {
      throw nodeError(Error, 'ERR_CRYPTO_INVALID_STATE', 'Unsupported state or unable to authenticate data');
    }
    this.#done = true;
    const { Buffer } = builtin('buffer');
    const input = Buffer.concat(this.#chunks);
    const encrypting = this.#direction === 'encrypt';
    const tag = this.#tag ?? new Uint8Array();
    const result = Buffer.from(native.ops.op_node_cipher(this.#name, (encrypting ? 1 : 0) | (this.#padding ? 2 : 0), this.#key, this.#iv, this.#associated, tag, input));
    let output = result;
    if (/gcm$/.test(this.#name) && encrypting) {
      this.#tag = result.subarray(result.length - BLOCK);
      output = result.subarray(0, result.length - BLOCK);
    }
    return outputEncoding && outputEncoding !== 'buffer' ? output.toString(outputEncoding) : output;
  }
}

export function createCipheriv(name, key, iv) {
  return new Cipher('encrypt', name, key, iv);
}

export function createDecipheriv(name, key, iv) {
  return new Cipher('decrypt', name, key, iv);
}
