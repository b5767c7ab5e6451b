/**
 * `buffer`: our own Buffer over Uint8Array. Text goes through native ops. It has no `_isBuffer`, on purpose: js-bson takes a slow
 * path when it finds one on the prototype.
 */
import { defineLazy, native } from './registry.js';
import { invalidArgType, nodeError, outOfRange, unknownEncoding, validateString } from './errors.js';
import { ENCODING_NAMES, encodingOf, UCS2, UTF8 } from './buffer-encodings.js';
import { installNumberMethods } from './buffer-numbers.js';
import { compareBytes, fillBuffer, swapBytes, writeOptions } from './buffer-bytes.js';
import { indexOfBytes } from './buffer-search.js';

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const MAX_LENGTH = 2 ** 32;
const MAX_STRING_LENGTH = 536870888;
let inspectMaxBytes = 50;

class FastBuffer extends Uint8Array {}

/** Deprecated as a constructor, but libraries still call it. */
export function Buffer(value, encodingOrOffset, length) {
  if (typeof value === 'number') {
    if (typeof encodingOrOffset === 'string') {
      throw invalidArgType('string', 'string', value);
    }
    return Buffer.alloc(value);
  }
  return Buffer.from(value, encodingOrOffset, length);
}

Object.setPrototypeOf(Buffer, Uint8Array);
// A bundler may rename the function; its name is printed.
Object.defineProperty(Buffer, 'name', { value: 'Buffer', configurable: true });
Buffer.prototype = FastBuffer.prototype;
Object.defineProperty(FastBuffer.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
Object.defineProperty(Buffer, Symbol.species, { get: () => FastBuffer, configurable: true });

const { prototype } = Buffer;
const isBytes = (value) => value instanceof Uint8Array;

function viewOf(bytes) {
  return new FastBuffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSize(size, name = 'size') {
  if (typeof size !== 'number') {
    throw invalidArgType(name, 'number', size);
  }
  if (!(size >= 0 && size <= MAX_LENGTH)) {
    throw outOfRange(name, `>= 0 && <= ${MAX_LENGTH}`, size);
  }
}

function fromString(text, encoding) {
  const code = encoding === undefined || encoding === null || encoding === '' ? UTF8 : encodingOf(encoding);
  if (code === undefined) {
    throw unknownEncoding(encoding);
  }
  if (text.length === 0) {
    return new FastBuffer();
  }
  return viewOf(code === UTF8 ? native.core.encode(text) : native.ops.op_node_text_encode(text, code));
}

function fromArrayBuffer(buffer, offset, length) {
  let start = Number(offset ?? 0);
  start = Number.isNaN(start) ? 0 : start;
  const most = buffer.byteLength - start;
  if (most < 0) {
    throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"offset" is outside of buffer bounds');
  }
  if (length === undefined) {
    return new FastBuffer(buffer, start);
  }
  const size = Math.max(0, Number(length) || 0);
  if (size > most) {
    throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"length" is outside of buffer bounds');
  }
  return new FastBuffer(buffer, start, size);
}

function fromArrayLike(items) {
  if (items.length === undefined || !(items.length > 0)) {
    return new FastBuffer();
  }
  return new FastBuffer(items);
}

function fromObject(value) {
  if (value.length !== undefined || value.buffer instanceof ArrayBuffer) {
    return typeof value.length === 'number' ? fromArrayLike(value) : new FastBuffer();
  }
  if (value.type === 'Buffer' && Array.isArray(value.data)) {
    return fromArrayLike(value.data);
  }
  return undefined;
}

const isArrayBuffer = (value) => value instanceof ArrayBuffer || (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer)
  || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value));

function refuseFrom(value) {
  const { message } = invalidArgType('x', 'string', value);
  return nodeError(TypeError, 'ERR_INVALID_ARG_TYPE',
    `The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object.${message.slice(message.indexOf(' Received'))}`);
}

