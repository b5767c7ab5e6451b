const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const assert = load('assert');
  const record = recorder();
  const fails = {
    'strictEqual numbers': () => assert.strictEqual(1, 2),
    'strictEqual types': () => assert.strictEqual(1, '1'),
    'strictEqual long': () => assert.strictEqual('aaaaaaaaaaaaaaaa', 'aaaaaaabbbbbbbbb'),
    'strictEqual objects': () => assert.strictEqual({ a: 1 }, { a: 1 }),
    'strictEqual lines': () => assert.strictEqual('a\nb\nc', 'a\nx\nc'),
    'deepStrictEqual object': () => assert.deepStrictEqual({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }),
    'deepStrictEqual array': () => assert.deepStrictEqual([1, 2, 3], [1, 2, 4]),
    'deepStrictEqual missing': () => assert.deepStrictEqual({ a: 1 }, { a: 1, b: 2 }),
    'deepStrictEqual prototype': () => assert.deepStrictEqual([1], { 0: 1 }),
    'deepEqual': () => assert.deepEqual({ a: 1 }, { a: 2 }),
    'notStrictEqual': () => assert.notStrictEqual(1, 1),
    'notDeepStrictEqual': () => assert.notDeepStrictEqual({ a: 1 }, { a: 1 }),
    'notDeepEqual': () => assert.notDeepEqual([1], [1]),
    'equal': () => assert.equal(1, 2),
    'notEqual': () => assert.notEqual(1, 1),
    'ok with message': () => assert.ok(false, 'because'),
    'ok with error': () => assert.ok(0, new RangeError('own')),
    'fail': () => assert.fail(),
    'fail message': () => assert.fail('text'),
    'throws nothing': () => assert.throws(() => {}),
    'throws nothing named': () => assert.throws(() => {}, TypeError, 'said'),
    'throws wrong pattern': () => assert.throws(() => { throw new Error('abc'); }, /xyz/),
    'throws wrong object': () => assert.throws(() => { throw new Error('abc'); }, { message: 'abd' }),
    'throws wrong class': () => assert.throws(() => { throw new Error('abc'); }, TypeError),
    'throws no function': () => assert.throws('x'),
    'doesNotThrow': () => assert.doesNotThrow(() => { throw new Error('abc'); }),
    'doesNotThrow message': () => assert.doesNotThrow(() => { throw new Error('abc'); }, 'said'),
    'rejects nothing': () => assert.rejects(Promise.resolve(1)),
    'rejects wrong': () => assert.rejects(Promise.reject(new Error('a')), /b/),
    'doesNotReject': () => assert.doesNotReject(Promise.reject(new Error('a'))),
    'ifError': () => assert.ifError(new Error('bad')),
    'ifError text': () => assert.ifError('bad'),
    'match': () => assert.match('abc', /x/),
    'match no text': () => assert.match(5, /x/),
    'doesNotMatch': () => assert.doesNotMatch('abc', /a/),
    'missing argument': () => assert.equal(1),
    'strict equal': () => assert.strict.equal(1, '1'),
    'own message': () => assert.notStrictEqual(1, 1, 'own words'),
  };
  for (const [name, work] of Object.entries(fails)) {
    record(name, work);
    record(`${name} details`, () => {
      try {
        work()?.catch(() => {});
      } catch (error) {
        return [error.name, error.code, error.generatedMessage, error.operator, error.actual, error.expected, error.toString()];
      }
      return undefined;
    });
  }
  const passes = {
    'loose': () => assert.equal(1, '1'),
    'deep loose': () => assert.deepEqual({ a: 1 }, { a: '1' }),
    'same': () => assert.strictEqual(NaN, NaN),
    'throws class': () => assert.throws(() => { throw new TypeError('x'); }, TypeError),
    'throws check': () => assert.throws(() => { throw new TypeError('x'); }, (error) => error.message === 'x'),
    'throws object': () => assert.throws(() => { throw Object.assign(new Error('x'), { code: 5 }); }, { name: 'Error', message: /x/, code: 5 }),
    'rejects': () => assert.rejects(async () => { throw new Error('x'); }, /x/),
    'plain call': () => assert(true),
    'strict is itself': () => [assert.strict.strict === assert.strict, load('assert/strict') === assert.strict, assert.AssertionError.name],
  };
  for (const [name, work] of Object.entries(passes)) {
    record(name, work);
  }
  return record.results();
};
