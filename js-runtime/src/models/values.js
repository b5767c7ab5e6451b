/**
 * Field values: copying, comparing, and reaching into them by dotted paths. Knows plain objects, arrays, dates and BSON values; BSON
 * values are shared, because nobody changes them in place.
 */

/** An object that is nothing but its fields. */
export function isPlain(value) {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A copy that shares nothing that can be changed in place. */
export function cloned(value) {
  if (typeof value !== 'object' || value === null || value._bsontype !== undefined) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(cloned);
  }
  if (value instanceof Date) {
    return new Date(value.getTime());
  }
  if (isPlain(value)) {
    return clonedFields(value);
  }
  return value instanceof Map ? new Map(Array.from(value, ([key, item]) => [key, cloned(item)])) : value;
}

function clonedFields(value) {
  const copy = {};
  for (const key of Object.keys(value)) {
    const field = cloned(value[key]);
    if (key === '__proto__') {
      Object.defineProperty(copy, key, { value: field, writable: true, enumerable: true, configurable: true });
    } else {
      copy[key] = field;
    }
  }
  return copy;
}

/** A copy without fields that are `undefined` and without empty objects, which mongoose doesn't store; nothing when nothing is left. */
export function withoutEmpty(fields) {
  const copy = {};
  for (const [name, value] of Object.entries(fields)) {
    const kept = isPlain(value) ? withoutEmpty(value) : cloned(value);
    if (kept !== undefined) {
      copy[name] = kept;
    }
  }
  return Object.keys(copy).length === 0 ? undefined : copy;
}

/** Whether two values would be stored alike. */
export function same(left, right) {
  if (Object.is(left, right)) {
    return true;
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return false;
  }
  if (left._bsontype !== undefined || right._bsontype !== undefined) {
    return left._bsontype === right._bsontype && sameBson(left, right);
  }
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && Object.is(left.getTime(), right.getTime());
  }
  if (left instanceof RegExp || right instanceof RegExp) {
    return left instanceof RegExp && right instanceof RegExp && String(left) === String(right);
  }
  if (ArrayBuffer.isView(left) || ArrayBuffer.isView(right)) {
    return ArrayBuffer.isView(left) && ArrayBuffer.isView(right) && sameBytes(left, right);
  }
  if (left instanceof Map && right instanceof Map) {
    return same([...left], [...right]);
  }
  return Array.isArray(left) === Array.isArray(right) && sameFields(left, right);
}

function sameFields(left, right) {
  const keys = Object.keys(left);
  // The order of fields is part of the value: MongoDB compares embedded documents with it.
  const others = Object.keys(right);
  return keys.length === others.length && keys.every((key, at) => key === others[at] && same(left[key], right[key]));
}

function sameBytes(left, right) {
  return left.byteLength === right.byteLength && left.every((byte, at) => byte === right[at]);
}

function sameBson(left, right) {
  switch (left._bsontype) {
    case 'ObjectId':
    case 'ObjectID':
      return left.toHexString() === right.toHexString();
    case 'Binary':
      return left.sub_type === right.sub_type && left.toString('hex') === right.toString('hex');
    case 'Code':
      return left.code === right.code && same(left.scope ?? null, right.scope ?? null);
    case 'DBRef':
      return JSON.stringify(left) === JSON.stringify(right);
    case 'BSONRegExp':
      return left.pattern === right.pattern && left.options === right.options;
    case 'MinKey':
    case 'MaxKey':
      return true;
    default:
      return String(left) === String(right);
  }
}

/** The value at a dotted path; through arrays, the values of all elements. */
export function valueAt(root, path) {
  let value = root;
  const parts = path.split('.');
  for (let at = 0; at < parts.length; at += 1) {
    if (value === null || value === undefined) {
      return undefined;
    }
    if (Array.isArray(value) && !/^\d+$/.test(parts[at])) {
      const rest = parts.slice(at).join('.');
      return value.map((item) => valueAt(item, rest));
    }
    value = value instanceof Map ? value.get(parts[at]) : value[parts[at]];
  }
  return value;
}

/** Puts a value at a dotted path, making the objects on the way; `undefined` takes the field away. */
export function putAt(root, path, value) {
  const parts = path.split('.');
  const last = parts.pop();
  let holder = root;
  for (const part of parts) {
    if (holder[part] === null || typeof holder[part] !== 'object') {
      if (value === undefined) {
        return;
      }
      holder[part] = {};
    }
    holder = holder[part];
  }
  if (value === undefined) {
    delete holder[last];
  } else {
    holder[last] = value;
  }
}
