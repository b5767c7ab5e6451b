/** Random documents with everything js-bson takes (and much that it doesn't), random options, random damage. */
import * as bson from 'bson';

const KEYS = [
  '_id',
  'name',
  'email',
  'a',
  'b',
  'tags',
  'createdAt',
  'veryLongFieldNameThatIsLongerThanTwentyFourBytes',
  'ключ',
  '',
  '0',
  '12',
  '__proto__',
  'constructor',
  'toString',
  '$ref',
  '$id',
  '$db',
  '$set',
  'a.b',
  'hasOwnProperty',
  'length',
  '😀',
  'x'.repeat(70),
  '$clusterTime',
  'writeErrors',
  'valueOf',
  '-1',
  '1e3',
  '4294967295'
];

export const key = (random) =>
  random.chance(0.9) ? random.pick(KEYS) : `k${random.below(100000)}${random.chance(0.02) ? '\0' : ''}`;

export function text(random) {
  const length = random.chance(0.9) ? random.below(40) : random.below(400);
  const alphabet = random.pick([
    'abcdefghijklmnop',
    'abcdefghijklmnop',
    'aé',
    'a中',
    'ab😀',
    'a\ud800b',
    '\0x',
    '\ufeffa',
    '\ufffdz\udc00'
  ]);
  let result = '';
  for (let i = 0; i < length; i++) result += alphabet[random.below(alphabet.length)];
  return result;
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  127,
  128,
  2147483647,
  2147483648,
  -2147483648,
  -2147483649,
  4294967296,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  2 ** 63,
  1.5,
  -1.5,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  1.7976931348623157e308,
  0.1
];

export const number = (random) =>
  random.chance(0.4) ? random.pick(NUMBERS) : random.chance(0.5) ? random.below(1e6) - 5e5 : random.next() * 1e9;

const LONGS = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n),
  -(2n ** 53n) - 1n,
  2n ** 53n - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 32n,
  -(2n ** 32n),
  4294967295n
];

class Account {
  constructor(name) {
    this.name = name;
    this.active = true;
  }
  greet() {
    return this.name;
  }
  get computed() {
    return 1;
  }
}

class Inherited extends Account {}
Inherited.prototype.inheritedField = 1;

const BSON_VALUES = [
  () => new bson.ObjectId(),
  (random) => new bson.ObjectId(random.bytes(12)),
  (random) => bson.Long.fromBigInt(random.pick(LONGS)),
  (random) => new bson.Long(random.below(2 ** 32) | 0, random.below(2 ** 32) | 0, random.chance(0.3)),
  (random) => new bson.Timestamp({ t: random.below(2 ** 32), i: random.below(2 ** 32) }),
  (random) => new bson.Double(number(random)),
  (random) => new bson.Int32(number(random)),
  (random) => new bson.Decimal128(random.bytes(16)),
  () => bson.Decimal128.fromString('-1.5E+10'),
  (random) => new bson.Binary(random.bytes(random.below(100)), random.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 128])),
  (random) => new bson.Binary(random.bytes(random.below(6)), 9),
  () => new bson.Binary(),
  (random) => new bson.Binary(random.bytes(16), 4),
  () => new bson.UUID('8d4f0d3c-5c1b-4f7e-9a53-0a1f6f1f6b0a'),
  () => bson.Binary.fromFloat32Array(new Float32Array([1, 2.5])),
  () => new bson.MinKey(),
  () => new bson.MaxKey(),
  () => new bson.BSONRegExp('a+', 'xi'),
  () => new bson.BSONSymbol('symbol'),
  () => new bson.Code('function () {}'),
  (random) => new bson.Code('x', random.chance(0.5) ? { a: 1 } : null),
  (random) => new bson.Code('with scope', random.chance(0.3) ? [1] : document(random, 3)),
  (random) => new bson.DBRef('coll', new bson.ObjectId(), random.chance(0.5) ? 'db' : undefined, document(random, 4)),
  () => new bson.DBRef('db.coll', new bson.ObjectId())
];

