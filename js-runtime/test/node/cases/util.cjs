const { recorder } = require('./show.cjs');

class Animal {
  constructor() {
    this.legs = 4;
  }

  get name() {
    return 'x';
  }
}

function values() {
  const circular = { a: 1 };
  circular.self = circular;
  const failure = new TypeError('boom');
  failure.stack = 'TypeError: boom\n    at somewhere (file.js:1:2)';
  failure.code = 'E_CODE';
  const outer = new Error('outer', { cause: failure });
  outer.stack = 'Error: outer\n    at elsewhere (file.js:3:4)';
  return {
    number: 1, negativeZero: -0, string: 'it\'s "x"', bigint: 12n, symbol: Symbol('q'), hole: [1, , 3], long: Array.from({ length: 150 }, (_, index) => index),
    nested: { a: { b: { c: { d: 1 } } } }, map: new Map([[{ a: 1 }, 'b']]), set: new Set([1, 'a', { b: 2 }]), date: new Date(0), invalid: new Date(NaN), pattern: /x/gi,
    fn: function named() {}, arrow: () => {}, cls: Animal, sub: class Dog extends Animal {}, instance: new Animal(), failure, outer, plainError: { e: failure },
    bytes: new Uint8Array([1, 2, 3]), memory: new ArrayBuffer(4), nullProto: Object.assign(Object.create(null), { a: 1 }), boxed: [Object(1), Object('ab'), Object(true), Object(1n)],
    circular, accessors: { get a() { return 1; }, set a(_value) {}, get b() { return 1; }, set c(_value) {} }, generator: function* make() {}, asyncFn: async () => {},
    longText: 'x'.repeat(200), lines: 'a\nb'.repeat(20), wide: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`key${index}`, index])), strings: ['aaa', 'bbbbb', 'c'.repeat(30), 'd', 'e', 'f', 'g'],
    odd: { [Symbol('k')]: 1, 'a-b': 1, 3: 4 }, extra: Object.assign([1, 2], { foo: 1 }), tagged: { [Symbol.toStringTag]: 'Tagged', a: 1 }, resolved: Promise.resolve(4), pending: new Promise(() => {}),
    iterator: new Map([[1, 2]]).entries(), setIterator: new Set([5]).values(), weak: new WeakMap(), proxy: new Proxy({ a: 1 }, {}), undefinedValue: undefined, nullValue: null, args: (function collect() { return arguments; })(1, 2),
    documents: [{ _id: 1, name: 'Ann', tags: ['a', 'b'], address: { street: 'Main', no: 5, geo: { lat: 1.5, lon: 2.5 } } }, { _id: 2, name: 'Bob', tags: [], when: new Date(86400000) }],
    math: Math, json: JSON, url: new URL('https://user:pw@example.com:8080/a/b?x=1&y=2#frag'), query: new URLSearchParams('a=1&b=2&b=3'), emptyQuery: new URLSearchParams(''), controller: new AbortController(),
  };
}

const OPTIONS = [undefined, { depth: 0 }, { depth: null }, { showHidden: true }, { colors: true }, { compact: false }, { compact: true }, { sorted: true }, { getters: true }, { breakLength: 40 }, { maxArrayLength: 2 }, { maxStringLength: 5 }, { showProxy: true }];
/** Hidden properties of these differ between releases of V8, or are private symbols of Node's own classes. */
const HIDDEN_DIFFER = new Set(['url', 'query', 'emptyQuery', 'controller', 'math', 'json', 'fn', 'args', 'failure', 'outer', 'plainError']);

