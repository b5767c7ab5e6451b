/** What the decoder promises beyond the differential cases. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as npm from 'bson';
import {
  BSON,
  Binary,
  DBRef,
  Long,
  ObjectId,
  decodeReply,
  deserialize,
  deserializeStream,
  serialize,
  setUtf8Decoder
} from '../../src/bson/index.js';
import { describe as describeValue } from '../../fuzz/describe.mjs';

/** A document with one element, given by its raw bytes. */
function documentOf(...element) {
  const bytes = Buffer.from([0, 0, 0, 0, ...element, 0]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

describe('deserialize', () => {
  test('promotes longs to numbers only when they are safe', () => {
    const edge = 2n ** 53n;
    const values = [edge - 1n, edge, edge + 1n, -edge, -edge - 1n, 2n ** 63n - 1n, -(2n ** 63n), 0n, -1n];
    const bytes = npm.serialize({ values });
    const expected = npm.deserialize(bytes).values;
    assert.deepEqual(deserialize(bytes).values, expected);
    assert.ok(deserialize(bytes).values[2] instanceof Long);
    assert.deepEqual(deserialize(bytes, { useBigInt64: true }).values, values);
    assert.ok(deserialize(bytes, { promoteLongs: false }).values.every((value) => value instanceof Long));
  });

  test('makes `__proto__` an ordinary key', () => {
    const bytes = npm.serialize(JSON.parse('{"__proto__":{"admin":true},"a":{"__proto__":1,"b":2}}'));
    const document = deserialize(bytes);
    assert.equal(Object.getPrototypeOf(document), Object.prototype);
    assert.equal(document.admin, undefined);
    assert.deepEqual(Object.keys(document), ['__proto__', 'a']);
    assert.equal(describeValue(document), describeValue(npm.deserialize(bytes)));
    assert.equal({}.admin, undefined);
  });

  test('promotes references, unless other `$` keys are there', () => {
    const id = new ObjectId();
    for (const document of [
      { $ref: 'c', $id: id },
      { $ref: 'c', $id: id, $db: 'd', x: 1 }
    ]) {
      assert.ok(deserialize(npm.serialize({ r: document })).r instanceof DBRef);
      assert.ok(deserialize(npm.serialize(document)) instanceof DBRef);
    }
    for (const document of [
      { $ref: 'c', $id: id, $x: 1 },
      { $ref: 1, $id: id },
      { $ref: 'c' },
      { $ref: 'c', $id: id, $db: 1 }
    ]) {
      assert.ok(!(deserialize(npm.serialize({ r: document })).r instanceof DBRef));
    }
  });

  test('refuses invalid UTF-8 in values, mends it when told to', () => {
    const bytes = documentOf(2, 0x61, 0, 4, 0, 0, 0, 0x61, 0xff, 0x62, 0);
    assert.throws(() => deserialize(bytes), { name: 'BSONError', message: 'Invalid UTF-8 string in BSON document' });
    assert.equal(deserialize(bytes, { validation: { utf8: false } }).a, 'a\ufffdb');
    assert.equal(deserialize(bytes, { validation: { utf8: { a: false } } }).a, 'a\ufffdb');
  });

  test('keeps a byte order mark and a replacement character that are in the data', () => {
    for (const text of ['\ufeffstart', `\ufeff${'x'.repeat(50)}`, '\ufffd', 'a\ufffd'.repeat(20)]) {
      assert.equal(deserialize(npm.serialize({ text })).text, text);
    }
  });

  test('reads strings of every length', () => {
    for (let length = 0; length < 200; length++) {
      const document = { a: 'x'.repeat(length), b: `${'x'.repeat(length)}ü`, c: '€'.repeat(length) };
      assert.deepEqual(deserialize(npm.serialize(document)), document);
    }
  });

  test('knows names again after its table was full', () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 6000; i++) {
        const document = { [`field_${i}`]: i, common: round, [`ключ${i}`]: { inner: i } };
        assert.deepEqual(deserialize(npm.serialize(document)), document);
      }
    }
  });

  test('is not misled by names that begin alike or by other shapes', () => {
    const shapes = [
      { a: 1, ab: 2 },
      { ab: 1, a: 2 },
      { abc: 1 },
      { a: 1 },
      {},
      { a: { ab: 1 }, b: { a: 1 } },
      { '': 1, a: 2 },
      { b: 1, '': 2 }
    ];
    for (let i = 0; i < 5000; i++) {
      const document = shapes[(i * 7 + (i >> 3)) % shapes.length];
      assert.equal(describeValue(deserialize(npm.serialize(document))), describeValue(document));
    }
  });

  test('accepts every kind of byte array', () => {
    const bytes = npm.serialize({ a: 1 });
    const own = Uint8Array.from(bytes);
    for (const input of [bytes, own, own.buffer, new DataView(own.buffer), new Int8Array(own.buffer)]) {
      assert.deepEqual(deserialize(input), { a: 1 });
    }
    assert.throws(() => deserialize('text'), { name: 'BSONError' });
  });

  test('a small binary does not keep the bytes it came from', () => {
    const bytes = npm.serialize({ small: new Binary(Buffer.alloc(100, 7)), rest: 'x'.repeat(100_000) });
    const { small } = deserialize(Uint8Array.from(bytes));
    assert.ok(small.buffer.buffer.byteLength < 10_000);
    assert.deepEqual(small.buffer, Buffer.alloc(100, 7));
  });

  test('reads documents that follow one another', () => {
    const stream = Buffer.concat([npm.serialize({ a: 1 }), npm.serialize({ b: 2 }), npm.serialize({ c: 3 })]);
    const documents = [];
    assert.equal(deserializeStream(stream, 0, 3, documents, 1, {}), stream.length);
    assert.deepEqual(documents, [, { a: 1 }, { b: 2 }, { c: 3 }]); // eslint-disable-line no-sparse-arrays
  });

  test('uses a decoder of the host, and words its refusal', () => {
    setUtf8Decoder((bytes, start, end, fatal) => {
      if (fatal && bytes.includes(0xff)) throw new Error('from the host');
      return `host:${end - start}`;
    });
    try {
      assert.equal(deserialize(npm.serialize({ a: 'é' })).a, 'host:2');
      const invalid = documentOf(2, 0x61, 0, 2, 0, 0, 0, 0xff, 0);
      assert.throws(() => deserialize(invalid), { message: 'Invalid UTF-8 string in BSON document' });
    } finally {
      setUtf8Decoder(null);
    }
  });

  test('the exports are those of npm bson', () => {
    assert.deepEqual(Object.keys(BSON).sort(), Object.keys(npm.BSON).sort());
    assert.equal(BSON.deserialize, deserialize);
    assert.equal(BSON.serialize, serialize);
    assert.equal(BSON.ObjectId, npm.ObjectId);
  });
});