const ODD_VALUES = [
  () => undefined,
  () => undefined,
  () => () => 1,
  () =>
    function named(a) {
      return a;
    },
  () => Symbol('s'),
  (random) => random.pick(LONGS),
  () => 2n ** 70n,
  (random) => random.bytes(random.below(80)),
  (random) => bson.ByteUtils.toLocalBufferType(random.bytes(random.below(80))),
  () => new Int16Array([1, -2]),
  () => new ArrayBuffer(4),
  () => new Float64Array([1.5]),
  () => /ab+c/gim,
  () => /[/]\n/u,
  () => /x/s,
  () => new Date(NaN),
  () => new Date(8.64e15),
  () => new Date(-8.64e15),
  () => new Date(-1),
  () => new Number(5),
  () => new String('ab'),
  () => new Boolean(false),
  () => [1, , 3], // eslint-disable-line no-sparse-arrays
  () => [undefined, () => 1, Symbol('x'), null],
  () => new Account('n'),
  () => new Inherited('n'),
  (random) =>
    new Map([
      [key(random), text(random)],
      ['b', new Map([['c', 1]])]
    ]),
  // Without Buffer npm bson turns such keys into text; the codec always does what it does with one.
  (random) => new Map([[random.pick(globalThis.Buffer ? [1, null, {}, 'x'] : ['x']), random.pick([1, undefined])]]),
  () => new Set([1]),
  () => new Error('e'),
  () => ({ toBSON: () => ({ inner: 1 }) }),
  () => ({ toBSON: () => 'text' }),
  () => ({ toBSON: () => undefined }),
  () => ({ toBSON: () => null }),
  () => ({ toBSON: () => [1, 2] }),
  () => ({ toBSON: () => ({ toBSON: () => ({ second: true }) }) }),
  () => ({ toBSON: () => ({ toBSON: () => 5 }) }),
  () => ({ toBSON: () => ({ toBSON: () => null }) }),
  () => Object.create(null, { a: { value: 1, enumerable: true }, hidden: { value: 2 } }),
  () => Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true } }),
  () => ({
    get computed() {
      return 7;
    }
  }),
  () => new Proxy({ p: 1, q: 'x' }, {}),
  () => ({ _bsontype: 'ObjectId', id: 'aaaaaaaaaaaa' }),
  () => ({ _bsontype: 'Nonsense' }),
  () => ({ _bsontype: null, x: 1 }),
  () => Object.defineProperty({}, '__proto__', { value: { polluted: true }, enumerable: true }),
  () => {
    const cyclic = { name: 'c' };
    cyclic.self = { inner: [cyclic] };
    return cyclic;
  },
  () => {
    const shared = { s: 1 };
    return [shared, shared, { shared }];
  }
];

export function value(random, depth) {
  const kind = random.below(100);
  if (kind < 22) return text(random);
  if (kind < 40) return number(random);
  if (kind < 46) return random.chance(0.5);
  if (kind < 50) return null;
  if (kind < 55) return new Date(random.below(4e12) - 2e12);
  if (kind < 72) return random.pick(BSON_VALUES)(random);
  if (kind < 80) return random.pick(ODD_VALUES)(random);
  if (depth > 5) return 1;
  if (kind < 90) return document(random, depth + 1);
  return Array.from({ length: random.below(random.chance(0.05) ? 120 : 6) }, () => value(random, depth + 1));
}

export function document(random, depth = 0) {
  const result = {};
  const fields = random.below(depth === 0 ? 12 : 5);
  for (let i = 0; i < fields; i++) {
    Object.defineProperty(result, key(random), {
      value: value(random, depth),
      writable: true,
      enumerable: true,
      configurable: true
    });
  }
  return result;
}

const ROOTS = [
  null,
  undefined,
  [],
  'x',
  5,
  true,
  () => 1,
  new Date(0),
  /x/,
  new Uint8Array(2),
  new ArrayBuffer(2),
  new Map()
];

/** A document to encode: mostly ordinary, sometimes something that isn't a document. */
export function root(random) {
  if (random.chance(0.97)) return document(random);
  return random.chance(0.5) ? random.pick(ROOTS) : random.pick([...BSON_VALUES, ...ODD_VALUES])(random);
}

const maybe = (random, options, name, values, probability = 0.25) => {
  if (random.chance(probability)) options[name] = random.pick(values);
};

export function encodeOptions(random) {
  const options = {};
  maybe(random, options, 'checkKeys', [true, true, false, 1], 0.15);
  maybe(random, options, 'ignoreUndefined', [true, false, null]);
  maybe(random, options, 'serializeFunctions', [true, false]);
  return options;
}

