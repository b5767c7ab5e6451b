/** How documents are turned into bytes and back: the options that client, database, collection and call may each set. */

/** What applies when nobody says anything. */
export const DEFAULT_BSON_OPTIONS = Object.freeze({
  raw: false,
  useBigInt64: false,
  promoteLongs: true,
  promoteValues: true,
  promoteBuffers: false,
  ignoreUndefined: false,
  bsonRegExp: false,
  serializeFunctions: false,
  fieldsAsRaw: Object.freeze({}),
  enableUtf8Validation: true,
  checkKeys: false,
});

function mentionsBson(options) {
  return (
    options.raw != null ||
    options.useBigInt64 != null ||
    options.promoteLongs != null ||
    options.promoteValues != null ||
    options.promoteBuffers != null ||
    options.ignoreUndefined != null ||
    options.bsonRegExp != null ||
    options.serializeFunctions != null ||
    options.fieldsAsRaw != null ||
    options.enableUtf8Validation != null ||
    options.checkKeys != null
  );
}

/** The parent's options with those of `options` on top; the parent itself when `options` sets none. */
export function resolveBsonOptions(options, parent = DEFAULT_BSON_OPTIONS) {
  if (options == null || !mentionsBson(options)) return parent;
  return Object.freeze({
    raw: options.raw ?? parent.raw,
    useBigInt64: options.useBigInt64 ?? parent.useBigInt64,
    promoteLongs: options.promoteLongs ?? parent.promoteLongs,
    promoteValues: options.promoteValues ?? parent.promoteValues,
    promoteBuffers: options.promoteBuffers ?? parent.promoteBuffers,
    ignoreUndefined: options.ignoreUndefined ?? parent.ignoreUndefined,
    bsonRegExp: options.bsonRegExp ?? parent.bsonRegExp,
    serializeFunctions: options.serializeFunctions ?? parent.serializeFunctions,
    fieldsAsRaw: options.fieldsAsRaw ?? parent.fieldsAsRaw,
    enableUtf8Validation: options.enableUtf8Validation ?? parent.enableUtf8Validation,
    checkKeys: options.checkKeys === true,
  });
}

function isEmpty(object) {
  return Object.keys(object).length === 0;
}

const decodeOptionsOf = new WeakMap();

/** The options as `deserialize` takes them, for documents and for replies. */
export function decodeOptions(bson) {
  let decode = decodeOptionsOf.get(bson);
  if (decode === undefined) {
    decode = {
      useBigInt64: bson.useBigInt64,
      promoteValues: bson.promoteValues,
      promoteBuffers: bson.promoteBuffers,
      promoteLongs: bson.promoteLongs,
      bsonRegExp: bson.bsonRegExp,
      raw: bson.raw,
      enableUtf8Validation: bson.enableUtf8Validation,
      validation: { utf8: bson.enableUtf8Validation },
    };
    // Saying nothing lets the decoder stay on its fast path.
    if (!isEmpty(bson.fieldsAsRaw)) decode.fieldsAsRaw = bson.fieldsAsRaw;
    decodeOptionsOf.set(bson, Object.freeze(decode));
  }
  return decode;
}

const encodeOptionsOf = new WeakMap();

/** The options as `serialize` takes them. */
export function encodeOptions(bson) {
  let encode = encodeOptionsOf.get(bson);
  if (encode === undefined) {
    encode = Object.freeze({
      checkKeys: bson.checkKeys,
      serializeFunctions: bson.serializeFunctions,
      ignoreUndefined: bson.ignoreUndefined,
    });
    encodeOptionsOf.set(bson, encode);
  }
  return encode;
}