Buffer.from = function from(value, encodingOrOffset, length) {
  if (typeof value === 'string') {
    return fromString(value, encodingOrOffset);
  }
  if (typeof value === 'object' && value !== null) {
    if (isBytes(value)) {
      return new FastBuffer(value);
    }
    if (isArrayBuffer(value)) {
      return fromArrayBuffer(value, encodingOrOffset, length);
    }
    const primitive = value.valueOf?.();
    if (primitive !== undefined && primitive !== null && primitive !== value && (typeof primitive === 'string' || typeof primitive === 'object')) {
      return Buffer.from(primitive, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made !== undefined) {
      return made;
    }
    if (typeof value[Symbol.toPrimitive] === 'function') {
      const text = value[Symbol.toPrimitive]('string');
      if (typeof text === 'string') {
        return fromString(text, encodingOrOffset);
      }
    }
  }
  throw refuseFrom(value);
};

Buffer.of = (...items) => new FastBuffer(items);

Buffer.alloc = function alloc(size, fill, encoding) {
  checkSize(size);
  const made = new FastBuffer(size);
  return fill !== undefined && fill !== 0 && size > 0 ? made.fill(fill, encoding) : made;
};

Buffer.allocUnsafe = function allocUnsafe(size) {
  checkSize(size);
  return new FastBuffer(size);
};
Buffer.allocUnsafeSlow = Buffer.allocUnsafe;
Buffer.poolSize = 8192;

Buffer.isBuffer = (value) => value instanceof Buffer;
Buffer.isEncoding = (encoding) => typeof encoding === 'string' && encoding.length !== 0 && encodingOf(encoding) !== undefined;

Buffer.byteLength = function byteLength(value, encoding) {
  if (typeof value !== 'string') {
    if (ArrayBuffer.isView(value) || isArrayBuffer(value)) {
      return value.byteLength;
    }
    throw invalidArgType('string', ['string', 'Buffer', 'ArrayBuffer'], value);
  }
  const code = encodingOf(encoding ?? 'utf8') ?? UTF8;
  switch (ENCODING_NAMES[code]) {
    case 'utf8':
      return native.core.byteLength(value);
    case 'utf16le':
      return value.length * 2;
    case 'hex':
      return value.length >>> 1;
    case 'base64':
    case 'base64url':
      return base64Length(value);
    default:
      return value.length;
  }
};

function base64Length(text) {
  let { length } = text;
  if (text.charCodeAt(length - 1) === 0x3d) {
    length -= 1;
  }
  if (length > 1 && text.charCodeAt(length - 1) === 0x3d) {
    length -= 1;
  }
  return (length * 3) >>> 2;
}

Buffer.concat = function concat(list, totalLength) {
  if (!Array.isArray(list)) {
    throw invalidArgType('list', 'Array', list);
  }
  let size = totalLength;
  if (size === undefined) {
    size = 0;
    for (const item of list) {
      size += item.length ?? 0;
    }
  } else {
    checkSize(size, 'length');
  }
  const made = new FastBuffer(size);
  let position = 0;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    if (!isBytes(item)) {
      throw invalidArgType(`list[${index}]`, ['Buffer', 'Uint8Array'], item);
    }
    if (position + item.length > size) {
      made.set(item.subarray(0, size - position), position);
      break;
    }
    made.set(item, position);
    position += item.length;
  }
  return made;
};

Buffer.copyBytesFrom = function copyBytesFrom(view, offset = 0, length = undefined) {
  if (!ArrayBuffer.isView(view) || view instanceof DataView) {
    throw invalidArgType('view', ['TypedArray'], view);
  }
  const part = view.subarray(offset, length === undefined ? undefined : offset + length);
  return Buffer.from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
};

Buffer.compare = function compare(left, right) {
  if (!isBytes(left)) {
    throw invalidArgType('buf1', ['Buffer', 'Uint8Array'], left);
  }
  if (!isBytes(right)) {
    throw invalidArgType('buf2', ['Buffer', 'Uint8Array'], right);
  }
  return compareBytes(left, right);
};

