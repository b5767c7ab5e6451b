/**
 * Errors in Node's shape: the class name, `code` and sentence that scripts and libraries match on. Holds no state.
 */
import { builtin } from './registry.js';

/**
 * @param {ErrorConstructor} Base
 * @param {string} code
 * @param {string} message
 * @param {object} [fields] further own properties
 */
export function nodeError(Base, code, message, fields) {
  const error = new Base(message);
  // Node prints the code in the stack's first line but keeps `name` as the class has it.
  const name = error.name;
  Object.defineProperty(error, 'name', { value: `${name} [${code}]`, configurable: true, writable: true, enumerable: false });
  void error.stack;
  delete error.name;
  error.code = code;
  Object.defineProperty(error, 'toString', { value: withCode, writable: true, configurable: true, enumerable: false });
  if (fields !== undefined) {
    Object.assign(error, fields);
  }
  return error;
}

function withCode() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

const PRIMITIVE_TYPES = new Set(['string', 'function', 'number', 'object', 'Function', 'Object', 'boolean', 'bigint', 'symbol']);

/** The words Node uses for a value it refused: `Received type number (5)`, `Received an instance of Map`. */
export function describeReceived(value) {
  if (value === null || value === undefined) {
    return ` Received ${value}`;
  }
  if (typeof value === 'function') {
    return ` Received function ${value.name}`;
  }
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? ` Received an instance of ${name}` : ` Received ${Object.prototype.toString.call(value)}`;
  }
  let shown = typeof value === 'string' ? quote(value) : typeof value === 'bigint' ? `${value}n` : String(value);
  if (shown.length > 28 && typeof value !== 'string') {
    shown = `${shown.slice(0, 25)}...`;
  }
  return ` Received type ${typeof value} (${shown})`;
}

function quote(text) {
  const short = text.length > 28 ? `${text.slice(0, 25)}...` : text;
  return short.includes("'") ? JSON.stringify(short) : `'${short}'`;
}

function joinAlternatives(words) {
  if (words.length <= 2) {
    return words.join(' or ');
  }
  return `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

/**
 * @param {string} name of the argument, or a dotted property
 * @param {string|string[]} expected types and class names
 * @param {unknown} actual
 */
export function invalidArgType(name, expected, actual) {
  const all = Array.isArray(expected) ? expected : [expected];
  const types = all.filter((item) => PRIMITIVE_TYPES.has(item)).map((item) => item.toLowerCase());
  const classes = all.filter((item) => !PRIMITIVE_TYPES.has(item) && /^[A-Z]/.test(item));
  const others = all.filter((item) => !PRIMITIVE_TYPES.has(item) && !/^[A-Z]/.test(item));
  const parts = [];
  if (types.length > 0) {
    parts.push(types.length === 1 ? `of type ${types[0]}` : `one of type ${joinAlternatives(types)}`);
  }
  if (classes.length > 0) {
    parts.push(`an instance of ${joinAlternatives(classes)}`);
  }
  if (others.length > 0) {
    parts.push(others.length > 1 ? `one of ${joinAlternatives(others)}` : others[0]);
  }
  const subject = name.endsWith(' argument') ? `The ${name}` : `The "${name}" ${name.includes('.') ? 'property' : 'argument'}`;
  return nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `${subject} must be ${parts.join(' or ')}.${describeReceived(actual)}`);
}

export function invalidArgValue(name, value, reason = 'is invalid') {
  let shown = builtin('internal/inspect').inspect(value);
  if (shown.length > 128) {
    shown = `${shown.slice(0, 128)}...`;
  }
  const kind = name.includes('.') ? 'property' : 'argument';
  return nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind} '${name}' ${reason}. Received ${shown}`);
}

export function outOfRange(name, range, received) {
  let shown = String(received);
  if (Number.isInteger(received) && Math.abs(received) > 2 ** 32) {
    shown = addSeparators(shown);
  } else if (typeof received === 'bigint') {
    shown = `${received > 2n ** 32n || received < -(2n ** 32n) ? addSeparators(shown) : shown}n`;
  }
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`);
}

function addSeparators(digits) {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, '_');
}

export function unknownEncoding(encoding) {
  return nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);
}

/** For functions of modules that exist here only so that libraries can require them. */
export function notProvided(what, advice) {
  return nodeError(Error, 'ERR_METHOD_NOT_IMPLEMENTED', `\`${what}\` is not provided in mmk-js: ${advice}`);
}

export function validateFunction(value, name) {
  if (typeof value !== 'function') {
    throw invalidArgType(name, 'Function', value);
  }
}

export function validateString(value, name) {
  if (typeof value !== 'string') {
    throw invalidArgType(name, 'string', value);
  }
}

export function validateObject(value, name) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidArgType(name, 'Object', value);
  }
}

export function validateInteger(value, name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== 'number') {
    throw invalidArgType(name, 'number', value);
  }
  if (!Number.isInteger(value)) {
    throw outOfRange(name, 'an integer', value);
  }
  if (value < min || value > max) {
    throw outOfRange(name, `>= ${min} && <= ${max}`, value);
  }
}

/** The error of an operation stopped by an AbortSignal. */
export function abortError(signal) {
  const error = new Error('The operation was aborted', signal?.reason === undefined ? undefined : { cause: signal.reason });
  error.code = 'ABORT_ERR';
  error.name = 'AbortError';
  return error;
}
