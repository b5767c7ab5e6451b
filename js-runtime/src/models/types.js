/**
 * The types that a schema file can name, and how a value is turned into each: as mongoose does it. A type is `{ name, cast(value) }`,
 * where `cast` throws anything when it can't.
 */
import { Binary, Decimal128, Long, ObjectId, UUID } from '../driver/bson.js';
import { cloned, isPlain } from './values.js';

class Uncastable extends Error {}

function refuse() {
  throw new Uncastable('no such value of this type');
}

const YES = new Set([true, 'true', 1, '1', 'yes']);
const NO = new Set([false, 'false', 0, '0', 'no']);

function castString(value) {
  if (typeof value._id === 'string') {
    return value._id;
  }
  return Array.isArray(value) || typeof value.toString !== 'function' || value.toString === Object.prototype.toString
    ? refuse()
    : value.toString();
}

function castNumber(value) {
  if (value === '') {
    return null;
  }
  const number = typeof value === 'string' || typeof value === 'boolean' ? Number(value) : value;
  const plain = Array.isArray(number) ? NaN : Number(number.valueOf());
  return Number.isNaN(plain) ? refuse() : plain;
}

function castDate(value) {
  if (value === '') {
    return null;
  }
  if (typeof value === 'boolean') {
    return refuse();
  }
  const isStamp = typeof value === 'string' && !Number.isNaN(Number(value)) && (Number(value) >= 275761 || Number(value) < -271820);
  const date = value instanceof Date ? value : new Date(isStamp ? Number(value) : value.valueOf());
  return Number.isNaN(date.getTime()) ? refuse() : date;
}

function castObjectId(value) {
  const id = value._bsontype === undefined && value._id ? value._id : value;
  return id._bsontype === 'ObjectId' || id._bsontype === 'ObjectID' ? id : new ObjectId(id.toString());
}

function castBinary(value) {
  if (value._bsontype === 'Binary' || ArrayBuffer.isView(value)) {
    return value;
  }
  return typeof value === 'string' || Array.isArray(value) ? globalThis.Buffer.from(value) : refuse();
}

const SCALARS = {
  String: castString,
  Number: castNumber,
  Boolean: (value) => (YES.has(value) ? true : NO.has(value) ? false : refuse()),
  Date: castDate,
  ObjectId: castObjectId,
  Buffer: castBinary,
  Decimal128: (value) => (value._bsontype === 'Decimal128' ? value : Decimal128.fromString(String(value))),
  BigInt: (value) => (value._bsontype === 'Long' ? value : Long.fromBigInt(BigInt(value))),
  UUID: (value) => (value._bsontype === 'Binary' ? value : new Binary(UUID.createFromHexString(String(value)).buffer, 4)),
  Map: (value) => (value instanceof Map ? value : new Map(Object.entries(value))),
  Mixed: (value) => value,
};

/** Other names for the same, in lower case. */
const ALIASES = { oid: 'ObjectId', objectid: 'ObjectId', bool: 'Boolean', int32: 'Number', double: 'Number', object: 'Mixed', schematype: 'Mixed' };

const NAMES = new Map(Object.keys(SCALARS).map((name) => [name.toLowerCase(), name]));

function scalar(name) {
  const convert = SCALARS[name];
  return { name, cast: (value) => (value === null || value === undefined ? value : convert(value)) };
}

function nameOf(declared) {
  const text = typeof declared === 'string' ? declared : (declared.schemaName ?? declared.name ?? '');
  const name = String(text).toLowerCase();
  return NAMES.get(name) ?? ALIASES[name];
}

/** An array of one type; a single value becomes an array of it, as in mongoose. */
function arrayOf(element) {
  const cast = (value) => {
    if (value === null || value === undefined) {
      return value;
    }
    return (Array.isArray(value) ? value : [value]).map((item) => element.cast(item));
  };
  return { name: 'Array', element, cast };
}

/**
 * An embedded document with fields of its own: fields that it doesn't declare are dropped, and it has an `_id`.
 * @param {Record<string, object>} fields types by name
 * @param {{ withId: boolean }} options
 */
export function embedded(fields, { withId }) {
  const cast = (value) => {
    if (value === null || value === undefined) {
      return value;
    }
    if (!isPlain(value)) {
      return refuse();
    }
    const result = {};
    for (const [key, type] of Object.entries(fields)) {
      if (value[key] !== undefined) {
        result[key] = type.cast(value[key]);
      } else if (type.name === 'Array') {
        result[key] = [];
      }
    }
    if (withId) {
      result._id = value._id === undefined ? new ObjectId() : castObjectId(value._id);
    }
    return result;
  };
  return { name: 'Embedded', fields, cast };
}

/**
 * The type that a schema file declares: a constructor, a name, `[type]`, an object of fields, or `{ type }` around any of them.
 * @param {unknown} declared
 */
export function typeOf(declared) {
  if (Array.isArray(declared)) {
    return arrayOf(declared.length === 0 ? scalar('Mixed') : typeOf(declared[0]));
  }
  if (declared === Array) {
    return arrayOf(scalar('Mixed'));
  }
  if (declared === Object || declared === null || declared === undefined) {
    return scalar('Mixed');
  }
  if (isPlain(declared)) {
    return declared.type !== undefined && declared.type?.type === undefined ? typeOf(declared.type) : typeOfFields(declared);
  }
  const name = nameOf(declared);
  if (name === undefined) {
    throw new TypeError(`\`${typeof declared === 'function' ? declared.name : String(declared)}\` is no type of a schema`);
  }
  return scalar(name);
}

function typeOfFields(declared) {
  const names = Object.keys(declared).filter((name) => name !== '_id');
  if (names.length === 0) {
    return scalar('Mixed');
  }
  return embedded(Object.fromEntries(names.map((name) => [name, typeOf(declared[name])])), { withId: declared._id !== false });
}

/** A default, made anew for each document. */
export function makeDefault(declared, document) {
  return typeof declared === 'function' ? declared.call(document, document) : cloned(declared);
}
