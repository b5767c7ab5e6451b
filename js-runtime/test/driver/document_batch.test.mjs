/** The documents of a cursor's reply: one at a time, and what becomes of their bytes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Binary, Long, deserialize as npmDeserialize, serialize } from 'bson';
import { DocumentBatch } from '../../src/driver/document_batch.js';
import { ServerReply } from '../../src/driver/server_reply.js';
import { setBridge } from '../../src/bridge.js';
import { freeBytes, isShared } from '../../src/bson/buffer-class.js';

function batchOf(documents, cursor) {
  const reply = new ServerReply(serialize({ cursor: { firstBatch: documents, id: 0n, ns: 'db.c' }, ok: 1 }));
  return new DocumentBatch(reply.bytes, reply.view, reply.cursor().batchAt, cursor);
}

/** Stands in for the native memory and cursors; returns what it was told. */
function watchBridge() {
  const seen = { forgotten: 0, fetched: [] };
  setBridge({
    fetchAhead: (cursor) => seen.fetched.push(cursor),
    forgetBytes(bytes) {
      seen.forgotten += bytes.length;
      bytes.fill(0);
    },
  });
  return seen;
}

const LARGE = 'x'.repeat(600_000);

/** Node 20 can't free a buffer; mmk-js can, and then this is what a kept part of it would be. */
const canFree = typeof ArrayBuffer.prototype.transfer === 'function';

describe('DocumentBatch', () => {
  test('gives the documents one by one and lets go of the bytes with the last', () => {
    const batch = batchOf([{ a: 1 }, { a: 2 }]);
    assert.equal(batch.size, 2);
    assert.deepEqual(batch.shift({}), { a: 1 });
    assert.equal(batch.length, 1);
    assert.deepEqual(batch.shift({}), { a: 2 });
    assert.equal(batch.bytes, undefined);
    assert.equal(batch.shift({}), null);
  });

  test('decodes with the options of the driver', () => {
    const documents = [{ n: Long.fromNumber(1), b: new Binary(Buffer.from('x')) }];
    assert.ok(batchOf(documents).shift({ promoteValues: false }).n instanceof Long);
    assert.ok(Buffer.isBuffer(batchOf(documents).shift({ promoteBuffers: true }).b));
    const raw = batchOf(documents).shift({ raw: true });
    assert.deepEqual(npmDeserialize(raw, { promoteLongs: false }).n, Long.fromNumber(1));
  });

  test('frees a large reply once its documents are out', () => {
    const batch = batchOf([{ text: LARGE }, { text: LARGE }]);
    const { bytes } = batch;
    batch.shift({});
    assert.ok(bytes.length > 0);
    assert.deepEqual(batch.shift({}), { text: LARGE });
    assert.equal(bytes.length === 0, canFree);
  });

  for (const [name, document, options] of [
    ['a large binary', { b: new Binary(Buffer.from(LARGE)) }, { promoteBuffers: true }],
    ['a raw document', { text: LARGE }, { raw: true }],
    ['a raw field', { list: [{ text: LARGE }] }, { fieldsAsRaw: { list: true } }],
  ]) {
    test(`keeps the bytes that ${name} is a part of`, () => {
      const batch = batchOf([document, document]);
      const { bytes } = batch;
      batch.shift(options);
      batch.shift(options);
      assert.ok(bytes.length > 1_000_000);
      assert.ok(options.raw || isShared(bytes));
    });
  }

  test('a large reply goes while it is read, and the next one is fetched near its end', (t) => {
    const seen = watchBridge();
    t.after(() => setBridge(undefined));
    const documents = Array.from({ length: 800 }, (_, number) => ({ number, text: String(number).repeat(3000) }));
    const batch = batchOf(documents, 7);
    const { bytes } = batch;
    const whole = bytes.length;
    const held = [];
    while (batch.length > 0) {
      held.push(batch.shift({}));
      if (held.length === 500) assert.deepEqual(seen.fetched, []);
      if (held.length === 799) assert.ok(seen.forgotten > whole - 2_000_000 && seen.fetched.every((cursor) => cursor === 7));
    }
    assert.deepEqual(held, documents);
    assert.ok(seen.fetched.length > 0);
  });

  test('the next reply is fetched at three quarters, whatever the size of this one', (t) => {
    const seen = watchBridge();
    t.after(() => setBridge(undefined));
    for (const count of [11, 15, 19, 29]) {
      seen.fetched.length = 0;
      const batch = batchOf(Array.from({ length: count }, () => ({ text: 'x'.repeat(100_000) })), 7);
      while (batch.length > Math.ceil(count / 4) + 1) batch.shift({});
      assert.deepEqual(seen.fetched, []);
      while (batch.length > 1) batch.shift({});
      assert.ok(seen.fetched.length > 0, `${count} documents`);
    }
  });

  test('nothing goes of a large reply that values are a part of', (t) => {
    const seen = watchBridge();
    t.after(() => setBridge(undefined));
    const documents = Array.from({ length: 6 }, (_, number) => ({ number, b: new Binary(Buffer.alloc(900_000, number)) }));
    const batch = batchOf(documents);
    const held = Array.from(documents, () => batch.shift({ promoteBuffers: true }));
    held.forEach(({ b }, number) => assert.ok(b.every((byte) => byte === number)));
    assert.equal(seen.forgotten, 0);
  });

  test('what is freed is gone', { skip: !canFree }, () => {
    const bytes = new Uint8Array(10);
    freeBytes(bytes);
    assert.equal(bytes.length, 0);
  });
});