describe('decodeReply', () => {
  test('stands the text of a write error that was cut inside a character', () => {
    const reply = npm.serialize({ n: 0, writeErrors: [{ index: 0, errmsg: 'AAAA' }], ok: 1 });
    reply[reply.indexOf('AAAA') + 3] = 0xc3;
    assert.equal(decodeReply(reply).writeErrors[0].errmsg, 'AAA\ufffd');
    const other = npm.serialize({ n: 0, text: 'AAAA', ok: 1 });
    other[other.indexOf('AAAA') + 3] = 0xc3;
    assert.throws(() => decodeReply(other), { name: 'BSONError' });
    assert.equal(decodeReply(other, { enableUtf8Validation: false }).text, 'AAA\ufffd');
  });

  test('follows the promotion options', () => {
    const reply = npm.serialize({ n: Long.fromNumber(5), ok: 1 });
    assert.deepEqual(decodeReply(reply), { n: 5, ok: 1 });
    assert.deepEqual(decodeReply(reply, { promoteLongs: false }), { n: Long.fromNumber(5), ok: 1 });
  });
});

describe('the class of bytes', () => {
  test('follows setBufferClass where npm bson found no Buffer', () => {
    const script = fileURLToPath(new URL('./buffer-class-process.mjs', import.meta.url));
    const answer = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
    assert.deepEqual(answer, {
      before: ['Uint8Array', 'Uint8Array', 'Uint8Array', 'Uint8Array'],
      after: ['Buffer', 'Buffer', 'Buffer', 'Buffer'],
      json: '{"$binary":{"base64":"AQI=","subType":"00"}}',
      hex: '0102'
    });
  });
});
