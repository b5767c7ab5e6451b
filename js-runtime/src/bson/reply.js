/**
 * Replies of the server. An ordinary reply is decoded whole; of a cursor's reply everything but the batch is, and the
 * batch only located, so that its documents can be decoded one by one.
 */
import { deserialize as deserializeByJsBson } from 'bson';
import { LEFT_TO_JS_BSON, decodeFlags } from './decode-flags.js';
import { readElementValue, readRootDocument, valueEnd } from './decode.js';
import { NOT_HERE } from './not-here.js';
import { statistics } from './deserialize.js';
import { readText } from './text.js';

/** The server may cut the text of an error inside a character; as in the Node driver that must not hide the error. */
const REPLY_VALIDATION = { utf8: { writeErrors: false } };

/**
 * The decoding options as the Node driver derives them: `enableUtf8Validation: false` becomes
 * `validation: { utf8: false }`; js-bson doesn't know the former.
 */
export function withValidation(options) {
  if (options?.enableUtf8Validation === undefined) return options;
  return { ...options, validation: { utf8: options.enableUtf8Validation !== false } };
}

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

/**
 * Decodes a cursor's reply without its batch.
 * @returns {{reply: object, batchStart: number, batchEnd: number} | null} null when the hot path can't;
 *   batchStart is where the batch's size field is, -1 when the reply has none
 */
export function decodeCursorReply(bytes, view) {
  try {
    return new CursorReplyReader(bytes, view).read();
  } catch {
    return null;
  }
}

class CursorReplyReader {
  constructor(bytes, view) {
    this.bytes = bytes;
    this.view = view;
    this.batchStart = -1;
    this.batchEnd = -1;
  }

  read() {
    if (this.view.getInt32(0, true) !== this.bytes.length) throw NOT_HERE;
    const reply = this.readFields(0, (name, type) => type === 3 && name === 'cursor', this.readCursor);
    return { reply, batchStart: this.batchStart, batchEnd: this.batchEnd };
  }

  readCursor(index) {
    const isBatch = (name, type) => type === 4 && (name === 'firstBatch' || name === 'nextBatch');
    return this.readFields(index, isBatch, this.skipBatch);
  }

  skipBatch(index) {
    this.batchStart = index;
    this.batchEnd = index + this.view.getInt32(index, true);
    return undefined;
  }

  /** Reads the fields of a document; those that `isSpecial` names are given to `readSpecial`. */
  readFields(start, isSpecial, readSpecial) {
    const { bytes, view } = this;
    const end = start + view.getInt32(start, true);
    const fields = {};
    let index = start + 4;
    for (let type = bytes[index++]; type !== 0; type = bytes[index++]) {
      const nameEnd = bytes.indexOf(0, index);
      if (nameEnd < 0 || nameEnd >= end) throw NOT_HERE;
      const name = readText(bytes, index, nameEnd, false);
      index = nameEnd + 1;
      if (isSpecial(name, type)) {
        const value = readSpecial.call(this, index);
        if (value !== undefined) fields[name] = value;
        const size = view.getInt32(index, true);
        if (size < 5) throw NOT_HERE;
        index += size;
      } else {
        fields[name] = readElementValue(type, bytes, view, index, end, 0);
        index = valueEnd();
      }
    }
    if (index !== end) throw NOT_HERE;
    return fields;
  }
}
