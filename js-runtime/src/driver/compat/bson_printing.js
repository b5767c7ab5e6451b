/**
 * How values of BSON classes are printed and what they call themselves in majors 3 to 5: texts in double quotes, and `ObjectID` as the type
 * of an id up to 4. Libraries decide by that name what an object is.
 */

/** `inspect()` of bson 4 and 5. */
const INSPECT = {
  ObjectId: (value) => `new ObjectId("${value.toHexString()}")`,
  Long: (value) => `new Long("${value}"${value.unsigned ? ', true' : ''})`,
  Double: (value) => `new Double(${showFloat(value.value)})`,
  Decimal128: (value) => `new Decimal128("${value}")`,
  UUID: (value) => `new UUID("${value.toHexString()}")`,
  Code: (value) => `new Code("${value.code}"${value.scope != null ? `, ${JSON.stringify(value.scope)}` : ''})`,
  DBRef: (value) => `new DBRef("${value.namespace}", new ObjectId("${value.oid}")${value.db ? `, "${value.db}"` : ''})`,
  BSONSymbol: (value) => `new BSONSymbol("${value.value}")`,
};

function showFloat(number) {
  return Number.isInteger(number) ? number.toFixed(1) : String(number);
}

function showBinary(value, major) {
  const bytes = globalThis.Buffer.from(value.buffer.subarray(0, value.position));
  return major === 5
    ? `Binary.createFromBase64("${bytes.toString('base64')}", ${value.sub_type})`
    : `new Binary(Buffer.from("${bytes.toString('hex')}", "hex"), ${value.sub_type})`;
}

function define(prototype, name, descriptor) {
  Object.defineProperty(prototype, name, { configurable: true, enumerable: false, ...descriptor });
}

function printBy(prototype, show) {
  define(prototype, 'inspect', { value() { return show(this); }, writable: true });
}

/**
 * Changes the classes in place, as the codec makes their instances.
 * @param {object} bson exports with BSON classes
 * @param {number} major of npm `mongodb`, 3 to 5
 */
export function printAsBefore(bson, major) {
  for (const [name, show] of Object.entries(INSPECT)) printBy(bson[name].prototype, show);
  printBy(bson.Binary.prototype, (value) => showBinary(value, major));
  if (major === 5) {
    printBy(bson.BSONRegExp.prototype, ({ pattern, options }) => `new BSONRegExp(${JSON.stringify(pattern)}, ${JSON.stringify(options)})`);
    return;
  }
  define(bson.ObjectId.prototype, '_bsontype', { get: () => 'ObjectID' });
  // 4 has nothing to print a regular expression by.
  define(bson.BSONRegExp.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: undefined });
  define(bson.BSONSymbol.prototype, '_bsontype', { get: () => 'Symbol' });
}
