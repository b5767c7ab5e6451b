/** Comparing, filling and swapping bytes, and where a write goes, with Buffer's rules for missing and wrong arguments. */
import { encodingOf, UTF8 } from './buffer-encodings.js';
import { invalidArgType, invalidArgValue, nodeError, outOfRange, unknownEncoding } from './errors.js';

export function compareBytes(left, right) {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (left[index] !== right[index]) {
      return left[index] < right[index] ? -1 : 1;
    }
  }
  return Math.sign(left.length - right.length);
}

/** Where and how `buffer.write` writes; offset, length and encoding may each be left out. */
export function writeOptions(buffer, offset, length, encoding) {
  let [start, size, name] = [offset, length, encoding];
  if (typeof start === 'string') {
    [start, size, name] = [0, buffer.length, start];
  } else if (typeof size === 'string') {
    [size, name] = [undefined, size];
  }
  start ??= 0;
  if (typeof start !== 'number') {
    throw invalidArgType('offset', 'number', start);
  }
  if (!(start >= 0 && start <= buffer.length)) {
    throw outOfRange('offset', `>= 0 && <= ${buffer.length}`, start);
  }
  const rest = buffer.length - start;
  if (size !== undefined && !(size >= 0 && size <= buffer.length)) {
    throw outOfRange('length', `>= 0 && <= ${buffer.length}`, size);
  }
  const code = name ? encodingOf(name) : UTF8;
  if (code === undefined) {
    throw unknownEncoding(name);
  }
  return { offset: start, length: Math.min(size ?? rest, rest), code };
}

/** @param {(text: string, encoding: string) => Uint8Array} fromString */
export function fillBuffer(buffer, value, { offset, end, encoding }, fromString) {
  let [from, to, name] = [offset, end, encoding];
  if (typeof from === 'string') {
    [from, to, name] = [0, buffer.length, from];
  } else if (typeof to === 'string') {
    [to, name] = [buffer.length, to];
  }
  from ??= 0;
  to ??= buffer.length;
  if (!(from >= 0)) {
    throw outOfRange('offset', '>= 0', from);
  }
  if (!(to >= 0 && to <= buffer.length)) {
    throw outOfRange('end', `>= 0 && <= ${buffer.length}`, to);
  }
  if (from >= to) {
    return buffer;
  }
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    const byte = typeof value === 'boolean' ? Number(value) : (value ?? 0);
    Uint8Array.prototype.fill.call(buffer, Number(byte) & 255, from, to);
    return buffer;
  }
  const pattern = typeof value === 'string' ? fromString(value, name) : value;
  if (pattern.length === 0) {
    if (typeof value === 'string' && value.length === 0) {
      Uint8Array.prototype.fill.call(buffer, 0, from, to);
      return buffer;
    }
    throw invalidArgValue('value', value);
  }
  if (pattern.length === 1) {
    Uint8Array.prototype.fill.call(buffer, pattern[0], from, to);
    return buffer;
  }
  for (let position = from; position < to; position += pattern.length) {
    buffer.set(pattern.subarray(0, Math.min(pattern.length, to - position)), position);
  }
  return buffer;
}

export function swapBytes(buffer, width) {
  if (buffer.length % width !== 0) {
    throw nodeError(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${width * 8}-bits`);
  }
  for (let start = 0; start < buffer.length; start += width) {
    Uint8Array.prototype.reverse.call(Uint8Array.prototype.subarray.call(buffer, start, start + width));
  }
  return buffer;
}
