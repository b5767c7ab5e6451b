/**
 * What the encoder needs to know of values of BSON classes, whichever bson package made them: every major since 1.x
 * (`_bsontype` names and fields have changed over time). A plain object that merely has a `_bsontype` key is not such
 * a value and refused as js-bson refuses it: taking it would let data pose as a type.
 */
import { BSONError, BSONVersionError, ByteUtils } from 'bson';

const MAJOR = 7;
const versionSymbol = Symbol.for('@@mdb.bson.version');

const NAMES = new Map([
  ['Binary', 'Binary'],
  ['BSONRegExp', 'BSONRegExp'],
  ['BSONSymbol', 'BSONSymbol'],
  ['Code', 'Code'],
  ['DBRef', 'DBRef'],
  ['Decimal128', 'Decimal128'],
  ['Double', 'Double'],
  ['Int32', 'Int32'],
  ['Long', 'Long'],
  ['MaxKey', 'MaxKey'],
  ['MinKey', 'MinKey'],
  ['ObjectID', 'ObjectId'],
  ['ObjectId', 'ObjectId'],
  ['Symbol', 'BSONSymbol'],
  ['Timestamp', 'Timestamp']
]);

/** The current name of a value's type; throws js-bson's error when there is none. */
export function typeName(value) {
  const name = NAMES.get(value._bsontype);
  const isOurMajor = value[versionSymbol] === MAJOR;
  if (name !== undefined && (isOurMajor || isInstance(value))) return name;
  if (!isOurMajor) throw new BSONVersionError();
  throw new BSONError(`Unrecognized or invalid _bsontype: ${String(value._bsontype)}`);
}

function isInstance(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}

/** Writes the 12 bytes of an ObjectId. */
export function writeObjectIdBytes(bytes, value, index) {
  if (value[versionSymbol] === MAJOR && typeof value.serializeInto === 'function') {
    value.serializeInto(bytes, index);
    return;
  }
  const { id } = value;
  if (ArrayBuffer.isView(id) && id.byteLength === 12) {
    bytes.set(id, index);
  } else if (typeof id === 'string' && id.length === 12) {
    // bson 1.x kept the bytes as a binary string.
    for (let i = 0; i < 12; i++) bytes[index + i] = id.charCodeAt(i);
  } else {
    const hex = typeof value.toHexString === 'function' ? value.toHexString() : id;
    if (typeof hex !== 'string' || !/^[0-9a-f]{24}$/i.test(hex)) {
      throw new BSONError('Argument passed in does not match the accepted types');
    }
    for (let i = 0; i < 12; i++) bytes[index + i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
}

/** The low half of a Long or Timestamp. */
export function longLow(value) {
  return typeof value.getLowBits === 'function' ? value.getLowBits() : (value.low ?? value.low_);
}

/** The high half of a Long or Timestamp. */
export function longHigh(value) {
  return typeof value.getHighBits === 'function' ? value.getHighBits() : (value.high ?? value.high_);
}

export function decimalBytes(value) {
  const { bytes } = value;
  return bytes.length === 16 ? bytes : bytes.subarray(0, 16);
}

/** The bytes of a Binary that are in use. */
export function binaryContent(value) {
  const { buffer, position } = value;
  if (typeof buffer === 'string') return ByteUtils.fromISO88591(buffer.slice(0, position));
  if (Array.isArray(buffer)) return Uint8Array.from(buffer.slice(0, position));
  return buffer.length === position ? buffer : buffer.subarray(0, position);
}

const VECTOR = 9;
const INT8 = 0x03;
const FLOAT32 = 0x27;
const PACKED_BIT = 0x10;

/** js-bson's checks of vectors (subtype 9) before they are written. */
export function refuseInvalidVector(value) {
  if (value.sub_type !== VECTOR) return;
  const size = value.position;
  const [kind, padding] = value.buffer;
  if ((kind === FLOAT32 || kind === INT8) && padding !== 0) {
    throw new BSONError('Invalid Vector: padding must be zero for int8 and float32 vectors');
  }
  if (kind === FLOAT32 && size !== 0 && size - 2 !== 0 && (size - 2) % 4 !== 0) {
    throw new BSONError('Invalid Vector: Float32 vector must contain a multiple of 4 bytes');
  }
  if (kind === PACKED_BIT && padding !== 0 && size === 2) {
    throw new BSONError('Invalid Vector: padding must be zero for packed bit vectors that are empty');
  }
  if (kind === PACKED_BIT && padding > 7) {
    throw new BSONError(`Invalid Vector: padding must be a value between 0 and 7. found: ${padding}`);
  }
}

/** The text of a Code; bson 1.x kept functions as they were. */
export function codeText(value) {
  return value.code.toString();
}

/** The document a DBRef stands for. */
export function referenceDocument(value) {
  return Object.assign(
    { $ref: value.collection ?? value.namespace, $id: value.oid },
    value.db != null ? { $db: value.db } : null,
    value.fields
  );
}
