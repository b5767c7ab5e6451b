/**
 * Compares an actual value with what a unified-format file expects, `$$` operators included.
 * It only says yes or throws a `Mismatch` that names the place; it never changes either side.
 */

import { MALFORMED, Mismatch } from './outcomes.js';

const NUMERIC_BSON_TYPES = new Set(['Int32', 'Double', 'Long']);

/** Whether keys that the expectation doesn't name are allowed in a document. */
export const ExtraKeys = Object.freeze({ ALLOWED: 'allowed', FORBIDDEN: 'forbidden' });

/** @returns {number | null} the numeric value of a JS or BSON number, else null */
export function numericValue(value) {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value && NUMERIC_BSON_TYPES.has(value._bsontype)) {
    return value._bsontype === 'Long' ? value.toNumber() : value.valueOf();
  }
  return null;
}

/** @returns {string} lower-case hexadecimal text of a byte view */
export function toHex(bytes) {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** @returns {Uint8Array} the bytes of hexadecimal text */
export function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** The byte view inside a Binary, a UUID or a byte view itself. */
export function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  if (value && value._bsontype === 'Binary') return value.buffer.subarray(0, value.position ?? value.buffer.length);
  return null;
}

function isInteger(value) {
  const number = numericValue(value);
  return number !== null && Number.isInteger(number) && value._bsontype !== 'Double';
}

const isBsonType = name => value => value?._bsontype === name;

/** `$$type` alias -> test. A JS number may have been an int, a long or a double on the wire, so it is all of them. */
const TYPE_TESTS = {
  double: value => typeof value === 'number' || value?._bsontype === 'Double',
  string: value => typeof value === 'string',
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value) && !value._bsontype,
  array: value => Array.isArray(value),
  binData: value => bytesOf(value) !== null,
  undefined: value => value === undefined,
  objectId: isBsonType('ObjectId'),
  bool: value => typeof value === 'boolean',
  date: value => value instanceof Date,
  null: value => value === null,
  regex: value => value instanceof RegExp || value?._bsontype === 'BSONRegExp',
  dbPointer: isBsonType('DBRef'),
  javascript: isBsonType('Code'),
  symbol: isBsonType('BSONSymbol'),
  javascriptWithScope: value => value?._bsontype === 'Code' && value.scope != null,
  int: value => isInteger(value) && value._bsontype !== 'Long',
  timestamp: isBsonType('Timestamp'),
  long: value => isInteger(value) && value._bsontype !== 'Int32',
  decimal: isBsonType('Decimal128'),
  minKey: isBsonType('MinKey'),
  maxKey: isBsonType('MaxKey'),
  number: value => numericValue(value) !== null || value?._bsontype === 'Decimal128'
};

function operatorOf(expected) {
  const keys = Object.keys(expected);
  return keys.length === 1 && keys[0].startsWith('$$') ? keys[0] : null;
}

/** A Map (sort and index keys of the Node driver, verbose bulk results) is compared as a document. */
function asDocument(value) {
  return value instanceof Map ? Object.fromEntries(value) : value;
}

export class Matcher {
  /**
   * @param {object} driver a `mongodb`-shaped module
   * @param {import('./entities.js').EntityMap} entities what `$$matchesEntity` and `$$sessionLsid` refer to
   */
  constructor(driver, entities) {
    this.extendedJson = driver.BSON.EJSON;
    this.entities = entities;
  }

  /** A short text of any value for messages. */
  show(value) {
    if (value === undefined) return 'undefined';
    try {
      const text = this.extendedJson.stringify(asDocument(value)) ?? String(value);
      return text.length > 400 ? `${text.slice(0, 400)}...` : text;
    } catch {
      return String(value);
    }
  }

  /** Compares a whole result: keys that the file doesn't name are allowed at the root, and in root documents of an array. */
  matchRoot(actual, expected, path) {
    if (Array.isArray(expected) && Array.isArray(actual)) {
      this.#matchArray(actual, expected, path, ExtraKeys.ALLOWED);
    } else {
      this.match(actual, expected, path, ExtraKeys.ALLOWED);
    }
  }

