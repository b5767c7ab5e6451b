/**
 * A reply of the server as bytes, read only where the driver must know something itself: whether it is an error, the
 * times that sessions track, and where the documents of a cursor lie. Everything else is decoded when a user asks.
 */

import { decodeOptions } from './bson_options.js';
import { decodeReply, deserialize, Long, Timestamp } from './bson.js';
import { MongoUnexpectedServerResponseError } from './errors.js';

const DOCUMENT = 3;
const ARRAY = 4;
const TIMESTAMP = 17;
const INT64 = 18;
const VARIABLE = -1;
const STRING = -2;
const REGULAR_EXPRESSION = -3;
const BINARY = -4;
const POINTER = -5;

/** Sizes of values by BSON type; negative ones must be computed. */
const SIZES = new Int8Array(256).fill(-128);
SIZES.set([8, STRING, VARIABLE, VARIABLE, BINARY, 0, 12, 1, 8, 0, REGULAR_EXPRESSION, POINTER, STRING, STRING, VARIABLE], 1);
SIZES.set([4, 8, 8, 16], 16);
SIZES[127] = 0;
SIZES[255] = 0;

const decoder = new TextDecoder();

function endOfName(bytes, index) {
  while (bytes[index] !== 0) {
    if (index >= bytes.length) throw damaged();
    index++;
  }
  return index;
}

function damaged() {
  return new MongoUnexpectedServerResponseError('A reply of the server is damaged');
}

/** Where an element ends whose value begins at `valueAt`: never before that, and never behind the reply. */
function endOfElement(bytes, view, type, valueAt) {
  const end = valueAt + 4 <= bytes.length || SIZES[type] >= 0 ? endOfValue(bytes, view, type, valueAt) : -1;
  if (end < valueAt || end >= bytes.length) throw damaged();
  return end;
}

function endOfValue(bytes, view, type, index) {
  const size = SIZES[type];
  if (size >= 0) return index + size;
  switch (size) {
    case VARIABLE:
      return index + view.getInt32(index, true);
    case STRING:
      return index + 4 + view.getInt32(index, true);
    case BINARY:
      return index + 5 + view.getInt32(index, true);
    case POINTER:
      return index + 16 + view.getInt32(index, true);
    case REGULAR_EXPRESSION:
      return endOfName(bytes, endOfName(bytes, index) + 1) + 1;
    default:
      throw new MongoUnexpectedServerResponseError(`Unknown BSON type ${type} in a reply of the server`);
  }
}

