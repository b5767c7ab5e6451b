/** Reads the arguments of `fs` functions: paths, encodings, flags, modes; and words native errors as Node does. */
import { builtin } from './registry.js';
import { accessDenied } from './access.js';
import { fsConstants } from './constants.js';
import { encodingOf } from './buffer-encodings.js';
import { abortError, invalidArgType, invalidArgValue, nodeError } from './errors.js';

/** @returns {string} the path as text */
export function pathText(value, name = 'path') {
  let path = value;
  if (value instanceof URL || (value?.href && value.protocol === 'file:')) {
    path = builtin('url').fileURLToPath(value);
  } else if (value instanceof Uint8Array) {
    path = builtin('buffer').Buffer.from(value).toString();
  } else if (typeof value !== 'string') {
    throw invalidArgType(name, ['string', 'Buffer', 'URL'], value);
  }
  if (path.includes('\0')) {
    throw invalidArgValue(name, path, 'must be a string, Uint8Array, or URL without null bytes');
  }
  return path;
}

/** The error a script sees for a failed operation. */
export function fsError(error, syscall, path, destination) {
  if (error?.code === 'ERR_ACCESS_DENIED') {
    return accessDenied(error);
  }
  if (error?.errno === undefined) {
    return error;
  }
  const where = path === undefined ? '' : ` '${path}'`;
  const to = destination === undefined ? '' : ` -> '${destination}'`;
  const made = new Error(`${error.code}: ${error.message}, ${syscall}${where}${to}`);
  made.errno = Number(error.errno);
  made.code = error.code;
  made.syscall = syscall;
  if (path !== undefined) {
    made.path = path;
  }
  if (destination !== undefined) {
    made.dest = destination;
  }
  Error.captureStackTrace(made, fsError);
  return made;
}

/** Options that may be given as an encoding alone. */
export function readOptions(options, defaults = {}) {
  if (options === null || options === undefined || typeof options === 'function') {
    return { ...defaults };
  }
  const read = typeof options === 'string' ? { ...defaults, encoding: options } : { ...defaults, ...options };
  if (typeof options !== 'string' && typeof options !== 'object') {
    throw invalidArgType('options', ['string', 'Object'], options);
  }
  if (read.encoding && read.encoding !== 'buffer' && encodingOf(read.encoding) === undefined) {
    throw invalidArgValue('encoding', read.encoding, 'is invalid encoding');
  }
  if (read.signal?.aborted) {
    throw abortError(read.signal);
  }
  return read;
}

export function encoded(bytes, encoding) {
  const { Buffer } = builtin('buffer');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding && encoding !== 'buffer' ? buffer.toString(encoding) : buffer;
}

export function bytesOf(data, encoding) {
  if (typeof data === 'string') {
    return builtin('buffer').Buffer.from(data, encoding || 'utf8');
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  throw invalidArgType('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
}

const WRITE_FLAGS = [
  [fsConstants.O_APPEND, 'a'],
  [fsConstants.O_TRUNC, 'w'],
];

/** Node's flags as text, also for the numeric form. */
export function flagText(flags, fallback) {
  if (flags === undefined || flags === null) {
    return fallback;
  }
  if (typeof flags === 'string') {
    if (!/^(r|rs|sr)\+?$|^[wa]x?\+?$|^x[wa]\+?$|^(as|sa)\+?$/.test(flags)) {
      throw invalidArgValue('flags', flags);
    }
    return flags;
  }
  if (typeof flags !== 'number') {
    throw invalidArgType('flags', ['string', 'number'], flags);
  }
  const access = flags & 3;
  if (access === fsConstants.O_RDONLY) {
    return 'r';
  }
  const letter = WRITE_FLAGS.find(([bit]) => (flags & bit) !== 0)?.[1] ?? ((flags & fsConstants.O_CREAT) !== 0 ? 'w' : 'r');
  const exclusive = (flags & fsConstants.O_EXCL) !== 0 ? 'x' : '';
  return `${letter}${exclusive}${access === fsConstants.O_RDWR || letter === 'r' ? '+' : ''}`;
}

export function modeNumber(mode, fallback) {
  if (mode === undefined || mode === null) {
    return fallback;
  }
  if (typeof mode === 'string') {
    if (!/^[0-7]+$/.test(mode)) {
      throw invalidArgValue('mode', mode, 'must be a 32-bit unsigned integer or an octal string');
    }
    return Number.parseInt(mode, 8);
  }
  if (typeof mode !== 'number') {
    throw invalidArgType('mode', 'number', mode);
  }
  return mode;
}

/** Seconds since 1970 of what `utimes` accepts. */
export function seconds(time) {
  if (time instanceof Date) {
    return time.getTime() / 1000;
  }
  const number = Number(time);
  if (Number.isNaN(number)) {
    throw invalidArgType('time', ['Date', 'Time in seconds'], time);
  }
  return number;
}

export function missingCallback(callback) {
  if (typeof callback !== 'function') {
    throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "cb" argument must be of type function. Received undefined');
  }
}
