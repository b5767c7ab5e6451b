/** How the shell prints: text as it is, everything else as JavaScript that would make it again, with the shell's names for BSON values. */

/* global shared -- given by the host, see main.js */

const custom = Symbol.for('nodejs.util.inspect.custom');

/** How deep `print` shows documents, as in mongosh. */
const PRINT_DEPTH = 6;

/** The shell's notation of a BSON value, by its `_bsontype`. */
const NOTATIONS = {
  ObjectId: (value) => `ObjectId('${value.toHexString()}')`,
  UUID: (value) => `UUID('${value.toHexString()}')`,
  Long: (value) => `Long('${value}')`,
  Int32: (value) => `Int32(${value.valueOf()})`,
  Double: (value) => `Double(${value.valueOf()})`,
  Decimal128: (value) => `Decimal128('${value}')`,
  Timestamp: (value) => `Timestamp({ t: ${value.getHighBitsUnsigned()}, i: ${value.getLowBitsUnsigned()} })`,
  Binary: (value) => (value.sub_type === 4 && value.position === 16 ? `UUID('${value.toUUID().toHexString()}')` : `Binary.createFromBase64('${value.toString('base64')}', ${value.sub_type})`),
  MinKey: () => 'MinKey()',
  MaxKey: () => 'MaxKey()',
};

const notation = (text) => ({ [custom]: () => text });

/** A copy of the value with BSON values and dates in the shell's notation. */
function shown(value, seen = new Set()) {
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return value;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? value : notation(`ISODate('${value.toISOString()}')`);
  }
  const note = NOTATIONS[value._bsontype];
  if (note !== undefined) {
    return notation(note(value));
  }
  const prototype = Object.getPrototypeOf(value);
  if (typeof value[custom] === 'function' || (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)) {
    return value;
  }
  seen.add(value);
  const copy = Array.isArray(value) ? value.map((item) => shown(item, seen)) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item, seen)]));
  seen.delete(value);
  return copy;
}

/** @param {unknown} value @param {object} [options] of `util.inspect` */
export function show(value, options) {
  const { inspect } = shared('inspect');
  const whole = typeof value?.toShell === 'function' ? value.toShell() : value;
  return inspect(shown(whole), { depth: PRINT_DEPTH, ...options });
}

const line = (values, options) => values.map((value) => (typeof value === 'string' ? value : show(value, options))).join(' ');

/** `print(...)`. */
export function print(...values) {
  globalThis.console.log(line(values));
}

/** `printjson(value)`: the whole of it. */
export function printjson(...values) {
  globalThis.console.log(line(values, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity }));
}

/** `tojson(value)`, as text. */
export const tojson = (value) => (typeof value === 'string' ? JSON.stringify(value) : show(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity }));

/** `tojsononeline(value)`. */
export const tojsononeline = (value) => (typeof value === 'string' ? JSON.stringify(value) : show(value, { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity, compact: true }));
