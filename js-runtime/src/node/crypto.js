/** `crypto`: hashes, HMAC, keys from passwords, random values. Ciphers, signatures and key pairs are not provided. */
import { builtin, defineLazy, native } from './registry.js';
import { invalidArgType, nodeError, notProvided, outOfRange, validateFunction, validateInteger, validateString } from './errors.js';
import { createCipheriv, createDecipheriv, getCiphers } from './crypto-ciphers.js';
import { makeWebCrypto } from './crypto-web.js';

const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-224', 'sha512-256'];
const MAX_RANDOM = 2 ** 31 - 1;

/** OpenSSL knows algorithms by several names. */
function algorithmName(name) {
  const lower = name.toLowerCase();
  return lower.replace(/^rsa-/, '').replace(/^sha-(\d)/, 'sha$1').replace('/', '-');
}

function bytesOf(data, name, encoding) {
  if (typeof data === 'string') {
    return builtin('buffer').Buffer.from(data, encoding === 'buffer' ? 'utf8' : encoding);
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  if (data instanceof KeyObject) {
    return data.export();
  }
  throw invalidArgType(name, ['string', 'ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'], data);
}

function toOutput(bytes, encoding) {
  const buffer = builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
}

/** Hash and Hmac are streams as well; the stream part is made only when it is used as one. */
function withStream(Class) {
  for (const name of ['pipe', 'on', 'once', 'write', 'end', 'read', 'emit', 'removeListener', 'off', 'addListener', 'listenerCount']) {
    Class.prototype[name] = function viaStream(...args) {
      return streamOf(this)[name](...args);
    };
  }
  Class.prototype[Symbol.asyncIterator] = function iterate() {
    return streamOf(this)[Symbol.asyncIterator]();
  };
}

const streams = new WeakMap();

function streamOf(hash) {
  let stream = streams.get(hash);
  if (stream === undefined) {
    const { Transform } = builtin('stream');
    stream = new Transform({
      transform(chunk, _encoding, callback) {
        hash.update(chunk);
        callback();
      },
      flush(callback) {
        this.push(hash.digest());
        callback();
      },
    });
    streams.set(hash, stream);
  }
  return stream;
}

class Running {
  #running;
  #done = false;

  constructor(running) {
    this.#running = running;
  }

  get running() {
    return this.#running;
  }

  update(data, encoding) {
    if (this.#done) {
      throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    }
    if (typeof data !== 'string' && !ArrayBuffer.isView(data)) {
      throw invalidArgType('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
    }
    native.ops.op_node_hash_update(this.#running, bytesOf(data, 'data', encoding));
    return this;
  }

  digest(encoding) {
    if (this.#done) {
      throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    }
    this.#done = true;
    return toOutput(native.ops.op_node_hash_digest(this.#running), encoding);
  }

  copyRunning() {
    if (this.#done) {
      throw nodeError(Error, 'ERR_CRYPTO_HASH_FINALIZED', 'Digest already called');
    }
    return native.ops.op_node_hash_copy(this.#running);
  }
}

export class Hash extends Running {
  constructor(algorithm) {
    if (typeof algorithm !== 'string') {
      super(algorithm);
      return;
    }
    const running = native.ops.op_node_hash_new(algorithmName(algorithm));
    if (running === null || running === undefined) {
      throw new Error('Digest method not supported');
    }
    super(running);
  }

  copy() {
    return new Hash(this.copyRunning());
  }
}

export class Hmac extends Running {
  constructor(algorithm, key, options) {
    validateString(algorithm, 'hmac');
    const running = native.ops.op_node_hmac_new(algorithmName(algorithm), bytesOf(key, 'key', options?.encoding));
    if (running === null || running === undefined) {
      throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${algorithm}`);
    }
    super(running);
  }
}

withStream(Hash);
withStream(Hmac);

class KeyObject {
  #bytes;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get type() {
    return 'secret';
  }

  get symmetricKeySize() {
    return this.#bytes.length;
  }

  export(options) {
    return options?.format === 'jwk' ? { kty: 'oct', k: toOutput(this.#bytes, 'base64url') } : toOutput(this.#bytes);
  }

  equals(other) {
    return toOutput(this.#bytes).equals(other.export());
  }
}

export function createHash(algorithm, options) {
  validateString(algorithm, 'algorithm');
  void options;
  return new Hash(algorithm);
}

export function createHmac(algorithm, key, options) {
  return new Hmac(algorithm, key, options);
}

export function hash(algorithm, data, outputEncoding = 'hex') {
  return createHash(algorithm).update(data).digest(outputEncoding);
}

export function randomBytes(size, callback) {
  validateSize(size, 'size');
  const bytes = builtin('buffer').Buffer.alloc(size);
  fillRandom(bytes);
  if (callback === undefined) {
    return bytes;
  }
  validateFunction(callback, 'callback');
  builtin('process').nextTick(callback, null, bytes);
  return undefined;
}

function validateSize(size, name) {
  if (typeof size !== 'number') {
    throw invalidArgType(name, 'number', size);
  }
  if (!(size >= 0 && size <= MAX_RANDOM)) {
    throw outOfRange(name, `>= 0 && <= ${MAX_RANDOM}`, size);
  }
}

function fillRandom(bytes) {
  native.ops.op_node_random_fill(new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength));
  return bytes;
}

export function randomFillSync(target, offset = 0, size = target.byteLength - offset) {
  fillRandom(new Uint8Array(target.buffer ?? target, (target.byteOffset ?? 0) + offset, size));
  return target;
}

export function randomFill(target, ...rest) {
  const callback = rest.pop();
  validateFunction(callback, 'callback');
  randomFillSync(target, ...rest);
  builtin('process').nextTick(callback, null, target);
}

/** Six bytes at a time, refusing values that would favour small numbers. */
function randomBelow(range) {
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const value = randomBytes(6).readUIntBE(0, 6);
    if (value < limit) {
      return value % range;
    }
  }
}

export function randomInt(minimum, maximum, callback) {
  let [low, high, done] = [minimum, maximum, callback];
  if (high === undefined || typeof high === 'function') {
    [low, high, done] = [0, minimum, maximum];
  }
  if (!Number.isSafeInteger(low)) {
    throw invalidArgType('min', 'a safe integer', low);
  }
  if (!Number.isSafeInteger(high)) {
    throw invalidArgType('max', 'a safe integer', high);
  }
  if (high <= low) {
    throw outOfRange('max', `greater than the value of "min" (${low})`, high);
  }
  if (high - low >= 2 ** 48) {
    throw outOfRange(low === 0 ? 'max' : 'max - min', `<= ${2 ** 48 - 1}`, high - low);
  }
  const value = low + randomBelow(high - low);
  if (done === undefined) {
    return value;
  }
  builtin('process').nextTick(done, null, value);
  return undefined;
}

/** 128 identifiers' worth of random bytes at once: asking the system costs more than the rest. */
let pool;
let poolUsed = Infinity;

export function randomUUID() {
  if (poolUsed >= 128) {
    pool = fillRandom(new Uint8Array(128 * 16));
    poolUsed = 0;
  }
  const bytes = pool.subarray(poolUsed * 16, poolUsed * 16 + 16);
  poolUsed += 1;
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = toOutput(bytes, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function timingSafeEqual(left, right) {
  const one = bytesOf(typeof left === 'string' ? refuseText('buf1', left) : left, 'buf1');
  const two = bytesOf(typeof right === 'string' ? refuseText('buf2', right) : right, 'buf2');
  if (one.length !== two.length) {
    throw nodeError(RangeError, 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH', 'Input buffers must have the same byte length');
  }
  let difference = 0;
  for (let index = 0; index < one.length; index += 1) {
    difference |= one[index] ^ two[index];
  }
  return difference === 0;
}

function refuseText(name, value) {
  throw invalidArgType(name, ['ArrayBuffer', 'Buffer', 'TypedArray', 'DataView'], value);
}

function pbkdf2Arguments(password, salt, iterations, keyLength, digest) {
  validateString(digest, 'digest');
  validateInteger(iterations, 'iterations', 1, MAX_RANDOM);
  validateInteger(keyLength, 'keylen', 0, MAX_RANDOM);
  const name = algorithmName(digest);
  if (!HASHES.includes(name)) {
    throw nodeError(TypeError, 'ERR_CRYPTO_INVALID_DIGEST', `Invalid digest: ${digest}`);
  }
  return [name, bytesOf(password, 'password'), bytesOf(salt, 'salt'), iterations, keyLength];
}

export function pbkdf2Sync(password, salt, iterations, keyLength, digest) {
  return toOutput(native.ops.op_node_pbkdf2_sync(...pbkdf2Arguments(password, salt, iterations, keyLength, digest)));
}

function settle(promise, callback) {
  const { nextTick } = builtin('process');
  promise.then((bytes) => nextTick(callback, null, toOutput(bytes)), (error) => nextTick(callback, error));
}

export function pbkdf2(password, salt, iterations, keyLength, digest, callback) {
  if (typeof digest === 'function') {
    return pbkdf2(password, salt, iterations, keyLength, undefined, digest);
  }
  const args = pbkdf2Arguments(password, salt, iterations, keyLength, digest);
  validateFunction(callback, 'callback');
  return settle(native.ops.op_node_pbkdf2(...args), callback);
}

function scryptArguments(password, salt, keyLength, options = {}) {
  validateInteger(keyLength, 'keylen', 0, MAX_RANDOM);
  const cost = options.N ?? options.cost ?? 16384;
  const block = options.r ?? options.blockSize ?? 8;
  const parallel = options.p ?? options.parallelization ?? 1;
  const most = options.maxmem ?? 32 * 1024 * 1024;
  const powerOfTwo = Number.isInteger(cost) && cost > 1 && Number.isInteger(Math.log2(cost));
  if (!powerOfTwo || 128 * cost * block > most) {
    const why = powerOfTwo ? ': error:030000AC:digital envelope routines::memory limit exceeded' : '';
    throw nodeError(RangeError, powerOfTwo ? 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS' : 'ERR_CRYPTO_INVALID_SCRYPT_PARAMS', `Invalid scrypt params${why}`);
  }
  return [bytesOf(password, 'password'), bytesOf(salt, 'salt'), cost, block, parallel, keyLength];
}

export function scryptSync(password, salt, keyLength, options) {
  return toOutput(native.ops.op_node_scrypt_sync(...scryptArguments(password, salt, keyLength, options)));
}

export function scrypt(password, salt, keyLength, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  const args = scryptArguments(password, salt, keyLength, typeof options === 'function' ? {} : options);
  validateFunction(done, 'callback');
  return settle(native.ops.op_node_scrypt(...args), done);
}

export function hkdfSync(digest, key, salt, info, length) {
  const name = algorithmName(digest);
  const secret = createHmac(name, bytesOf(salt, 'salt')).update(bytesOf(key, 'ikm')).digest();
  const { Buffer } = builtin('buffer');
  let [block, output] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let counter = 1; output.length < length; counter += 1) {
    block = createHmac(name, secret).update(Buffer.concat([block, bytesOf(info, 'info'), Buffer.of(counter)])).digest();
    output = Buffer.concat([output, block]);
  }
  return new Uint8Array(output.subarray(0, length)).buffer;
}

const REFUSED = [
  'createSign', 'createVerify', 'createDiffieHellman', 'createDiffieHellmanGroup', 'createECDH', 'createPrivateKey', 'createPublicKey', 'diffieHellman',
  'generateKey', 'generateKeyPair', 'generateKeyPairSync', 'generateKeySync', 'generatePrime', 'generatePrimeSync', 'checkPrime', 'checkPrimeSync',
  'getDiffieHellman', 'privateDecrypt', 'privateEncrypt', 'publicDecrypt', 'publicEncrypt', 'sign', 'verify', 'setEngine',
];

const crypto = {
  Hash, Hmac, KeyObject, createHash, createHmac, hash, randomBytes, pseudoRandomBytes: randomBytes, prng: randomBytes, rng: randomBytes, randomFill,
  randomFillSync, randomInt, randomUUID, timingSafeEqual, pbkdf2, pbkdf2Sync, scrypt, scryptSync, hkdfSync, createCipheriv, createDecipheriv,
  hkdf: (digest, key, salt, info, length, callback) => {
    const derived = hkdfSync(digest, key, salt, info, length);
    builtin('process').nextTick(callback, null, derived);
  },
  createSecretKey: (key, encoding) => new KeyObject(bytesOf(key, 'key', encoding)),
  getHashes: () => ['RSA-MD5', 'RSA-SHA1', 'RSA-SHA224', 'RSA-SHA256', 'RSA-SHA384', 'RSA-SHA512', ...HASHES],
  getCiphers,
  getCurves: () => [],
  getFips: () => 0,
  setFips() {},
  secureHeapUsed: () => ({ total: 0, used: 0, utilization: 0, min: 0 }),
  constants: {},
  getRandomValues: (target) => crypto.webcrypto.getRandomValues(target),
};
for (const name of REFUSED) {
  crypto[name] = () => {
    throw notProvided(`crypto.${name}`, 'use a package written in JavaScript, or do this step outside the migration.');
  };
}
defineLazy(crypto, 'webcrypto', () => makeWebCrypto(crypto), true);
defineLazy(crypto, 'subtle', () => crypto.webcrypto.subtle, true);

export default crypto;
