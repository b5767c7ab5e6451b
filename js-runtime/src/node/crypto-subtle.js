/**
 * `crypto.subtle` for what needs no public keys: digests, HMAC, AES (CBC, CTR, GCM), PBKDF2 and HKDF, keys as `raw` and `jwk`. All of it is done
 * by ./crypto.js; other algorithms are refused by name.
 */
import { builtin } from './registry.js';

const HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
/** Bytes that one step of each hash takes, which is how long a generated HMAC key is. */
const BLOCK_BYTES = { 'SHA-1': 64, 'SHA-256': 64, 'SHA-384': 128, 'SHA-512': 128 };
const USAGES = {
  HMAC: ['sign', 'verify'],
  'AES-CBC': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  'AES-CTR': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  'AES-GCM': ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  PBKDF2: ['deriveKey', 'deriveBits'],
  HKDF: ['deriveKey', 'deriveBits'],
};
const TAG_BYTES = 16;

const secrets = new WeakMap();

const fault = (name, message) => new DOMException(message, name);
const buffers = () => builtin('buffer').Buffer;
const node = () => builtin('crypto');

function bytesOf(data) {
  const { Buffer } = builtin('buffer');
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** A result as WebCrypto gives it: an ArrayBuffer of exactly that length. */
const arrayBuffer = (bytes) => new Uint8Array(bytes).buffer;

function normalize(algorithm) {
  const given = typeof algorithm === 'string' ? { name: algorithm } : { ...algorithm };
  const name = Object.keys({ ...USAGES, ...HASHES }).find((known) => known.toLowerCase() === `${given.name}`.toLowerCase());
  if (name === undefined) {
    throw fault('NotSupportedError', `Unrecognized algorithm name: \`${given.name}\` is not provided in mmk-js`);
  }
  return { ...given, name };
}

function hashOf(hash) {
  const { name } = normalize(hash ?? '');
  if (HASHES[name] === undefined) {
    throw fault('NotSupportedError', 'Unrecognized algorithm name');
  }
  return name;
}

export class CryptoKey {
  constructor(algorithm, extractable, usages, secret) {
    Object.assign(this, { type: 'secret', extractable, algorithm, usages });
    secrets.set(this, secret);
  }

  get [Symbol.toStringTag]() {
    return 'CryptoKey';
  }
}

function makeKey(algorithm, secret, extractable, usages) {
  const wrong = usages.filter((usage) => !USAGES[algorithm.name].includes(usage));
  if (wrong.length > 0) {
    throw fault('SyntaxError', `Unsupported key usage for ${/^AES/.test(algorithm.name) ? 'an AES' : `a ${algorithm.name}`} key`);
  }
  if (usages.length === 0) {
    throw fault('SyntaxError', 'Usages cannot be empty when importing a secret key.');
  }
  const described = { name: algorithm.name };
  if (/^AES/.test(algorithm.name)) {
    if (![16, 24, 32].includes(secret.length)) {
      throw fault('DataError', 'Invalid key length');
    }
    described.length = secret.length * 8;
  } else if (algorithm.name === 'HMAC') {
    Object.assign(described, { hash: { name: hashOf(algorithm.hash) }, length: secret.length * 8 });
  }
  return new CryptoKey(described, extractable, [...usages], secret);
}

function secretFor(key, usage, name) {
  if (key.algorithm.name !== name) {
    throw fault('InvalidAccessError', 'Key algorithm mismatch');
  }
  if (!key.usages.includes(usage)) {
    throw fault('InvalidAccessError', `Unable to use this key to ${usage}`);
  }
  return secrets.get(key);
}

/** OpenSSL's name, vector and additional data of an AES operation. */
function cipherOf({ name, iv, counter, length, additionalData, tagLength = TAG_BYTES * 8 }, secret) {
  const mode = name.slice(4).toLowerCase();
  if (mode === 'ctr' && length !== 128) {
    throw fault('NotSupportedError', 'AES-CTR is provided with a counter of 128 bits only');
  }
  if (mode === 'gcm' && tagLength !== TAG_BYTES * 8) {
    throw fault('NotSupportedError', 'AES-GCM is provided with a tag of 128 bits only');
  }
  return { mode, cipher: `aes-${secret.length * 8}-${mode}`, vector: bytesOf(mode === 'ctr' ? counter : iv), additionalData };
}

async function encrypt(algorithm, key, data) {
  const given = normalize(algorithm);
  const secret = secretFor(key, 'encrypt', given.name);
  const { mode, cipher, vector, additionalData } = cipherOf(given, secret);
  const job = node().createCipheriv(cipher, secret, vector);
  if (additionalData !== undefined) {
    job.setAAD(bytesOf(additionalData));
  }
  const parts = [job.update(bytesOf(data)), job.final()];
  return arrayBuffer(buffers().concat(mode === 'gcm' ? [...parts, job.getAuthTag()] : parts));
}

async function decrypt(algorithm, key, data) {
  const given = normalize(algorithm);
  const secret = secretFor(key, 'decrypt', given.name);
  const { mode, cipher, vector, additionalData } = cipherOf(given, secret);
  const job = node().createDecipheriv(cipher, secret, vector);
  let text = bytesOf(data);
  if (mode === 'gcm') {
    job.setAuthTag(text.subarray(text.length - TAG_BYTES));
    text = text.subarray(0, Math.max(0, text.length - TAG_BYTES));
  }
  if (additionalData !== undefined) {
    job.setAAD(bytesOf(additionalData));
  }
  try {
    return arrayBuffer(buffers().concat([job.update(text), job.final()]));
  } catch {
    throw fault('OperationError', 'The operation failed for an operation-specific reason');
  }
}

function mac(key, secret, data) {
  return node().createHmac(HASHES[key.algorithm.hash.name], secret).update(bytesOf(data)).digest();
}

async function sign(algorithm, key, data) {
  return arrayBuffer(mac(key, secretFor(key, 'sign', normalize(algorithm).name), data));
}

async function verify(algorithm, key, signature, data) {
  const expected = mac(key, secretFor(key, 'verify', normalize(algorithm).name), data);
  const given = bytesOf(signature);
  return given.length === expected.length && node().timingSafeEqual(given, expected);
}

async function digest(algorithm, data) {
  return arrayBuffer(node().createHash(HASHES[hashOf(algorithm)]).update(bytesOf(data)).digest());
}

async function importKey(format, data, algorithm, extractable, usages) {
  const given = normalize(algorithm);
  if (USAGES[given.name] === undefined) {
    throw fault('NotSupportedError', 'Unrecognized algorithm name');
  }
  if (format === 'raw') {
    return makeKey(given, bytesOf(data), extractable, usages);
  }
  if (format === 'jwk' && data?.kty === 'oct') {
    return makeKey(given, buffers().from(data.k, 'base64url'), extractable, usages);
  }
  throw fault('NotSupportedError', `Unable to import a ${given.name} key using ${format} format`);
}

function jwkAlgorithm({ name, length, hash }) {
  return name === 'HMAC' ? `HS${hash.name.slice(4)}` : `A${length}${name.slice(4)}`;
}

async function exportKey(format, key) {
  if (!key.extractable) {
    throw fault('InvalidAccessException', 'key is not extractable');
  }
  const secret = secrets.get(key);
  if (format === 'raw') {
    return arrayBuffer(secret);
  }
  if (format === 'jwk') {
    return { key_ops: [...key.usages], ext: true, kty: 'oct', k: secret.toString('base64url'), alg: jwkAlgorithm(key.algorithm) };
  }
  throw fault('NotSupportedError', `Unable to export a raw ${key.algorithm.name} key using ${format} format`);
}

/** How long a key of this algorithm is, in bytes. */
function keyBytes({ name, length, hash }) {
  if (name === 'HMAC') {
    return length === undefined ? BLOCK_BYTES[hashOf(hash)] : length / 8;
  }
  if (![128, 192, 256].includes(length)) {
    throw fault('OperationError', 'Invalid key length');
  }
  return length / 8;
}

async function generateKey(algorithm, extractable, usages) {
  const given = normalize(algorithm);
  const key = makeKey(given, node().randomBytes(keyBytes(given)), extractable, usages);
  // Printed in this order for a key that was made, in the other for one that was given.
  const { name, length, ...rest } = key.algorithm;
  key.algorithm = { name, length, ...rest };
  return key;
}

function derive(algorithm, key, usage, length) {
  const given = normalize(algorithm);
  const secret = secretFor(key, usage, given.name);
  const hash = HASHES[hashOf(given.hash)];
  if (length === null || length === undefined || length % 8 !== 0) {
    throw fault('OperationError', 'length must be a multiple of 8');
  }
  return given.name === 'PBKDF2'
    ? node().pbkdf2Sync(secret, bytesOf(given.salt), given.iterations, length / 8, hash)
    : buffers().from(node().hkdfSync(hash, secret, bytesOf(given.salt), bytesOf(given.info), length / 8));
}

async function deriveBits(algorithm, key, length) {
  return arrayBuffer(derive(algorithm, key, 'deriveBits', length));
}

async function deriveKey(algorithm, key, wanted, extractable, usages) {
  const given = normalize(wanted);
  return makeKey(given, derive(algorithm, key, 'deriveKey', keyBytes(given) * 8), extractable, usages);
}

async function wrapKey(format, key, wrapping, algorithm) {
  const exported = await exportKey(format, key);
  const bytes = format === 'jwk' ? buffers().from(JSON.stringify(exported)) : exported;
  return encrypt(algorithm, allowing(wrapping, 'wrapKey', 'encrypt'), bytes);
}

async function unwrapKey(format, wrapped, unwrapping, algorithm, keyAlgorithm, extractable, usages) {
  const bytes = await decrypt(algorithm, allowing(unwrapping, 'unwrapKey', 'decrypt'), wrapped);
  return importKey(format, format === 'jwk' ? JSON.parse(buffers().from(bytes).toString()) : bytes, keyAlgorithm, extractable, usages);
}

/** The same key for the operation that wrapping consists of. */
function allowing(key, usage, operation) {
  const secret = secretFor(key, usage, key.algorithm.name);
  return new CryptoKey(key.algorithm, false, [operation], secret);
}

export const subtle = { decrypt, deriveBits, deriveKey, digest, encrypt, exportKey, generateKey, importKey, sign, unwrapKey, verify, wrapKey };
