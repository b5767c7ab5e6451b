/** What the encoder promises beyond the differential cases. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as npm from 'bson';
import {
  BSONError,
  Binary,
  Long,
  calculateObjectSize,
  createDocumentSequence,
  deserialize,
  serialize,
  serializeShared,
  serializeWithBufferAndIndex,
  setUtf8Encoder
} from '../../src/bson/index.js';

const same = (document, options) => assert.deepEqual(serialize(document, options), npm.serialize(document, options));

test('chooses between int32 and double as npm bson does', () => {
  const numbers = [
    0,
    -0,
    1,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e21,
    NaN,
    Infinity,
    -Infinity,
    0.1
  ];
  same(Object.fromEntries(numbers.map((number, i) => [`n${i}`, number])));
  assert.ok(Object.is(deserialize(serialize({ n: -0 })).n, -0));
});

test('writes strings of every length and alphabet as npm bson does', () => {
  for (let length = 0; length < 400; length += 7) {
    same({
      a: 'x'.repeat(length),
      b: 'é'.repeat(length),
      c: '中'.repeat(length),
      d: '😀'.repeat(length),
      e: `${'y'.repeat(length)}\ud800`
    });
  }
  same({
    ключ: 1,
    '\udc00': 2,
    '\u007f': 3,
    '\u0080': 4,
    'a\u07ff\u0800\uffff': '\u007f\u0080\u07ff\u0800\uffff\u{10ffff}'
  });
});

test('writes a document larger than its memory', () => {
  const large = {
    text: 'z'.repeat(3_000_000),
    bytes: new Uint8Array(2_000_000).fill(7),
    list: Array.from({ length: 20_000 }, (_, i) => ({ i }))
  };
  same(large);
  // Often enough that the memory is given back in between.
  for (let i = 0; i < 400; i++) same({ small: i, text: 'x'.repeat(i) });
  same(large);
});

test('refuses a document beyond 17 MiB with a RangeError, as npm bson does, but not for the driver', () => {
  const half = 'x'.repeat(9 * 1024 * 1024);
  const refusal = {
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: /^The value of "offset" is out of range. It must be >= 0 && <= 17825792/
  };
  assert.throws(() => npm.serialize({ half, other: half, end: 'text' }), refusal);
  assert.throws(() => serialize({ half, other: half, end: 'text' }), refusal);
  // Here npm bson writes a document that is cut off.
  const large = { a: half, b: half };
  assert.throws(() => serialize(large), refusal);
  assert.equal(serializeShared(large).length, 18 * 1024 * 1024 + 5 + 2 * 8);
  assert.throws(() => serializeShared(large, {}, 1000), RangeError);
  same({ after: 'the refusal' });
});

test('stands a toBSON that serializes', () => {
  const inner = { toBSON: () => ({ copy: Buffer.from(serialize({ deep: 'x'.repeat(100_000) })) }) };
  const written = deserialize(serialize({ before: 1, inner, after: 'text' }));
  assert.equal(deserialize(written.inner.copy.buffer).deep.length, 100_000);
  assert.equal(written.after, 'text');
});

test('is usable again after a refusal', () => {
  const cyclic = { a: {} };
  cyclic.a.back = cyclic;
  assert.throws(() => serialize(cyclic), { name: 'BSONError', message: 'Cannot convert circular structure to BSON' });
  same({ a: cyclic.a === undefined, b: { c: 1 } });
  delete cyclic.a.back;
  same(cyclic);
});

test('finds cycles through arrays, maps, scopes and references', () => {
  const array = [];
  array.push({ array });
  const map = new Map();
  map.set('map', map);
  const scope = {};
  scope.code = new npm.Code('x', scope);
  for (const document of [{ array }, map, scope]) {
    assert.throws(() => serialize(document), { message: 'Cannot convert circular structure to BSON' });
  }
});

test('refuses bad keys with checkKeys and zeros always', () => {
  assert.throws(() => serialize({ $a: 1 }, { checkKeys: true }), { message: "key $a must not start with '$'" });
  assert.throws(() => serialize({ 'a.b': 1 }, { checkKeys: true }), { message: "key a.b must not contain '.'" });
  assert.throws(() => serialize({ 'a\0b': undefined }), { message: 'key a\0b must not contain null bytes' });
  assert.doesNotThrow(() => serialize({ $db: 1, $ref: 1, $id: 1 }, { checkKeys: true }));
});

test('does not write what prototypes hold', () => {
  Object.prototype.polluted = 'by a library'; // eslint-disable-line no-extend-native
  try {
    same({ a: 1, b: { c: [{}] } });
  } finally {
    delete Object.prototype.polluted;
  }
});

test('encodes into the memory of a caller', () => {
  const target = new Uint8Array(40);
  const expected = new Uint8Array(40);
  assert.equal(
    serializeWithBufferAndIndex({ a: 1 }, target, { index: 10 }),
    npm.serializeWithBufferAndIndex({ a: 1 }, expected, { index: 10 })
  );
  assert.deepEqual(target, expected);
});

test('serializeShared reuses its memory, serialize does not', () => {
  const shared = serializeShared({ a: 1 });
  const own = serialize({ a: 1 });
  serializeShared({ b: 2 });
  assert.deepEqual(Buffer.from(shared), npm.serialize({ b: 2 }));
  assert.deepEqual(own, npm.serialize({ a: 1 }));
});

test('uses an encoder of the host for long strings', () => {
  const seen = [];
  setUtf8Encoder((text, target, offset) => {
    seen.push(text.length);
    return Buffer.from(target.buffer, target.byteOffset, target.byteLength).write(text, offset);
  });
  try {
    same({ short: 'x'.repeat(20), long: 'é'.repeat(1000) });
  } finally {
    setUtf8Encoder(null);
  }
  assert.deepEqual(seen, [1000]);
});

test('measures documents', () => {
  const document = { a: 'text', b: [1, 2, Long.MAX_VALUE], c: new Binary(new Uint8Array(3)) };
  assert.equal(calculateObjectSize(document), serialize(document).length);
});

test('a sequence becomes the array of a command', () => {
  const documents = Array.from({ length: 123 }, (_, i) => ({ i, text: 'x'.repeat(i * 3) }));
  const sequence = createDocumentSequence();
  const sizes = documents.map((document) => sequence.add(document));
  assert.deepEqual(
    sizes,
    documents.map((document) => npm.serialize(document).length)
  );
  const command = Buffer.from(serializeShared({ insert: 'c', documents: sequence, ordered: true }));
  assert.deepEqual(command, npm.serialize({ insert: 'c', documents, ordered: true }));

  const last = sequence.removeLast();
  assert.deepEqual(Buffer.from(last), npm.serialize(documents[122]));
  const shorter = Buffer.from(serializeShared({ documents: sequence }));
  assert.deepEqual(shorter, npm.serialize({ documents: documents.slice(0, 122) }));

  sequence.clear();
  sequence.addEncoded(last);
  assert.deepEqual(
    Buffer.from(serializeShared({ documents: sequence })),
    npm.serialize({ documents: [documents[122]] })
  );
});

test('gives npm bson its own errors', () => {
  assert.throws(
    () => serialize([]),
    (error) => error instanceof BSONError && error instanceof npm.BSONError
  );
});
