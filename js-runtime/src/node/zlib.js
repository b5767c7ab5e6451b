/** `zlib`: gzip, deflate and brotli, as whole buffers (synchronous, callback, promise) and as streams. */
import { builtin, native } from './registry.js';
import { invalidArgType, nodeError } from './errors.js';

const CODES = { Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3, Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6 };
const constants = {
  ...CODES, Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5, Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1,
  Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0,
  Z_DEFAULT_WINDOWBITS: 15, Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Infinity, Z_DEFAULT_CHUNK: 16384,
  Z_MIN_MEMLEVEL: 1, Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1, DEFLATE: 1, INFLATE: 2,
  GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7, BROTLI_DECODE: 8, BROTLI_ENCODE: 9, BROTLI_OPERATION_PROCESS: 0,
  BROTLI_OPERATION_FLUSH: 1, BROTLI_OPERATION_FINISH: 2, BROTLI_OPERATION_EMIT_METADATA: 3, BROTLI_PARAM_MODE: 0, BROTLI_MODE_GENERIC: 0,
  BROTLI_MODE_TEXT: 1, BROTLI_MODE_FONT: 2, BROTLI_PARAM_QUALITY: 1, BROTLI_MIN_QUALITY: 0, BROTLI_MAX_QUALITY: 11, BROTLI_DEFAULT_QUALITY: 11,
  BROTLI_PARAM_LGWIN: 2, BROTLI_MIN_WINDOW_BITS: 10, BROTLI_MAX_WINDOW_BITS: 24, BROTLI_DEFAULT_WINDOW: 22, BROTLI_PARAM_SIZE_HINT: 5,
};

function settingsOf(kind, options = {}) {
  if (kind.startsWith('brotli')) {
    const params = options?.params ?? {};
    return [params[constants.BROTLI_PARAM_QUALITY] ?? -1, params[constants.BROTLI_PARAM_LGWIN] ?? constants.BROTLI_DEFAULT_WINDOW];
  }
  return [options?.level ?? -1, 15];
}

