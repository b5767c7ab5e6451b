/**
 * The `bson` module of the host: npm bson 7 with its codec replaced by the one in this folder, and, beyond npm's
 * exports, what the driver needs of it (batches, replies, shared encoding).
 */
import * as jsBson from 'bson';
import { deserialize, deserializeStream } from './deserialize.js';
import { calculateObjectSize, serialize, serializeWithBufferAndIndex, setInternalBufferSize } from './serialize.js';

export {
  BSONError,
  BSONOffsetError,
  BSONRegExp,
  BSONRuntimeError,
  BSONSymbol,
  BSONType,
  BSONValue,
  BSONVersionError,
  Binary,
  ByteUtils,
  Code,
  DBRef,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  NumberUtils,
  ObjectId,
  Timestamp,
  UUID,
  bsonType,
  onDemand
} from 'bson';
export { deserialize, deserializeStream } from './deserialize.js';
export {
  calculateObjectSize,
  createDocumentSequence,
  serialize,
  serializeShared,
  serializeWithBufferAndIndex,
  setInternalBufferSize
} from './serialize.js';
export { decodeReply } from './reply.js';
export { setBufferClass } from './buffer-class.js';
export { setUtf8Decoder, setUtf8Encoder } from './text.js';

/** What `require('bson')` gives a script: npm's exports by name, nothing more. */
export const BSON = Object.freeze({
  ...jsBson.BSON,
  calculateObjectSize,
  deserialize,
  deserializeStream,
  serialize,
  serializeWithBufferAndIndex,
  setInternalBufferSize
});