module.exports = (load) => {
  const util = load('util');
  const record = recorder();
  for (const [name, value] of Object.entries(values())) {
    for (const options of OPTIONS) {
      if (!(options?.showHidden && HIDDEN_DIFFER.has(name))) {
        record(`inspect ${name} ${JSON.stringify(options)}`, () => util.inspect(value, options));
      }
    }
  }
  const formats = [
    ['%s %d %i %f %j %o %O %c %%', 'a', 1.5, 2.7, '3.1', { a: 1 }, { b: [1] }, { c: { d: {} } }, 'css', 'extra', { z: 1 }], ['a', 1, 'b', { c: 1 }], ['%s', { a: { b: {} } }],
    ['%s', null, undefined, -0, 12n, Symbol('a')], ['%d', 'x', 12n, {}], ['%s', () => {}], ['%x', 1], ['%s'], [{ a: 1 }, '%s'], ['%s', { toString() { return 'own'; } }], ['%s', new Date(0)], ['%i', '42abc'], [],
    ['100%', 5], ['%s', class Q {}], [1, 2, '3'], ['a%sb%sc', 1],
  ];
  formats.forEach((args, index) => record(`format ${index}`, () => util.format(...args)));
  record('custom inspect', () => util.inspect({ [util.inspect.custom]: (depth, options, inspect) => `C<${depth} ${inspect({ a: 1 }, options)}>` }));
  record('custom symbol', () => util.inspect.custom === Symbol.for('nodejs.util.inspect.custom'));
  record('promisify', () => util.promisify((a, b, callback) => callback(null, a + b))(1, 2));
  record('promisify rejects', () => util.promisify((callback) => callback(new Error('no')))());
  record('promisify wrong', () => util.promisify('x'));
  record('callbackify', () => new Promise((resolve) => util.callbackify(async (a) => a * 2)(4, (...args) => resolve(args))));
  record('callbackify null', () => new Promise((resolve) => util.callbackify(async () => Promise.reject(null))((error) => resolve([error.code, error.message]))));
  record('inherits', () => {
    function Child() {}
    util.inherits(Child, Animal);
    return [new Child() instanceof Animal, Child.super_ === Animal];
  });
  record('inherits wrong', () => util.inherits(undefined, Animal));
  record('deprecate', () => {
    const old = util.deprecate((a) => a + 1, 'old', 'DEP_TEST_1');
    return old(1);
  });
  deepEqual(record, util);
  types(record, util);
  record('strip', () => util.stripVTControlCharacters('\u001b[31mred\u001b[39m'));
  record('strip wrong', () => util.stripVTControlCharacters(5));
  record('style', () => util.styleText(['bold', 'underline'], 'y'));
  record('usv', () => util.toUSVString('a\ud800'));
  record('parseArgs', () => util.parseArgs({ args: ['-f', '--bar', 'b', 'pos'], options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' } }, allowPositionals: true }));
  record('parseArgs unknown', () => util.parseArgs({ args: ['--nope'], options: {} }));
  record('parseArgs multiple', () => util.parseArgs({ args: ['-a', '1', '-a2', '--a=3'], options: { a: { type: 'string', short: 'a', multiple: true } } }));
  record('legacy checks', () => [util.isArray([]), util.isString('x'), util.isDate(new Date()), util.isError(new Error('x')), util.isRegExp(/x/), util.isObject(null)]);
  record('text coding', () => new util.TextDecoder().decode(new util.TextEncoder().encode('hä')));
  return record.results();
};

function deepEqual(record, util) {
  const pairs = [
    [1, 1], [1, '1'], [NaN, NaN], [0, -0], [{ a: 1 }, { a: 1 }], [{ a: 1 }, { a: 1, b: undefined }], [[1, 2], [1, 2]], [[1, , 3], [1, undefined, 3]], [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])],
    [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])], [new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }])], [new Set([1]), new Set(['1'])], [new Date(1), new Date(1)], [new Date(1), new Date(2)], [/a/g, /a/g], [/a/g, /a/i],
    [new Error('a'), new Error('a')], [new Error('a'), new TypeError('a')], [Object(1), Object(1)], [Object(1), Object(2)], [new Uint8Array([1]), new Uint8Array([1])], [new Uint8Array([1]), new Int8Array([1])], [new Float64Array([0]), new Float64Array([-0])],
    [{ [Symbol.for('a')]: 1 }, { [Symbol.for('a')]: 1 }], [{ [Symbol.for('a')]: 1 }, { [Symbol.for('a')]: 2 }], [new Animal(), new Animal()], [new Animal(), { legs: 4 }], [null, undefined], [null, {}], [[], {}], [() => 1, () => 1], [new ArrayBuffer(1), new ArrayBuffer(1)],
    ['a', 'a'], [Symbol.for('x'), Symbol.for('x')], [Object.create(null), {}], [new Map([[NaN, 1]]), new Map([[NaN, 1]])], [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 2 }] } }], [new WeakMap(), new WeakMap()], [Promise.resolve(), Promise.resolve()],
  ];
  pairs.forEach(([left, right], index) => record(`isDeepStrictEqual ${index}`, () => [util.isDeepStrictEqual(left, right), util.isDeepStrictEqual(right, left)]));
  record('isDeepStrictEqual cycles', () => {
    const make = () => {
      const value = { a: [1] };
      value.self = value;
      value.a.push(value);
      return value;
    };
    return util.isDeepStrictEqual(make(), make());
  });
}

function types(record, util) {
  const samples = { ...values(), promise: Promise.resolve(), view: new DataView(new ArrayBuffer(1)), boxedSymbol: Object(Symbol('x')), big: new BigInt64Array(1), number: 5 };
  const names = ['isAnyArrayBuffer', 'isArgumentsObject', 'isArrayBuffer', 'isArrayBufferView', 'isAsyncFunction', 'isBigInt64Array', 'isBoxedPrimitive', 'isDataView', 'isDate', 'isGeneratorFunction', 'isMap', 'isMapIterator', 'isNativeError', 'isNumberObject', 'isPromise', 'isProxy', 'isRegExp', 'isSet', 'isSetIterator', 'isStringObject', 'isSymbolObject', 'isTypedArray', 'isUint8Array', 'isWeakMap', 'isExternal'];
  for (const name of names) {
    record(`types.${name}`, () => Object.entries(samples).filter(([, value]) => util.types[name](value)).map(([key]) => key));
  }
}