/** The same reading of a start or end as Node's: rounds down, clamps, ignores what is no number. */
function clampIndex(value, fallback, most) {
  if (value === undefined) {
    return fallback;
  }
  const number = Math.trunc(Number(value)) || 0;
  return Math.min(Math.max(number, 0), most);
}

function decodeText(bytes, code, start, end) {
  if (end <= start) {
    return '';
  }
  return native.ops.op_node_text_decode(bytes, code, start, end);
}

const methods = {
  toString(encoding, start, end) {
    if (arguments.length === 0) {
      return decodeText(this, UTF8, 0, this.length);
    }
    const from = clampIndex(start, 0, this.length);
    const to = clampIndex(end, this.length, this.length);
    const code = encoding === undefined ? UTF8 : encodingOf(encoding);
    if (code === undefined) {
      throw unknownEncoding(encoding);
    }
    return decodeText(this, code, from, to);
  },

  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },

  equals(other) {
    if (!isBytes(other)) {
      throw invalidArgType('otherBuffer', ['Buffer', 'Uint8Array'], other);
    }
    return this === other || (this.byteLength === other.byteLength && compareBytes(this, other) === 0);
  },

  compare(target, targetStart = 0, targetEnd = target?.length, sourceStart = 0, sourceEnd = this.length) {
    if (!isBytes(target)) {
      throw invalidArgType('target', ['Buffer', 'Uint8Array'], target);
    }
    return compareBytes(this.subarray(sourceStart, sourceEnd), target.subarray(targetStart, targetEnd));
  },

  copy(target, targetStart = 0, sourceStart = 0, sourceEnd = this.length) {
    if (!isBytes(target)) {
      throw invalidArgType('target', ['Buffer', 'Uint8Array'], target);
    }
    const to = Math.trunc(Number(targetStart)) || 0;
    const from = Math.trunc(Number(sourceStart)) || 0;
    if (to < 0) {
      throw outOfRange('targetStart', '>= 0', targetStart);
    }
    if (from < 0 || from > this.length) {
      throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, sourceStart);
    }
    const end = Math.trunc(Number(sourceEnd)) || 0;
    if (end < 0) {
      throw outOfRange('sourceEnd', '>= 0', sourceEnd);
    }
    if (to >= target.length || from >= end) {
      return 0;
    }
    const part = Uint8Array.prototype.subarray.call(this, from, Math.min(end, this.length, from + target.length - to));
    Uint8Array.prototype.set.call(target, part, to);
    return part.length;
  },

  subarray(start, end) {
    const { length } = this;
    let from = start === undefined ? 0 : Math.trunc(Number(start)) || 0;
    let to = end === undefined ? length : Math.trunc(Number(end)) || 0;
    from = from < 0 ? Math.max(from + length, 0) : Math.min(from, length);
    to = to < 0 ? Math.max(to + length, 0) : Math.min(to, length);
    return new FastBuffer(this.buffer, this.byteOffset + from, Math.max(to - from, 0));
  },

  slice(start, end) {
    return this.subarray(start, end);
  },

  write(text, offset, length, encoding) {
    validateString(text, 'argument');
    const options = writeOptions(this, offset, length, encoding);
    return native.ops.op_node_text_write(this, text, options.offset, options.length, options.code);
  },

  fill(value, offset, end, encoding) {
    return fillBuffer(this, value, { offset, end, encoding }, fromString);
  },

  indexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, 1);
  },

  lastIndexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, -1);
  },

  includes(value, byteOffset, encoding) {
    return this.indexOf(value, byteOffset, encoding) !== -1;
  },

  swap16() {
    return swapBytes(this, 2);
  },
  swap32() {
    return swapBytes(this, 4);
  },
  swap64() {
    return swapBytes(this, 8);
  },

  inspect(depth, options) {
    return this[inspectCustom](depth, options, undefined);
  },

  [inspectCustom](depth, options, inspect) {
    const shown = Math.min(inspectMaxBytes, this.length);
    let text = decodeText(this, encodingOf('hex'), 0, shown).replace(/(.{2})(?=.)/g, '$1 ');
    const more = this.length - shown;
    if (more > 0) {
      text += ` ... ${more} more byte${more > 1 ? 's' : ''}`;
    }
    const extra = Object.keys(this).filter((key) => !/^\d+$/.test(key));
    if (extra.length > 0 && typeof inspect === 'function') {
      const fields = Object.fromEntries(extra.map((key) => [key, this[key]]));
      text += `${this.length === 0 ? '' : ', '}${inspect(fields, { ...options, breakLength: Infinity, compact: true }).slice(2, -2)}`;
    }
    return `<${this.constructor.name} ${text}>`;
  },
};

