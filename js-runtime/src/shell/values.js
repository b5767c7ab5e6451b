/** The shell's names for BSON values. Each works with and without `new`, as in the shell. */
import { Binary, BSONRegExp, BSONSymbol, Code, DBRef, Decimal128, Double, EJSON, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } from '../bson/index.js';

/**
 * A function that makes values of a class, and for which `instanceof` and the statics of the class hold.
 * @param {Function} Class
 * @param {(...args: unknown[]) => unknown} make
 * @param {string} name
 */
function constructorOf(Class, make, name) {
  const construct = { [name](...args) {
    return make(...args);
  } }[name];
  // A method can't be called with `new`; this can.
  const callable = function (...args) {
    return construct(...args);
  };
  callable.prototype = Class.prototype;
  Object.defineProperty(callable, 'name', { value: name });
  return Object.setPrototypeOf(callable, Class);
}

/** Numbers come as text where they are too large for a double. */
function longOf(value = 0) {
  return typeof value === 'string' ? Long.fromString(value) : typeof value === 'bigint' ? Long.fromBigInt(value) : Long.isLong(value) ? value : Long.fromNumber(Number(value));
}

/** `ISODate('2020-01-01')`, with every part behind the day optional. */
export function dateOf(text) {
  if (text === undefined) {
    return new Date();
  }
  if (typeof text !== 'string') {
    return new Date(text);
  }
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(text.trim());
  if (parts === null) {
    throw new Error(`invalid ISO date: ${text}`);
  }
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = parts;
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.replace(':', '').slice(3) || '00'}`;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
}

const hexBytes = (hex) => globalThis.Buffer.from(hex, 'hex');

/** `UUID()` makes one, `UUID('…')` reads one; the value is a Binary of subtype 4 as in the shell. */
function uuidOf(text) {
  return text === undefined ? new UUID() : new UUID(text);
}

function timestampOf(seconds = 0, increment = 0) {
  return typeof seconds === 'object' ? new Timestamp(seconds) : new Timestamp({ t: seconds, i: increment });
}

/** By global name. */
export const valueConstructors = {
  ObjectId: constructorOf(ObjectId, (id) => new ObjectId(id), 'ObjectId'),
  ISODate: constructorOf(Date, dateOf, 'ISODate'),
  NumberLong: constructorOf(Long, longOf, 'NumberLong'),
  Long: constructorOf(Long, longOf, 'Long'),
  NumberInt: constructorOf(Int32, (value = 0) => new Int32(Number(value)), 'NumberInt'),
  Int32: constructorOf(Int32, (value = 0) => new Int32(Number(value)), 'Int32'),
  Double: constructorOf(Double, (value = 0) => new Double(Number(value)), 'Double'),
  NumberDecimal: constructorOf(Decimal128, (value = '0') => Decimal128.fromString(`${value}`), 'NumberDecimal'),
  Decimal128: constructorOf(Decimal128, (value = '0') => (typeof value === 'object' ? new Decimal128(value) : Decimal128.fromString(`${value}`)), 'Decimal128'),
  UUID: constructorOf(UUID, uuidOf, 'UUID'),
  BinData: constructorOf(Binary, (subtype, base64) => new Binary(globalThis.Buffer.from(base64, 'base64'), subtype), 'BinData'),
  Binary: constructorOf(Binary, (bytes, subtype) => new Binary(bytes, subtype), 'Binary'),
  HexData: constructorOf(Binary, (subtype, hex) => new Binary(hexBytes(hex), subtype), 'HexData'),
  MD5: constructorOf(Binary, (hex) => new Binary(hexBytes(hex), Binary.SUBTYPE_MD5), 'MD5'),
  Timestamp: constructorOf(Timestamp, timestampOf, 'Timestamp'),
  MinKey: constructorOf(MinKey, () => new MinKey(), 'MinKey'),
  MaxKey: constructorOf(MaxKey, () => new MaxKey(), 'MaxKey'),
  DBRef: constructorOf(DBRef, (collection, id, database) => new DBRef(collection, id, database), 'DBRef'),
  Code: constructorOf(Code, (code, scope) => new Code(code, scope), 'Code'),
  BSONSymbol: constructorOf(BSONSymbol, (text) => new BSONSymbol(text), 'BSONSymbol'),
  BSONRegExp: constructorOf(BSONRegExp, (pattern, options) => new BSONRegExp(pattern, options), 'BSONRegExp'),
  EJSON,
};
