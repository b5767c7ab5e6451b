/**
 * Any decoded value as text, such that two values have the same text only when a script could not tell them apart:
 * prototypes, order of keys, property attributes, -0, NaN and byte classes included.
 */
export function describe(value) {
  if (value === null || typeof value !== 'object') return describePrimitive(value);
  const name = prototypeName(value);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof RegExp) return `RegExp(${value})`;
  if (ArrayBuffer.isView(value))
    return `${name}<${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}>`;
  const parts = Reflect.ownKeys(value).map((key) => {
    const { get, value: content, enumerable, writable, configurable } = Object.getOwnPropertyDescriptor(value, key);
    const odd = enumerable && writable && configurable ? '' : `[${enumerable},${writable},${configurable}]`;
    return `${JSON.stringify(String(key))}${odd}:${get ? 'getter' : describe(content)}`;
  });
  return `${name}{${parts.join(',')}}`;
}

/** Without Buffer, which some runs don't have. */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function describePrimitive(value) {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'string') return JSON.stringify(value);
  return `${typeof value}:${String(value)}`;
}

function prototypeName(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null ? 'null' : prototype.constructor.name;
}

/** What a call gave or threw, as text. The engine words its TypeErrors by the expression that failed: not compared. */
export function outcome(call) {
  let value;
  try {
    value = call();
  } catch (error) {
    if (error.constructor === TypeError) return 'throws TypeError';
    return `throws ${error.constructor.name} ${error.name}: ${error.message}`;
  }
  return describe(value);
}
