/** `util`: small functions of our own, inspect and format from Node's code (loaded when first asked for). */
import { builtin, defineLazy, native } from './registry.js';
import { abortError, invalidArgType, nodeError, validateFunction, validateObject } from './errors.js';
import { errnoName } from './constants.js';
import { isDeepEqual } from './deep-equal.js';
import { styleText } from './style-text.js';
import { makeTypes } from './util-types.js';

const customPromisify = Symbol.for('nodejs.util.promisify.custom');
const customPromisifyArguments = Symbol.for('nodejs.util.promisify.customArgs');

export function promisify(original) {
  validateFunction(original, 'original');
  const custom = original[customPromisify];
  if (custom !== undefined) {
    validateFunction(custom, 'util.promisify.custom');
    return Object.defineProperty(custom, customPromisify, { value: custom, configurable: true });
  }
  const names = original[customPromisifyArguments];
  function promisified(...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [...args, (error, ...values) => {
        if (error) {
          reject(error);
        } else if (names !== undefined && values.length > 1) {
          resolve(Object.fromEntries(names.map((name, index) => [name, values[index]])));
        } else {
          resolve(values[0]);
        }
      }]);
    });
  }
  Object.setPrototypeOf(promisified, Object.getPrototypeOf(original));
  Object.defineProperty(promisified, customPromisify, { value: promisified, configurable: true });
  return Object.defineProperties(promisified, Object.getOwnPropertyDescriptors(original));
}
promisify.custom = customPromisify;

export function callbackify(original) {
  validateFunction(original, 'original');
  function callbackified(...args) {
    const callback = args.pop();
    validateFunction(callback, 'last argument');
    const { nextTick } = builtin('process');
    Reflect.apply(original, this, args).then(
      (value) => nextTick(callback, null, value),
      (reason) => nextTick(callback, reason || falsyRejection(reason)),
    );
  }
  const descriptors = Object.getOwnPropertyDescriptors(original);
  if (typeof descriptors.length?.value === 'number') {
    descriptors.length.value += 1;
  }
  if (typeof descriptors.name?.value === 'string') {
    descriptors.name.value += 'Callbackified';
  }
  return Object.defineProperties(callbackified, descriptors);
}

function falsyRejection(reason) {
  return nodeError(Error, 'ERR_FALSY_VALUE_REJECTION', 'Promise was rejected with falsy value', { reason });
}

export function inherits(constructor, superConstructor) {
  validateFunction(constructor, 'ctor');
  validateFunction(superConstructor, 'superCtor');
  if (superConstructor.prototype === undefined) {
    throw invalidArgType('superCtor.prototype', 'Object', superConstructor.prototype);
  }
  Object.defineProperty(constructor, 'super_', { value: superConstructor, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, superConstructor.prototype);
}

const warnedCodes = new Set();

export function deprecate(original, message, code) {
  let warned = false;
  function deprecated(...args) {
    if (!warned) {
      warned = true;
      if (code === undefined || !warnedCodes.has(code)) {
        warnedCodes.add(code);
        builtin('process').emitWarning(message, 'DeprecationWarning', code, deprecated);
      }
    }
    return new.target ? Reflect.construct(original, args, new.target) : Reflect.apply(original, this, args);
  }
  Object.setPrototypeOf(deprecated, original);
  if (original.prototype) {
    deprecated.prototype = original.prototype;
  }
  return deprecated;
}

export function debuglog(section) {
  const enabled = (builtin('process').env.NODE_DEBUG ?? '').split(',').some((name) => name.trim().toLowerCase() === section.toLowerCase());
  const log = (...args) => {
    if (enabled) {
      builtin('process').stderr.write(`${section.toUpperCase()} ${builtin('process').pid}: ${util.format(...args)}\n`);
    }
  };
  Object.defineProperty(log, 'enabled', { value: enabled, enumerable: true });
  return log;
}

// eslint-disable-next-line no-control-regex
const CONTROL_SEQUENCES = /[\u001B\u009B][[\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\d/\#&.:=?%@~_]+)*|[a-zA-Z\d]+(?:;[-a-zA-Z\d/\#&.:=?%@~_]*)*)?(?:\u0007|\u001B\u005C|\u009C))|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]))/g;

export function stripVTControlCharacters(text) {
  if (typeof text !== 'string') {
    throw invalidArgType('str', 'string', text);
  }
  return text.replace(CONTROL_SEQUENCES, '');
}

export function toUSVString(value) {
  return `${value}`.toWellFormed();
}

export function getSystemErrorName(number) {
  return errnoName(number);
}

export function aborted(signal, resource) {
  validateObject(signal, 'signal');
  validateObject(resource, 'resource');
  if (signal.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

export { abortError };

const is = (type) => (value) => typeof value === type;

const util = {
  promisify,
  callbackify,
  inherits,
  deprecate,
  debuglog,
  debug: debuglog,
  isDeepStrictEqual: (left, right) => isDeepEqual(left, right, 'strict'),
  stripVTControlCharacters,
  styleText,
  toUSVString,
  aborted,
  parseArgs: (config) => builtin('internal/parse-args').parseArgs(config),
  getSystemErrorName,
  isArray: Array.isArray,
  isBoolean: is('boolean'),
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: is('number'),
  isString: is('string'),
  isSymbol: is('symbol'),
  isUndefined: (value) => value === undefined,
  isObject: (value) => value !== null && typeof value === 'object',
  isFunction: is('function'),
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isBuffer: (value) => builtin('buffer').Buffer.isBuffer(value),
  isRegExp: (value) => util.types.isRegExp(value),
  isDate: (value) => util.types.isDate(value),
  isError: (value) => util.types.isNativeError(value) || value instanceof Error,
  // eslint-disable-next-line no-underscore-dangle
  _extend: (target, source) => (source === null || typeof source !== 'object' ? target : Object.assign(target, source)),
  log: (...args) => builtin('console').log('%s - %s', new Date().toUTCString(), util.format(...args)),
};

defineLazy(util, 'types', () => makeTypes(native.core), true);
for (const name of ['inspect', 'format', 'formatWithOptions']) {
  defineLazy(util, name, () => builtin('internal/inspect')[name], true);
}
for (const name of ['TextEncoder', 'TextDecoder']) {
  defineLazy(util, name, () => globalThis[name], true);
}

export default util;
