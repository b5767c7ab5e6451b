/** Replies of the server that are decoded whole; the documents of a cursor's reply are decoded one by one (../driver/document_batch.js). */
import { deserialize as deserializeByJsBson } from 'bson';
import { LEFT_TO_JS_BSON, decodeFlags } from './decode-flags.js';
import { readRootDocument } from './decode.js';
import { NOT_HERE } from './not-here.js';
import { statistics } from './deserialize.js';

/** The server may cut the text of an error inside a character; as in the Node driver that must not hide the error. */
const REPLY_VALIDATION = { utf8: { writeErrors: false } };

/**
 * Decodes a command's whole reply.
 * @param {Uint8Array} bytes
 * @param {{enableUtf8Validation?: boolean} & import('bson').DeserializeOptions} [options]
 * @returns {object}
 */
export function decodeReply(bytes, options) {
  const isLenient = options?.enableUtf8Validation === false;
  const flags = decodeFlags(options === undefined ? options : { ...options, validation: { utf8: !isLenient } });
  if (flags !== LEFT_TO_JS_BSON) {
    try {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (view.getInt32(0, true) !== bytes.length) throw NOT_HERE;
      return readRootDocument(bytes, view, 0, bytes.length, flags);
    } catch {
      // js-bson says what is wrong, or reads what the hot path doesn't.
    }
  }
  statistics.leftToJsBson++;
  return deserializeByJsBson(bytes, { ...options, validation: isLenient ? { utf8: false } : REPLY_VALIDATION });
}
