/** Buffer's reads and writes of integers, floats and BigInts, made over a DataView of the same bytes. */
import { invalidArgType, nodeError, outOfRange } from './errors.js';

/** @type {WeakMap<ArrayBufferLike, DataView>} */
const views = new WeakMap();

function viewOf(bytes) {
  let view = views.get(bytes.buffer);
  if (view === undefined) {
    view = new DataView(bytes.buffer);
    views.set(bytes.buffer, view);
  }
  return view;
}

function checkOffset(bytes, offset, width) {
  if (typeof offset !== 'number') {
    throw invalidArgType('offset', 'number', offset);
  }
  if (!Number.isInteger(offset)) {
    throw outOfRange('offset', 'an integer', offset);
  }
  const most = bytes.length - width;
  if (offset < 0 || offset > most) {
    if (most < 0) {
      throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds');
    }
    throw outOfRange('offset', `>= 0 and <= ${most}`, offset);
  }
}

/** Node words the allowed range by the width, so that it stays readable. */
function rangeText(low, high, bits) {
  const suffix = typeof low === 'bigint' ? 'n' : '';
  if (bits > 32) {
    return low < 0 ? `>= -(2${suffix} ** ${bits - 1}${suffix}) and < 2${suffix} ** ${bits - 1}${suffix}` : `>= 0${suffix} and < 2${suffix} ** ${bits}${suffix}`;
  }
  return `>= ${low} and <= ${high}`;
}

function checkRange(value, low, high, bits) {
  if (value > high || value < low) {
    throw outOfRange('value', rangeText(low, high, bits), value);
  }
}

function define(prototype, names, method) {
  for (const name of names) {
    prototype[name] = method;
  }
}

const FIXED = [
  ['Int8', 1, -128, 127], ['Uint8', 1, 0, 255], ['Int16', 2, -32768, 32767], ['Uint16', 2, 0, 65535],
  ['Int32', 4, -(2 ** 31), 2 ** 31 - 1], ['Uint32', 4, 0, 2 ** 32 - 1], ['Float', 4], ['Double', 8],
  ['BigInt64', 8, -(2n ** 63n), 2n ** 63n - 1n], ['BigUint64', 8, 0n, 2n ** 64n - 1n],
];
const VIEW_NAMES = { Float: 'Float32', Double: 'Float64' };

function installFixed(prototype, [kind, width, low, high], littleEndian) {
  const suffix = width === 1 ? '' : littleEndian ? 'LE' : 'BE';
  const aliases = kind.includes('Uint') ? [kind, kind.replace('Uint', 'UInt')] : [kind];
  const get = DataView.prototype[`get${VIEW_NAMES[kind] ?? kind}`];
  const set = DataView.prototype[`set${VIEW_NAMES[kind] ?? kind}`];
  define(prototype, aliases.map((name) => `read${name}${suffix}`), function read(offset = 0) {
    checkOffset(this, offset, width);
    return get.call(viewOf(this), this.byteOffset + offset, littleEndian);
  });
  define(prototype, aliases.map((name) => `write${name}${suffix}`), function write(value, offset = 0) {
    let number = value;
    if (low === undefined) {
      // V8 keeps a NaN of its own for `undefined`, whose bits must not be stored.
      number = +value;
      number = Number.isNaN(number) ? NaN : number;
    } else {
      if (typeof low !== 'bigint') {
        number = +value;
      }
      if (typeof offset !== 'number') {
        throw invalidArgType('offset', 'number', offset);
      }
      checkRange(number, low, high, width * 8);
    }
    checkOffset(this, offset, width);
    if (typeof low === 'bigint' && typeof value !== 'bigint') {
      throw new TypeError('Cannot mix BigInt and other types, use explicit conversions');
    }
    set.call(viewOf(this), this.byteOffset + offset, number, littleEndian);
    return offset + width;
  });
}

function checkByteLength(byteLength) {
  if (typeof byteLength !== 'number') {
    throw invalidArgType('byteLength', 'number', byteLength);
  }
  if (!Number.isInteger(byteLength)) {
    throw outOfRange('byteLength', 'an integer', byteLength);
  }
  if (byteLength < 1 || byteLength > 6) {
    throw outOfRange('byteLength', '>= 1 and <= 6', byteLength);
  }
}

function readVariable(bytes, offset, byteLength, littleEndian, signed) {
  checkByteLength(byteLength);
  checkOffset(bytes, offset, byteLength);
  let value = 0;
  for (let index = 0; index < byteLength; index += 1) {
    value = value * 256 + bytes[offset + (littleEndian ? byteLength - 1 - index : index)];
  }
  return signed && value >= 2 ** (byteLength * 8 - 1) ? value - 2 ** (byteLength * 8) : value;
}

function writeVariable(bytes, value, offset, byteLength, littleEndian, signed) {
  checkByteLength(byteLength);
  const bits = byteLength * 8;
  let rest = +value;
  checkRange(rest, signed ? -(2 ** (bits - 1)) : 0, signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1, bits);
  checkOffset(bytes, offset, byteLength);
  rest = Math.trunc(rest) || 0;
  if (rest < 0) {
    rest += 2 ** bits;
  }
  for (let index = 0; index < byteLength; index += 1) {
    bytes[offset + (littleEndian ? index : byteLength - 1 - index)] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return offset + byteLength;
}

/** Adds the methods of all widths and both byte orders. */
export function installNumberMethods(prototype) {
  for (const entry of FIXED) {
    installFixed(prototype, entry, true);
    if (entry[1] > 1) {
      installFixed(prototype, entry, false);
    }
  }
  for (const [order, littleEndian] of [['LE', true], ['BE', false]]) {
    for (const [names, signed] of [[['Int'], true], [['UInt', 'Uint'], false]]) {
      define(prototype, names.map((name) => `read${name}${order}`), function read(offset, byteLength) {
        if (offset === undefined) {
          throw invalidArgType('offset', 'number', offset);
        }
        return readVariable(this, offset, byteLength, littleEndian, signed);
      });
      define(prototype, names.map((name) => `write${name}${order}`), function write(value, offset, byteLength) {
        return writeVariable(this, value, offset, byteLength, littleEndian, signed);
      });
    }
  }
}