function nameIs(bytes, start, end, name) {
  if (end - start !== name.length) return false;
  for (let at = 0; at < name.length; at++) {
    if (bytes[start + at] !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** A whole reply. */
export class ServerReply {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isError = true;
    this.hasWriteConcernError = false;
    this.operationTimeAt = 0;
    this.clusterTimeAt = 0;
    this.recoveryTokenAt = 0;
    this.atClusterTimeAt = 0;
    this.cursorAt = 0;
    this.#scan();
  }

  #scan() {
    const { bytes, view } = this;
    let index = 4;
    for (let type = bytes[index]; type !== 0; type = bytes[index]) {
      const nameStart = index + 1;
      const nameEnd = endOfName(bytes, nameStart);
      const valueAt = nameEnd + 1;
      index = endOfElement(bytes, view, type, valueAt);
      this.#note(nameStart, nameEnd, valueAt, index);
    }
  }

  /** The first letter and the length tell the few interesting names apart from nearly all others. */
  #note(nameStart, nameEnd, valueAt, valueEnd) {
    const { bytes } = this;
    switch (nameEnd - nameStart) {
      case 2:
        if (nameIs(bytes, nameStart, nameEnd, 'ok')) {
          for (let at = valueAt; at < valueEnd; at++) if (bytes[at] !== 0) this.isError = false;
        }
        break;
      case 6:
        if (nameIs(bytes, nameStart, nameEnd, 'cursor')) this.cursorAt = valueAt;
        break;
      case 12:
        if (nameIs(bytes, nameStart, nameEnd, '$clusterTime')) this.clusterTimeAt = valueAt;
        break;
      case 13:
        if (nameIs(bytes, nameStart, nameEnd, 'operationTime')) this.operationTimeAt = valueAt;
        else if (nameIs(bytes, nameStart, nameEnd, 'recoveryToken')) this.recoveryTokenAt = valueAt;
        else if (nameIs(bytes, nameStart, nameEnd, 'atClusterTime')) this.atClusterTimeAt = valueAt;
        break;
      case 17:
        if (nameIs(bytes, nameStart, nameEnd, 'writeConcernError')) this.hasWriteConcernError = true;
        break;
      default:
    }
  }

  /** The reply as the user gets it. */
  toObject(bson) {
    return decodeReply(this.bytes, decodeOptions(bson));
  }

  get operationTime() {
    return this.operationTimeAt === 0 ? undefined : this.#timestamp(this.operationTimeAt);
  }

  get clusterTime() {
    return this.clusterTimeAt === 0 ? undefined : deserialize(this.#document(this.clusterTimeAt));
  }

  get recoveryToken() {
    if (this.recoveryTokenAt === 0) return undefined;
    return deserialize(this.#document(this.recoveryTokenAt), { promoteValues: false });
  }

  /** The time of a snapshot read; `find` and `aggregate` say it inside the cursor. */
  get atClusterTime() {
    if (this.atClusterTimeAt !== 0) return this.#timestamp(this.atClusterTimeAt);
    const at = this.cursorAt === 0 ? 0 : this.cursor().atClusterTimeAt;
    return at === 0 ? undefined : this.#timestamp(at);
  }

  /** Where the parts of the cursor document are. */
  cursor() {
    if (this.cursorAt === 0) throw new MongoUnexpectedServerResponseError('BSON element "cursor" is missing');
    this.cursorParts ??= new CursorParts(this.bytes, this.view, this.cursorAt);
    return this.cursorParts;
  }

  #document(at) {
    return this.bytes.subarray(at, at + this.view.getInt32(at, true));
  }

  #timestamp(at) {
    return new Timestamp({ i: this.view.getUint32(at, true), t: this.view.getUint32(at + 4, true) });
  }
}

/** The fields of `cursor` in a reply to find, aggregate, getMore and their like. */
class CursorParts {
  constructor(bytes, view, at) {
    // Never the shared Long.ZERO: cursors use that one to mean 'killed by the client'.
    this.id = new Long(0, 0);
    this.namespace = undefined;
    this.batchAt = 0;
    this.postBatchResumeToken = undefined;
    this.atClusterTimeAt = 0;
    let index = at + 4;
    for (let type = bytes[index]; type !== 0; type = bytes[index]) {
      const nameStart = index + 1;
      const nameEnd = endOfName(bytes, nameStart);
      const valueAt = nameEnd + 1;
      index = endOfElement(bytes, view, type, valueAt);
      if (type === INT64 && nameIs(bytes, nameStart, nameEnd, 'id')) {
        this.id = new Long(view.getInt32(valueAt, true), view.getInt32(valueAt + 4, true));
      } else if (type === 2 && nameIs(bytes, nameStart, nameEnd, 'ns')) {
        this.namespace = decoder.decode(bytes.subarray(valueAt + 4, index - 1));
      } else if (type === ARRAY && isBatchName(bytes, nameStart, nameEnd)) {
        this.batchAt = valueAt;
      } else if (type === DOCUMENT && nameIs(bytes, nameStart, nameEnd, 'postBatchResumeToken')) {
        this.postBatchResumeToken = deserialize(bytes.subarray(valueAt, index), { promoteValues: false });
      } else if (type === TIMESTAMP && nameIs(bytes, nameStart, nameEnd, 'atClusterTime')) {
        this.atClusterTimeAt = valueAt;
      }
    }
    if (this.batchAt === 0) {
      throw new MongoUnexpectedServerResponseError('Cursor document did not contain a batch');
    }
  }
}

function isBatchName(bytes, nameStart, nameEnd) {
  return nameIs(bytes, nameStart, nameEnd, 'firstBatch') || nameIs(bytes, nameStart, nameEnd, 'nextBatch');
}
