/** The codec against npm bson over random documents, options and damage. A failure names the seed that repeats it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as npm from 'bson';
import { deserialize, serialize } from '../../src/bson/index.js';
import { statistics } from '../../src/bson/deserialize.js';
import { describe as describeValue } from '../../fuzz/describe.mjs';
import { runCases } from '../../fuzz/differential.mjs';

const SEED = Number(process.env.MMK_FUZZ_SEED ?? 20260813);

test('does what npm bson does in 20000 random cases', (context) => {
  context.diagnostic(`seed ${SEED}`);
  const counts = runCases(SEED, 20_000);
  for (const kind of ['encodeCase', 'decodeCase', 'batchCase', 'roundTripCase']) assert.ok(counts[kind] > 1000, kind);
});

test('does what npm bson does where there is no Buffer class', () => {
  const script = fileURLToPath(new URL('../../fuzz/fuzz.mjs', import.meta.url));
  const run = () =>
    execFileSync(process.execPath, [script, '--seed', String(SEED), '--cases', '3000', '--without-buffer'], {
      stdio: 'pipe'
    });
  assert.doesNotThrow(run);
});

test('decodes sound documents without asking npm bson', () => {
  const before = statistics.leftToJsBson;
  for (let i = 0; i < 500; i++) {
    const bytes = npm.serialize({
      i,
      text: 'ä'.repeat(i),
      list: [i, { i }],
      at: new Date(i),
      id: new npm.ObjectId(),
      long: npm.Long.MAX_VALUE
    });
    assert.equal(describeValue(deserialize(bytes)), describeValue(npm.deserialize(bytes)));
  }
  assert.equal(statistics.leftToJsBson - before, 0);
});

for (const depth of [150, 199, 200, 201, 202, 250, 3000]) {
  test(`nests ${depth} levels deep, as npm bson does`, () => {
    let nested = { end: 1 };
    for (let i = 0; i < depth; i++) nested = i % 3 === 0 ? { list: [nested] } : { nested };
    const expected = npm.serialize(nested);
    assert.deepEqual(serialize(nested), expected);
    assert.deepEqual(npm.serialize(deserialize(expected)), expected);
  });
}