  match(actual, expected, path, extraKeys = ExtraKeys.FORBIDDEN) {
    if (expected === null || typeof expected !== 'object') return this.#matchScalar(actual, expected, path);
    if (Array.isArray(expected)) return this.#matchArray(actual, expected, path, ExtraKeys.FORBIDDEN);
    if (expected._bsontype || expected instanceof Date || expected instanceof RegExp) {
      return this.#matchBson(actual, expected, path);
    }
    const operator = operatorOf(expected);
    if (operator) return this.#applyOperator(operator, actual, expected[operator], path, extraKeys);
    this.#matchDocument(asDocument(actual), expected, path, extraKeys);
  }

  #fail(path, actual, expected) {
    throw new Mismatch(`${path}: expected ${this.show(expected)}, got ${this.show(actual)}`);
  }

  #matchScalar(actual, expected, path) {
    const expectedNumber = numericValue(expected);
    if (expectedNumber !== null) {
      const actualNumber = numericValue(actual);
      if (actualNumber === expectedNumber || (Number.isNaN(actualNumber) && Number.isNaN(expectedNumber))) return;
    } else if (actual === expected) {
      return;
    }
    this.#fail(path, actual, expected);
  }

  #matchBson(actual, expected, path) {
    if (numericValue(expected) !== null) return this.#matchScalar(actual, expected, path);
    const canonical = value => this.extendedJson.stringify({ value }, { relaxed: false });
    if (actual === undefined || canonical(actual) !== canonical(expected)) this.#fail(path, actual, expected);
  }

  #matchArray(actual, expected, path, extraKeys) {
    if (!Array.isArray(actual) || actual.length !== expected.length) this.#fail(path, actual, expected);
    expected.forEach((item, index) => this.match(actual[index], item, `${path}[${index}]`, extraKeys));
  }

  #matchDocument(actual, expected, path, extraKeys) {
    if (actual === null || typeof actual !== 'object' || Array.isArray(actual)) this.#fail(path, actual, expected);
    for (const [key, value] of Object.entries(expected)) this.match(actual[key], value, `${path}.${key}`);
    if (extraKeys === ExtraKeys.ALLOWED) return;
    const extra = Object.keys(actual).filter(key => actual[key] !== undefined && !Object.hasOwn(expected, key));
    if (extra.length > 0) throw new Mismatch(`${path}: unexpected keys \`${extra.join('`, `')}\` in ${this.show(actual)}`);
  }

  #applyOperator(operator, actual, argument, path, extraKeys) {
    switch (operator) {
      case '$$exists':
        if ((actual !== undefined) !== argument) this.#fail(path, actual, { $$exists: argument });
        return;
      case '$$type':
        return this.#matchType(actual, argument, path);
      case '$$unsetOrMatches':
        return actual === undefined ? undefined : this.match(actual, argument, path, extraKeys);
      case '$$matchesEntity':
        return this.match(actual, this.entities.get(argument), path);
      case '$$matchesHexBytes':
        return this.#matchHexBytes(actual, argument, path);
      case '$$sessionLsid':
        return this.match(actual, this.entities.sessionLsid(argument), path);
      case '$$lte':
        if (!(numericValue(actual) <= numericValue(argument))) this.#fail(path, actual, { $$lte: argument });
        return;
      case '$$matchAsDocument':
        if (typeof actual !== 'string') this.#fail(path, actual, argument);
        return this.match(this.extendedJson.parse(actual, { relaxed: false }), argument, path);
      case '$$matchAsRoot':
        return this.match(actual, argument, path, ExtraKeys.ALLOWED);
      default:
        throw new Mismatch(`${path}: unknown operator \`${operator}\``, MALFORMED);
    }
  }

  #matchType(actual, aliases, path) {
    const matches = [].concat(aliases).some(alias => {
      if (!TYPE_TESTS[alias]) throw new Mismatch(`${path}: unknown type \`${alias}\``, MALFORMED);
      return actual != null || alias === 'null' || alias === 'undefined' ? TYPE_TESTS[alias](actual) : false;
    });
    if (!matches) this.#fail(path, actual, { $$type: aliases });
  }

  #matchHexBytes(actual, hexadecimal, path) {
    const bytes = bytesOf(actual);
    if (!bytes || toHex(bytes) !== hexadecimal.toLowerCase()) {
      throw new Mismatch(`${path}: expected bytes \`${hexadecimal}\`, got \`${bytes ? toHex(bytes) : this.show(actual)}\``);
    }
  }
}
