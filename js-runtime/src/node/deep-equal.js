/**
 * Deep equality as `assert.deepStrictEqual` and `assert.deepEqual` define it: prototypes, own enumerable properties and symbols,
 * Map and Set in any order, boxed values, errors, and cycles.
 */
import { builtin } from './registry.js';

/** @typedef {'strict'|'loose'} Mode */

const enumerableSymbols = (value) => Object.getOwnPropertySymbols(value).filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
const classOf = (value) => Object.prototype.toString.call(value);

function samePrimitive(left, right, mode) {
  if (mode === 'strict') {
    return Object.is(left, right);
  }
  // eslint-disable-next-line eqeqeq -- the legacy comparison is defined by `==`
  return left == right || (left !== left && right !== right);
}

const isObject = (value) => typeof value === 'object' && value !== null;

function sameBytes(left, right) {
  if (left.byteLength !== right.byteLength) {
    return false;
  }
  const one = new Uint8Array(left.buffer ?? left, left.byteOffset ?? 0, left.byteLength);
  const two = new Uint8Array(right.buffer ?? right, right.byteOffset ?? 0, right.byteLength);
  return one.every((byte, index) => byte === two[index]);
}

function sameFloats(left, right, mode) {
  return left.length === right.length && left.every((value, index) => (mode === 'strict' ? Object.is(value, right[index]) : value === right[index]));
}

const OPAQUE_CHECKS = ['isPromise', 'isWeakMap', 'isWeakSet', 'isBoxedPrimitive', 'isNativeError', 'isAnyArrayBuffer', 'isRegExp', 'isDate', 'isArrayBufferView', 'isSet', 'isMap'];

/** Compares what lies outside the properties. @returns {boolean|undefined} nothing when the properties decide */
function sameInnerValue(left, right, mode) {
  const { types } = builtin('util');
  for (const check of OPAQUE_CHECKS) {
    if (types[check](left) !== types[check](right)) {
      return false;
    }
  }
  if (types.isDate(left)) {
    return Date.prototype.getTime.call(left) === Date.prototype.getTime.call(right) || (Number.isNaN(+left) && Number.isNaN(+right));
  }
  if (types.isRegExp(left)) {
    return left.source === right.source && left.flags === right.flags && left.lastIndex === right.lastIndex;
  }
  if (types.isNativeError(left)) {
    return left.message === right.message && left.name === right.name;
  }
  if (types.isBoxedPrimitive(left)) {
    return Object.is(left.valueOf(), right.valueOf());
  }
  if (types.isArrayBufferView(left)) {
    const floats = left instanceof Float32Array || left instanceof Float64Array;
    return floats && right.constructor === left.constructor ? sameFloats(left, right, mode) : sameBytes(left, right);
  }
  if (types.isAnyArrayBuffer(left)) {
    return sameBytes(left, right);
  }
  return true;
}

function ownKeys(value) {
  const keys = Object.keys(value);
  return ArrayBuffer.isView(value) ? keys.filter((key) => !/^\d+$/.test(key)) : keys;
}

function sameKeys(left, right, mode, seen) {
  const keys = ownKeys(left);
  if (keys.length !== ownKeys(right).length || !keys.every((key) => Object.prototype.propertyIsEnumerable.call(right, key))) {
    return false;
  }
  const symbols = mode === 'strict' ? enumerableSymbols(left) : [];
  if (mode === 'strict') {
    const others = enumerableSymbols(right);
    if (symbols.length !== others.length || !symbols.every((symbol) => others.includes(symbol))) {
      return false;
    }
  }
  return [...keys, ...symbols].every((key) => equal(left[key], right[key], mode, seen));
}

function sameSets(left, right, mode, seen) {
  if (left.size !== right.size) {
    return false;
  }
  const rest = [];
  for (const value of left) {
    if (!right.has(value)) {
      if (mode === 'strict' && !isObject(value)) {
        return false;
      }
      rest.push(value);
    }
  }
  const candidates = new Set([...right].filter((value) => !left.has(value)));
  return rest.every((value) => takeMatch(candidates, (other) => equal(value, other, mode, seen)));
}

function takeMatch(candidates, matches) {
  for (const candidate of candidates) {
    if (matches(candidate)) {
      candidates.delete(candidate);
      return true;
    }
  }
  return false;
}

function sameMaps(left, right, mode, seen) {
  if (left.size !== right.size) {
    return false;
  }
  const rest = [];
  for (const [key, value] of left) {
    if (right.has(key)) {
      if (!equal(value, right.get(key), mode, seen)) {
        return false;
      }
    } else if (mode === 'strict' && !isObject(key)) {
      return false;
    } else {
      rest.push([key, value]);
    }
  }
  const candidates = new Set([...right].filter(([key]) => !left.has(key)));
  return rest.every(([key, value]) => takeMatch(candidates, ([otherKey, otherValue]) => equal(key, otherKey, mode, seen) && equal(value, otherValue, mode, seen)));
}

function sameContents(left, right, mode, seen) {
  if (!sameKeys(left, right, mode, seen)) {
    return false;
  }
  if (left instanceof Set) {
    return sameSets(left, right, mode, seen);
  }
  if (left instanceof Map) {
    return sameMaps(left, right, mode, seen);
  }
  return true;
}

function equal(left, right, mode, seen) {
  if (left === right) {
    return mode === 'loose' || left !== 0 || Object.is(left, right);
  }
  const bothObjects = isObject(left) && isObject(right);
  if (!bothObjects) {
    return mode === 'strict' || isObject(left) === isObject(right) ? samePrimitiveOrNothing(left, right, mode) : false;
  }
  if (mode === 'strict' && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) {
    return false;
  }
  if (classOf(left) !== classOf(right) || Array.isArray(left) !== Array.isArray(right)) {
    return false;
  }
  if (Array.isArray(left) && left.length !== right.length) {
    return false;
  }
  if (sameInnerValue(left, right, mode) === false) {
    return false;
  }
  return withinCycle(left, right, seen, () => sameContents(left, right, mode, seen));
}

function samePrimitiveOrNothing(left, right, mode) {
  if (mode === 'strict' && (isObject(left) || isObject(right) || typeof left === 'function')) {
    return false;
  }
  return samePrimitive(left, right, mode);
}

function withinCycle(left, right, seen, compare) {
  const outer = seen.left.get(left);
  if (outer !== undefined && seen.right.get(right) === outer) {
    return true;
  }
  seen.depth += 1;
  seen.left.set(left, seen.depth);
  seen.right.set(right, seen.depth);
  const result = compare();
  seen.left.delete(left);
  seen.right.delete(right);
  return result;
}

/** @param {Mode} mode */
export function isDeepEqual(left, right, mode) {
  return equal(left, right, mode, { left: new Map(), right: new Map(), depth: 0 });
}