function search(buffer, value, byteOffset, encoding, direction) {
  let [offset, name] = [byteOffset, encoding];
  if (typeof offset === 'string') {
    [offset, name] = [undefined, offset];
  }
  if (typeof value === 'number') {
    return indexOfBytes(buffer, Uint8Array.of(value & 255), offset, direction, 1);
  }
  if (typeof value === 'string') {
    const code = name === undefined ? UTF8 : encodingOf(name);
    if (code === undefined) {
      throw unknownEncoding(name);
    }
    return indexOfBytes(buffer, fromString(value, ENCODING_NAMES[code]), offset, direction, code === UCS2 ? 2 : 1);
  }
  if (isBytes(value)) {
    return indexOfBytes(buffer, value, offset, direction, 1);
  }
  throw invalidArgType('value', ['number', 'string', 'Buffer', 'Uint8Array'], value);
}

for (const name of Reflect.ownKeys(methods)) {
  Object.defineProperty(prototype, name, { value: methods[name], writable: true, configurable: true, enumerable: true });
}
prototype.toLocaleString = prototype.toString;
Object.defineProperty(prototype, 'parent', { get() { return this.buffer; }, configurable: true, enumerable: true });
Object.defineProperty(prototype, 'offset', { get() { return this.byteOffset; }, configurable: true, enumerable: true });
for (const name of ['utf8', 'latin1', 'ascii', 'hex', 'base64', 'base64url', 'ucs2', 'utf16le']) {
  const code = encodingOf(name);
  prototype[`${name}Slice`] = function slice(start = 0, end = this.length) {
    return decodeText(this, code, start, Math.min(end, this.length));
  };
  prototype[`${name}Write`] = function write(text, offset = 0, length = this.length - offset) {
    return native.ops.op_node_text_write(this, text, offset, Math.min(length, this.length - offset), code);
  };
}
installNumberMethods(prototype);

export const SlowBuffer = function SlowBuffer(size) {
  return Buffer.allocUnsafeSlow(size);
};

export function transcode(source, fromEncoding, toEncoding) {
  return Buffer.from(Buffer.from(source).toString(fromEncoding), toEncoding);
}

export function isUtf8(input) {
  return native.ops.op_node_text_is_utf8(new Uint8Array(input.buffer ?? input, input.byteOffset ?? 0, input.byteLength));
}

export function isAscii(input) {
  return new Uint8Array(input.buffer ?? input, input.byteOffset ?? 0, input.byteLength).every((byte) => byte < 128);
}

const constants = { MAX_LENGTH, MAX_STRING_LENGTH };
const buffer = { Buffer, SlowBuffer, transcode, isUtf8, isAscii, kMaxLength: MAX_LENGTH, kStringMaxLength: MAX_STRING_LENGTH, constants };
Object.defineProperty(buffer, 'INSPECT_MAX_BYTES', {
  get: () => inspectMaxBytes,
  set(value) {
    inspectMaxBytes = value;
  },
  enumerable: true,
});
for (const name of ['atob', 'btoa', 'Blob', 'File']) {
  defineLazy(buffer, name, () => globalThis[name], true);
}
export default buffer;
