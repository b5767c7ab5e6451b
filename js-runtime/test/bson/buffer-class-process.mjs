/** Run by decode.test.js in a process of its own: a host whose Buffer class appears after the codec was loaded. */
const { Buffer } = globalThis;
delete globalThis.Buffer;
const { Binary, Decimal128, EJSON, ObjectId, deserialize, serialize, setBufferClass } =
  await import('../../src/bson/index.js');

function classes() {
  const input = { id: new ObjectId(), bytes: new Uint8Array([1, 2]), decimal: Decimal128.fromString('1') };
  const encoded = serialize(input);
  const { id, bytes, decimal } = deserialize(encoded);
  return [encoded, id.id, bytes.buffer, decimal.bytes].map((value) => value.constructor.name);
}

const before = classes();
setBufferClass(Buffer);
const after = classes();
const binary = new Binary(new Uint8Array([1, 2]));
process.stdout.write(JSON.stringify({ before, after, json: EJSON.stringify(binary), hex: binary.toString('hex') }));
