/**
 * The decoding options as bits of one number, which the decoder passes along instead of an object. Options that only
 * js-bson serves (raw, fieldsAsRaw, UTF-8 validation by field, odd values) have no bits: they yield LEFT_TO_JS_BSON.
 */

/** promoteValues: false */
export const KEEP_VALUES = 1;
/** promoteLongs: false */
export const KEEP_LONGS = 2;
export const USE_BIGINT = 4;
export const PROMOTE_BUFFERS = 8;
export const BSON_REG_EXP = 16;
/** validation: { utf8: false } */
export const LENIENT_TEXT = 32;

export const LEFT_TO_JS_BSON = -1;

const isOptionalBoolean = (value) => value == null || typeof value === 'boolean';

/**
 * @param {object | null | undefined} options those of js-bson's deserialize
 * @returns {number} flags, or LEFT_TO_JS_BSON
 */
export function decodeFlags(options) {
  if (options == null) return 0;
  // js-bson reads own properties only.
  const own = { ...options };
  if (own.raw != null && own.raw !== false) return LEFT_TO_JS_BSON;
  if (own.fieldsAsRaw != null || !isOptionalBoolean(own.promoteValues)) return LEFT_TO_JS_BSON;
  let flags = 0;
  if (own.validation != null) {
    if (own.validation.utf8 === false) flags |= LENIENT_TEXT;
    else if (own.validation.utf8 !== true) return LEFT_TO_JS_BSON;
  }
  if (own.promoteValues === false) flags |= KEEP_VALUES;
  if (!(own.promoteLongs ?? true)) flags |= KEEP_LONGS;
  if (own.promoteBuffers) flags |= PROMOTE_BUFFERS;
  if (own.bsonRegExp === true) flags |= BSON_REG_EXP;
  if (own.useBigInt64) {
    // js-bson refuses the combination, in its own words.
    if ((flags & (KEEP_VALUES | KEEP_LONGS)) !== 0) return LEFT_TO_JS_BSON;
    flags |= USE_BIGINT;
  }
  return flags;
}
