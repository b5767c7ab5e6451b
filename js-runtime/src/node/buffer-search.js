/** Finding bytes in bytes, with Buffer's rules for offsets. */

/**
 * @param {Uint8Array} haystack
 * @param {Uint8Array} needle
 * @param {unknown} byteOffset as the caller gave it
 * @param {1|-1} direction
 * @param {number} step 2 for UTF-16 text, which only matches on even positions
 */
export function indexOfBytes(haystack, needle, byteOffset, direction, step) {
  const { length } = haystack;
  let start = +byteOffset;
  if (Number.isNaN(start)) {
    start = direction === 1 ? 0 : length;
  }
  start = Math.trunc(start);
  if (start < 0) {
    start += length;
    if (start < 0) {
      if (direction === -1) {
        return -1;
      }
      start = 0;
    }
  }
  if (start > length && direction === 1) {
    return needle.length === 0 ? length : -1;
  }
  if (needle.length === 0) {
    return Math.min(start, length);
  }
  return direction === 1 ? searchForward(haystack, needle, start, step) : searchBackward(haystack, needle, Math.min(start, length - needle.length), step);
}

function matchesAt(haystack, needle, position) {
  for (let index = 1; index < needle.length; index += 1) {
    if (haystack[position + index] !== needle[index]) {
      return false;
    }
  }
  return true;
}

function searchForward(haystack, needle, start, step) {
  const last = haystack.length - needle.length;
  let position = start;
  while (position <= last) {
    position = Uint8Array.prototype.indexOf.call(haystack, needle[0], position);
    if (position === -1 || position > last) {
      return -1;
    }
    if (position % step === 0 && matchesAt(haystack, needle, position)) {
      return position;
    }
    position += 1;
  }
  return -1;
}

function searchBackward(haystack, needle, start, step) {
  let position = start;
  while (position >= 0) {
    position = Uint8Array.prototype.lastIndexOf.call(haystack, needle[0], position);
    if (position === -1) {
      return -1;
    }
    if (position % step === 0 && matchesAt(haystack, needle, position)) {
      return position;
    }
    position -= 1;
  }
  return -1;
}