export function decodeOptions(random) {
  if (random.chance(0.3)) return undefined;
  const options = {};
  maybe(random, options, 'promoteValues', [true, false, false, 0]);
  maybe(random, options, 'promoteLongs', [true, false, false, null]);
  maybe(random, options, 'promoteBuffers', [true, false]);
  maybe(random, options, 'useBigInt64', [true, false]);
  maybe(random, options, 'bsonRegExp', [true, false, 1]);
  maybe(random, options, 'raw', [true, false], 0.1);
  maybe(random, options, 'fieldsAsRaw', [{ tags: true, a: true }, null], 0.1);
  maybe(
    random,
    options,
    'validation',
    [
      { utf8: true },
      { utf8: false },
      { utf8: false },
      { utf8: { name: true } },
      { utf8: { name: false } },
      { utf8: {} }
    ],
    0.2
  );
  maybe(random, options, 'allowObjectSmallerThanBufferSize', [true], 0.2);
  maybe(random, options, 'index', [0, 0, 1, 4, -1, 1.5], 0.05);
  return options;
}

/** Elements js-bson's encoder never writes, in front of a document's own. */
const ODD_ELEMENTS = [
  [0x06, 0x75, 0x00],
  [0x0c, 0x70, 0x00, 0x02, 0, 0, 0, 0x62, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  [0x0e, 0x73, 0x00, 0x03, 0, 0, 0, 0x68, 0x69, 0],
  [0x0b, 0x72, 0x00, 0x61, 0, 0x69, 0x6c, 0x6d, 0x73, 0x75, 0x78, 0],
  [0x0b, 0x72, 0x00, 0x28, 0, 0],
  [0x05, 0x62, 0x00, 6, 0, 0, 0, 2, 2, 0, 0, 0, 1, 2],
  [0x05, 0x62, 0x00, 6, 0, 0, 0, 2, 3, 0, 0, 0, 1, 2],
  [0x02, 0x75, 0x00, 4, 0, 0, 0, 0xff, 0x61, 0xc3, 0],
  [0x02, 0x75, 0x00, 5, 0, 0, 0, 0xef, 0xbf, 0xbd, 0x61, 0],
  [0x10, 0xff, 0xfe, 0x00, 1, 0, 0, 0],
  [0x04, 0x61, 0x00, 0x0f, 0, 0, 0, 0x0a, 0x78, 0, 0x08, 0x79, 0, 1, 0x0a, 0x31, 0x30, 0, 0],
  [0x08, 0x62, 0x00, 2],
  [0x13, 0x64, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x30],
  [0x01, 0x6e, 0x00, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f]
];

export function withOddElements(random, bytes) {
  const odd = Array.from({ length: 1 + random.below(3) }, () => random.pick(ODD_ELEMENTS)).flat();
  const result = new Uint8Array(bytes.length + odd.length);
  result.set(bytes.subarray(0, 4));
  result.set(odd, 4);
  result.set(bytes.subarray(4), 4 + odd.length);
  new DataView(result.buffer).setInt32(0, result.length, true);
  return result;
}

/** Damages a copy of the bytes in one of several ways; often keeps the outer size right so that the rest is reached. */
export function damage(random, bytes) {
  let result = Uint8Array.from(bytes);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(result.length);
    switch (random.below(6)) {
      case 0:
        result[at] = random.below(256);
        break;
      case 1:
        result[at] ^= 1 << random.below(8);
        break;
      case 2:
        result[at] = random.pick([0, 0, 1, 2, 3, 4, 5, 7, 13, 15, 16, 18, 0x7f, 0x80, 0xff, 0x24]);
        break;
      case 3:
        result = result.slice(0, at);
        break;
      case 4:
        result = Uint8Array.from([
          ...result.subarray(0, at),
          ...random.bytes(1 + random.below(4)),
          ...result.subarray(at)
        ]);
        break;
      case 5:
        result = Uint8Array.from([...result.subarray(0, at), ...result.subarray(at + 1 + random.below(4))]);
        break;
    }
    if (result.length === 0) return result;
  }
  if (random.chance(0.7) && result.length >= 4) new DataView(result.buffer).setInt32(0, result.length, true);
  return result;
}
