/**
 * `deserialize` with js-bson's signature, defaults and refusals. The hot decoder tries first; where it gives up
 * (malformed bytes, rare types, rare options) js-bson decodes the same bytes again and its answer counts, value or error.
 */
import { ByteUtils, deserialize as deserializeByJsBson } from 'bson';
import { noteShared } from './buffer-class.js';
import { LEFT_TO_JS_BSON, decodeFlags } from './decode-flags.js';
import { readRootDocument } from './decode.js';

/** How often js-bson had to be asked. Tests read it: a hot path that silently stops working would stay unseen. */
export const statistics = { leftToJsBson: 0 };

/**
 * @param {Uint8Array | ArrayBuffer} input one document
 * @param {import('bson').DeserializeOptions} [options]
 * @returns {object}
 */
export function deserialize(input, options) {
  const bytes = input instanceof Uint8Array ? input : ByteUtils.toLocalBufferType(input);
  const flags = decodeFlags(options);
  const range = flags === LEFT_TO_JS_BSON ? null : documentRange(bytes, options);
  if (range !== null) {
    try {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return readRootDocument(bytes, view, range.start, range.end, flags);
    } catch {
      // js-bson says what is wrong, or reads what the hot path doesn't.
    }
  }
  statistics.leftToJsBson++;
  noteShared(bytes);
  return deserializeByJsBson(bytes, options);
}

/** The bytes of the document, or null when js-bson would refuse them or look at them more closely. */
function documentRange(bytes, options) {
  const start = options?.index ? options.index : 0;
  if (start !== 0 && !(Number.isInteger(start) && start > 0)) return null;
  if (start + 5 > bytes.length) return null;
  const size = bytes[start] | (bytes[start + 1] << 8) | (bytes[start + 2] << 16) | (bytes[start + 3] << 24);
  const end = start + size;
  if (size < 5 || end > bytes.length || bytes[end - 1] !== 0) return null;
  if (size !== bytes.length && !options?.allowObjectSmallerThanBufferSize) return null;
  return { start, end };
}

/** js-bson's deserializeStream: reads `count` documents that follow one another into `documents`. */
export function deserializeStream(data, startIndex, count, documents, documentIndex, options) {
  const bytes = data instanceof Uint8Array ? data : ByteUtils.toLocalBufferType(data);
  const own = { allowObjectSmallerThanBufferSize: true, index: 0, ...options };
  let index = startIndex;
  for (let i = 0; i < count; i++) {
    const size = bytes[index] | (bytes[index + 1] << 8) | (bytes[index + 2] << 16) | (bytes[index + 3] << 24);
    own.index = index;
    documents[documentIndex + i] = deserialize(bytes, own);
    index += size;
  }
  return index;
}
