/** `querystring`: own, since the small packages differ from Node in escapes, limits and repeated keys. */
import { builtin } from './registry.js';
import { nodeError } from './errors.js';

export function escape(value) {
  const text = typeof value === 'string' ? value : typeof value === 'object' ? String(value) : `${value}`;
  try {
    return encodeURIComponent(text);
  } catch {
    throw nodeError(URIError, 'ERR_INVALID_URI', 'URI malformed');
  }
}

/** Decodes what is decodable and leaves broken escapes as they are. */
export function unescapeBuffer(text, decodeSpaces = false) {
  const { Buffer } = builtin('buffer');
  const source = Buffer.from(text);
  const bytes = Buffer.alloc(source.length);
  let size = 0;
  for (let index = 0; index < source.length; index += 1) {
    let byte = source[index];
    if (byte === 0x2b && decodeSpaces) {
      byte = 0x20;
    } else if (byte === 0x25 && index + 2 < source.length) {
      const pair = source.latin1Slice(index + 1, index + 3);
      if (/^[0-9a-fA-F]{2}$/.test(pair)) {
        byte = Number.parseInt(pair, 16);
        index += 2;
      }
    }
    bytes[size] = byte;
    size += 1;
  }
  return bytes.subarray(0, size);
}

export function unescape(text, decodeSpaces) {
  try {
    return decodeURIComponent(text);
  } catch {
    return unescapeBuffer(text, decodeSpaces).toString();
  }
}

function primitiveText(value) {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isFinite(value) ? `${value}` : '';
    case 'bigint':
    case 'boolean':
      return `${value}`;
    default:
      return '';
  }
}

export function stringify(object, separator = '&', equals = '=', options = {}) {
  if (object === null || typeof object !== 'object') {
    return '';
  }
  const encode = typeof options?.encodeURIComponent === 'function' ? options.encodeURIComponent : querystring.escape;
  const fields = [];
  for (const key of Object.keys(object)) {
    const start = encode(primitiveText(key)) + (equals || '=');
    const values = Array.isArray(object[key]) ? object[key] : [object[key]];
    for (const value of values) {
      fields.push(start + encode(primitiveText(value)));
    }
  }
  return fields.join(separator || '&');
}

export function parse(text, separator = '&', equals = '=', options = {}) {
  const result = Object.create(null);
  if (typeof text !== 'string' || text.length === 0) {
    return result;
  }
  const decode = typeof options?.decodeURIComponent === 'function' ? options.decodeURIComponent : querystring.unescape;
  const limit = options?.maxKeys > 0 ? options.maxKeys : options?.maxKeys === 0 ? Infinity : 1000;
  const decodePart = (part) => {
    const spaced = part.replaceAll('+', ' ');
    try {
      return decode(spaced);
    } catch {
      return querystring.unescape(spaced, true);
    }
  };
  let count = 0;
  for (const field of text.split(separator || '&')) {
    if (field === '') {
      continue;
    }
    if (count >= limit) {
      break;
    }
    count += 1;
    const at = field.indexOf(equals || '=');
    const key = decodePart(at === -1 ? field : field.slice(0, at));
    const value = at === -1 ? '' : decodePart(field.slice(at + (equals || '=').length));
    if (!(key in result)) {
      result[key] = value;
    } else if (Array.isArray(result[key])) {
      result[key].push(value);
    } else {
      result[key] = [result[key], value];
    }
  }
  return result;
}

const querystring = { escape, unescape, unescapeBuffer, stringify, encode: stringify, parse, decode: parse };

export default querystring;