function bytesOf(data) {
  if (typeof data === 'string') {
    return builtin('buffer').Buffer.from(data);
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  throw invalidArgType('buffer', ['string', 'Buffer', 'TypedArray', 'DataView', 'ArrayBuffer'], data);
}

const toBuffer = (bytes) => builtin('buffer').Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function zlibError(error) {
  if (CODES[error?.code] === undefined) {
    return error;
  }
  const made = new Error(error.message);
  made.errno = CODES[error.code];
  made.code = error.code;
  return made;
}

/** `unzip` looks at the first byte; gunzip answers a wrong header as zlib does. */
function actualKind(kind, bytes) {
  if (kind === 'unzip') {
    return bytes[0] === 0x1f ? 'gunzip' : 'inflate';
  }
  return kind;
}

function checkInput(kind, bytes) {
  if (bytes.length === 0 && /^(gunzip|inflate|inflateRaw|brotliDecompress)$/.test(kind)) {
    throw { message: 'unexpected end of file', code: 'Z_BUF_ERROR' };
  }
  const [first, second] = bytes;
  const wrongGzip = kind === 'gunzip' && (first !== 0x1f || second !== 0x8b);
  const wrongZlib = kind === 'inflate' && ((first & 15) !== 8 || (first * 256 + second) % 31 !== 0);
  if (bytes.length >= 2 && (wrongGzip || wrongZlib)) {
    throw { message: 'incorrect header check', code: 'Z_DATA_ERROR' };
  }
}

function checkSize(bytes, options) {
  const most = options?.maxOutputLength;
  if (most !== undefined && bytes.length > most) {
    throw nodeError(RangeError, 'ERR_BUFFER_TOO_LARGE', `Cannot create a Buffer larger than ${most} bytes`);
  }
  return toBuffer(bytes);
}

function wholeSync(kind, data, options) {
  const bytes = bytesOf(data);
  const actual = actualKind(kind, bytes);
  try {
    checkInput(actual, bytes);
    return checkSize(native.ops.op_node_zlib_whole_sync(actual, ...settingsOf(actual, options), bytes), options);
  } catch (error) {
    throw zlibError(error);
  }
}

async function whole(kind, bytes, options) {
  const actual = actualKind(kind, bytes);
  try {
    checkInput(actual, bytes);
    return checkSize(await native.ops.op_node_zlib_whole(actual, ...settingsOf(actual, options), bytes), options);
  } catch (error) {
    throw zlibError(error);
  }
}

function makeStream(kind, name) {
  /** Made on first use, because it brings in streams. */
  let Class;
  return () => {
    if (Class === undefined) {
      const { Transform } = builtin('stream');
      Class = { [name]: class extends Transform {
        #codec;
        #settings;
        bytesWritten = 0;

        constructor(options) {
          super(options);
          this.#settings = options;
        }

        #start(bytes) {
          const actual = actualKind(kind, bytes);
          checkInput(actual, bytes.length === 0 ? bytes : bytes.subarray(0, 2));
          this.#codec = native.ops.op_node_zlib_new(actual, ...settingsOf(actual, this.#settings));
        }

        #emit(work, callback) {
          try {
            const bytes = work();
            if (bytes.length > 0) {
              this.push(toBuffer(bytes));
            }
            callback();
          } catch (error) {
            callback(zlibError(error));
          }
        }

        _transform(chunk, _encoding, callback) {
          this.bytesWritten += chunk.length;
          this.#emit(() => {
            if (this.#codec === undefined) {
              this.#start(chunk);
            }
            return native.ops.op_node_zlib_write(this.#codec, chunk);
          }, callback);
        }

        _flush(callback) {
          this.#emit(() => {
            if (this.#codec === undefined) {
              this.#start(new Uint8Array());
            }
            return native.ops.op_node_zlib_finish(this.#codec);
          }, callback);
        }

        flush(mode, callback) {
          const done = typeof mode === 'function' ? mode : callback;
          this.#emit(() => (this.#codec === undefined ? new Uint8Array() : native.ops.op_node_zlib_flush(this.#codec)), (error) => (error ? this.destroy(error) : done?.()));
        }

        close(callback) {
          if (callback) {
            this.once('close', callback);
          }
          this.destroy();
        }
      } }[name];
    }
    return Class;
  };
}

const KINDS = {
  gzip: 'Gzip', gunzip: 'Gunzip', deflate: 'Deflate', inflate: 'Inflate', deflateRaw: 'DeflateRaw', inflateRaw: 'InflateRaw', unzip: 'Unzip',
  brotliCompress: 'BrotliCompress', brotliDecompress: 'BrotliDecompress',
};
const zlib = { constants, codes: Object.freeze({ ...CODES, ...Object.fromEntries(Object.entries(CODES).map(([name, code]) => [code, name])) }) };

for (const [kind, name] of Object.entries(KINDS)) {
  const streamClass = makeStream(kind, name);
  zlib[`${kind}Sync`] = { [`${kind}Sync`]: (data, options) => wholeSync(kind, data, options) }[`${kind}Sync`];
  zlib[kind] = { [kind](data, options, callback) {
    const done = typeof options === 'function' ? options : callback;
    if (typeof done !== 'function') {
      throw invalidArgType('callback', 'function', done);
    }
    const { nextTick } = builtin('process');
    whole(kind, bytesOf(data), typeof options === 'function' ? undefined : options).then((bytes) => nextTick(done, null, bytes), (error) => nextTick(done, error));
  } }[kind];
  zlib[`create${name}`] = (options) => new (streamClass())(options);
  Object.defineProperty(zlib, name, { get: streamClass, enumerable: true, configurable: true });
}

zlib.crc32 = (data, seed = 0) => {
  let value = ~seed;
  for (const byte of bytesOf(data)) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
    }
  }
  return ~value >>> 0;
};
Object.assign(zlib, constants);

export default zlib;
