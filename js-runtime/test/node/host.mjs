/**
 * Lets our modules run under Node: stands in for the engine's `core` and for the native ops that the cases need. What these
 * stand-ins answer is Node's; the ops themselves are tested in the host.
 */
import { Buffer } from 'node:buffer';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import util from 'node:util';
import zlib from 'node:zlib';

globalThis.require = createRequire(new URL('../../src/node/index.js', import.meta.url));

const ENCODINGS = ['utf8', 'latin1', 'ascii', 'utf16le', 'hex', 'base64', 'base64url'];
const plain = (buffer) => new Uint8Array(buffer);
const view = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
let context;

const core = {
  encode: (text) => new TextEncoder().encode(text),
  decode: (bytes) => new TextDecoder().decode(bytes),
  byteLength: (text) => Buffer.byteLength(text),
  getAsyncContext: () => context,
  setAsyncContext: (value) => {
    context = value;
  },
  queueNextTick: ({ callback, args = [] }) => process.nextTick(callback, ...args),
  createTimer: (callback, after, _args, repeat) => (repeat ? setInterval : setTimeout)(callback, after),
  cancelTimer: (timer) => clearTimeout(timer),
  loadExtScript: (name) => (name.includes('15_performance') ? { performance } : globalThis),
  ...util.types,
};

const ops = {
  op_node_text_encode: (text, code) => plain(Buffer.from(text, ENCODINGS[code])),
  op_node_text_decode: (bytes, code, start, end) => view(bytes).toString(ENCODINGS[code], start, end),
  op_node_text_write: (bytes, text, offset, length, code) => view(bytes).write(text, offset, length, ENCODINGS[code]),
  op_node_text_is_utf8: (bytes) => util.types.isUint8Array(bytes),
  op_node_process_facts: () => JSON.stringify({ folder: process.cwd(), pid: process.pid, execPath: process.execPath, argv0: 'node' }),
  op_node_env_get: (name) => process.env[name],
  op_node_env_keys: () => JSON.stringify(Object.keys(process.env)),
  op_node_hrtime: () => process.hrtime.bigint(),
  op_node_random_fill: (bytes) => void crypto.randomFillSync(bytes),
  op_node_hash_new: (name) => (crypto.getHashes().includes(name) ? crypto.createHash(name) : null),
  op_node_hmac_new: (name, key) => (crypto.getHashes().includes(name) ? crypto.createHmac(name, key) : null),
  op_node_hash_update: (hash, bytes) => void hash.update(bytes),
  op_node_hash_copy: (hash) => hash.copy(),
  op_node_hash_digest: (hash) => plain(hash.digest()),
  op_node_pbkdf2_sync: (name, password, salt, rounds, size) => plain(crypto.pbkdf2Sync(password, salt, rounds, size, name)),
  op_node_pbkdf2: async (name, password, salt, rounds, size) => plain(crypto.pbkdf2Sync(password, salt, rounds, size, name)),
  op_node_scrypt_sync: (password, salt, N, r, p, size) => plain(crypto.scryptSync(password, salt, size, { N, r, p })),
  op_node_scrypt: async (password, salt, N, r, p, size) => plain(crypto.scryptSync(password, salt, size, { N, r, p })),
  op_node_zlib_whole_sync: (kind, _level, _window, bytes) => plain(zlib[`${kind}Sync`](bytes)),
  op_node_zlib_whole: async (kind, _level, _window, bytes) => plain(zlib[`${kind}Sync`](bytes)),
  op_mmk_print: () => {},
  op_preview_entries: () => [[], false],
};

const { builtin, setHost, setNative } = await import('../../src/node/index.js');
setNative(core, ops);

/** @param {string} name as in `require` */
export function loadOurs(name) {
  return builtin(name.replace(/^node:/, ''));
}

export { setHost };
