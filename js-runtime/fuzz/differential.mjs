/**
 * The oracle: every case is given to npm bson and to the codec, and both must do the same. A difference throws with
 * the seed of its case, which `npm run fuzz -- --seed N --cases 1` repeats.
 */
import * as bson from 'bson';
import { deserialize, serialize, serializeShared } from '../src/bson/index.js';
import { DocumentBatch } from '../src/driver/document_batch.js';
import { ServerReply } from '../src/driver/server_reply.js';
import { hex, outcome } from './describe.mjs';
import { damage, decodeOptions, document, encodeOptions, root, withOddElements } from './generate.mjs';
import { Random } from './random.mjs';

/** Each case has a seed of its own, so that one can be repeated alone. */
const caseRandom = (seed, number) => new Random((seed + Math.imul(number, 0x9e3779b1)) | 0);

function assertSame(expected, actual, details) {
  if (expected === actual) return;
  throw new Error(`${details()}\n  npm bson: ${expected.slice(0, 3000)}\n  codec:    ${actual.slice(0, 3000)}`);
}

const asBytesOf = ({ ByteUtils }, bytes) => ByteUtils.toLocalBufferType(bytes);

function encodeCase(random) {
  const input = root(random);
  const options = encodeOptions(random);
  const expected = outcome(() => bson.serialize(input, options));
  assertSame(
    expected,
    outcome(() => serialize(input, options)),
    () => `serialize ${JSON.stringify(options)}`
  );
  assertSame(
    expected,
    outcome(() => asBytesOf(bson, serializeShared(input, options))),
    () => `serializeShared ${JSON.stringify(options)}`
  );
}

function randomBytes(random) {
  let bytes = null;
  while (bytes === null) {
    try {
      bytes = bson.serialize(document(random), { serializeFunctions: true });
    } catch {
      // Refused documents are the other half's business.
    }
  }
  return random.chance(0.3) ? withOddElements(random, bytes) : bytes;
}

function decodeCase(random) {
  const kind = random.below(10);
  let bytes = randomBytes(random);
  if (kind >= 4) bytes = damage(random, bytes);
  if (kind === 9) bytes = random.bytes(random.below(60));
  const options = decodeOptions(random);
  const input = random.chance(0.5) ? asBytesOf(bson, bytes) : bytes;
  const expected = outcome(() => bson.deserialize(input, options));
  assertSame(
    expected,
    outcome(() => deserialize(input, options)),
    () => `deserialize ${hex(bytes)} ${JSON.stringify(options)}`
  );
}

function batchCase(random) {
  const documents = Array.from({ length: random.below(6) }, () =>
    bson.deserialize(randomBytesSafely(random), { promoteValues: false })
  );
  const name = random.pick(['firstBatch', 'nextBatch']);
  const reply = bson.serialize({
    cursor: { [name]: documents, id: random.pick([0n, 5n, 2n ** 62n]), ns: 'a.b' },
    ok: 1
  });
  const bytes = random.chance(0.5) ? reply : damage(random, reply);
  const options = {};
  if (random.chance(0.3)) options.promoteValues = false;
  if (random.chance(0.3)) options.promoteBuffers = true;
  const expected = outcome(() => bson.deserialize(bytes, options).cursor[name]);
  const actual = outcome(() => batchOf(bytes, options));
  // A damaged reply that js-bson refuses may still have sound documents before the damage; the reverse may not happen.
  if (expected.startsWith('throws')) {
    if (bytes === reply) throw new Error(`npm bson refused a sound reply ${hex(reply)}`);
    return;
  }
  if (!expected.startsWith('Array')) return;
  const isOfDocuments = bson
    .deserialize(bytes, options)
    .cursor[name].every((item) => item !== null && typeof item === 'object' && !Array.isArray(item));
  if (bytes === reply || (isOfDocuments && !actual.startsWith('throws'))) {
    assertSame(expected, actual, () => `batch ${hex(bytes)} ${JSON.stringify(options)}`);
  }
}

/** The batch of a cursor's reply, as cursors read it. */
function batchOf(bytes, options) {
  const reply = new ServerReply(bytes);
  const batch = new DocumentBatch(reply.bytes, reply.view, reply.cursor().batchAt);
  return Array.from({ length: batch.size }, () => batch.shift(options));
}

/** Documents whose decoded form encodes again. */
function randomBytesSafely(random) {
  for (;;) {
    const bytes = randomBytes(random);
    try {
      bson.serialize({ cursor: [bson.deserialize(bytes, { promoteValues: false })] });
      return bytes;
    } catch {
      // An invalid vector, or a regular expression JavaScript doesn't have.
    }
  }
}

function roundTripCase(random) {
  const bytes = randomBytes(random);
  const options = { promoteValues: false, bsonRegExp: true };
  const expected = outcome(() => bson.serialize(bson.deserialize(bytes, options)));
  const actual = outcome(() => serialize(deserialize(bytes, options)));
  assertSame(expected, actual, () => `round trip ${hex(bytes)}`);
}

const CASES = [
  encodeCase,
  encodeCase,
  encodeCase,
  decodeCase,
  decodeCase,
  decodeCase,
  decodeCase,
  batchCase,
  roundTripCase
];

/**
 * Runs `count` cases from `seed` on.
 * @returns {Record<string, number>} how many of each kind
 */
export function runCases(seed, count, first = 0) {
  const counts = {};
  for (let number = first; number < first + count; number++) {
    const random = caseRandom(seed, number);
    const kind = random.pick(CASES);
    try {
      kind(random);
    } catch (error) {
      error.message = `seed ${seed}, case ${number} (${kind.name}): ${error.message}`;
      throw error;
    }
    counts[kind.name] = (counts[kind.name] ?? 0) + 1;
  }
  return counts;
}
