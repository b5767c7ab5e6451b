/** The BSON classes and functions that the driver uses; the only file that knows where they come from. */

export {
  BSON,
  BSONRegExp,
  BSONSymbol,
  BSONType,
  Binary,
  Code,
  DBRef,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  createDocumentSequence,
  decodeReply,
  deserialize,
  serialize,
  serializeShared,
} from '../bson/index.js';
export { asLocalBytes, freeBytes, isShared } from '../bson/buffer-class.js';
