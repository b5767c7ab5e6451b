const { recorder } = require('./show.cjs');

const ENCODINGS = ['utf8', 'UTF-8', 'latin1', 'binary', 'ascii', 'hex', 'base64', 'base64url', 'ucs2', 'utf16le', 'nope', '', undefined];
const TEXTS = ['', 'a', 'hällo wörld', '€', '😀x', '\ud800', 'a\udc00b', '616263', '6', 'zz', 'YWJj', 'YQ==Yg==', 'Y W\nI=', 'a-_+/', '\u00ff\u0100', '\ufeffbom'];

module.exports = (load) => {
  const { Buffer } = load('buffer');
  const util = load('util');
  const record = recorder();
  for (const text of TEXTS) {
    for (const encoding of ENCODINGS) {
      record(`from ${JSON.stringify(text)} ${encoding}`, () => Buffer.from(text, encoding));
      record(`byteLength ${JSON.stringify(text)} ${encoding}`, () => Buffer.byteLength(text, encoding));
      record(`write ${JSON.stringify(text)} ${encoding}`, () => {
        const target = Buffer.alloc(5);
        return [target.write(text, 1, encoding), target, target.write(text, 0, 3, encoding), target];
      });
    }
  }
  const bytes = Buffer.from([0, 1, 0x61, 0x80, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xff, 0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82]);
  for (const encoding of ENCODINGS) {
    record(`toString ${encoding}`, () => [bytes.toString(encoding), bytes.toString(encoding, 2), bytes.toString(encoding, 2, 5), bytes.toString(encoding, -1, 100), bytes.toString(encoding, 5, 2)]);
    record(`isEncoding ${encoding}`, () => Buffer.isEncoding(encoding));
  }
  record('from', () => [Buffer.from([1, 256, -1, 1.7, '3', 'x']), Buffer.from(new Uint8Array([1, 2])), Buffer.from(new ArrayBuffer(3)), Buffer.from({ length: 2, 0: 5, 1: 6 }), Buffer.from(Buffer.from('x').toJSON()), Buffer.from(new String('abc')), Buffer.from({ [Symbol.toPrimitive]: () => 'prim' }), Buffer.from(new Uint16Array([1, 500]))]);
  for (const wrong of [5, null, undefined, true, {}, () => 1, Symbol('x'), 5n]) {
    record(`from ${String(wrong)}`, () => Buffer.from(wrong));
    record(`alloc ${String(wrong)}`, () => Buffer.alloc(wrong));
    record(`concat ${String(wrong)}`, () => Buffer.concat([wrong]));
    record(`equals ${String(wrong)}`, () => bytes.equals(wrong));
    record(`indexOf ${String(wrong)}`, () => bytes.indexOf(wrong));
    record(`byteLength ${String(wrong)}`, () => Buffer.byteLength(wrong));
  }
  record('array buffer views share memory', () => {
    const memory = new ArrayBuffer(8);
    const view = Buffer.from(memory, 2, 3);
    view[0] = 9;
    return [new Uint8Array(memory), view.byteOffset, view.length];
  });
  record('from array buffer out of bounds', () => Buffer.from(new ArrayBuffer(4), 5));
  record('from array buffer too long', () => Buffer.from(new ArrayBuffer(4), 2, 5));
  record('alloc', () => [Buffer.alloc(3), Buffer.alloc(5, 'ab'), Buffer.alloc(4, 'YQ==', 'base64'), Buffer.alloc(3, 257), Buffer.alloc(4, Buffer.from([1, 2]))]);
  record('alloc negative', () => Buffer.alloc(-1));
  record('alloc with empty buffer', () => Buffer.alloc(3, Buffer.alloc(0)));
  record('concat', () => [Buffer.concat([]), Buffer.concat([Buffer.from('ab'), new Uint8Array([1])]), Buffer.concat([Buffer.from('abc')], 2), Buffer.concat([Buffer.from('a')], 3)]);
  record('concat no list', () => Buffer.concat('x'));
  record('compare', () => [Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.compare(Buffer.from('b'), Buffer.from('a')), Buffer.compare(Buffer.from('a'), Buffer.from('ab')), Buffer.from('xabc').compare(Buffer.from('abc'), 0, 3, 1)]);
  record('slice shares memory', () => {
    const all = Buffer.from('abcdef');
    const part = all.slice(1, -1);
    part[0] = 0x7a;
    return [all, part, all.subarray(-2), all.slice(4, 2), all.subarray('1', '3'), part instanceof Buffer];
  });
  record('species', () => [bytes.map((byte) => byte + 1) instanceof Buffer, bytes.filter((byte) => byte > 100) instanceof Buffer]);
  record('copy', () => {
    const target = Buffer.alloc(5);
    return [Buffer.from('hello').copy(target, 1, 1, 4), target, Buffer.from('hello').copy(target, 3), target, Buffer.from('x').copy(target, 9)];
  });
  record('copy out of range', () => Buffer.from('hello').copy(Buffer.alloc(2), 0, 9));
  record('fill', () => [Buffer.alloc(5).fill('ab'), Buffer.alloc(5).fill('€'), Buffer.alloc(5).fill(1, 2), Buffer.alloc(5).fill('x', 1, 3), Buffer.alloc(4).fill('6162', 'hex'), Buffer.alloc(2).fill(''), Buffer.alloc(4).fill('zz', 0, 4, 'latin1')]);
  record('fill bad encoding', () => Buffer.alloc(2).fill('a', 'nope'));
  record('fill out of range', () => Buffer.alloc(2).fill('a', 5));
  record('indexOf', () => {
    const text = Buffer.from('abcabcäabc');
    return [text.indexOf('abc'), text.indexOf('abc', 1), text.indexOf('abc', -3), text.lastIndexOf('abc'), text.lastIndexOf('abc', 5), text.lastIndexOf('abc', -1), text.indexOf('ä'), text.indexOf(''), text.indexOf('', 5), text.indexOf('', 99), text.indexOf(98), text.indexOf(Buffer.from('ca')), text.includes('zz'), text.indexOf('6263', 'hex'), text.lastIndexOf(97), text.indexOf('x', NaN), text.lastIndexOf('a', undefined), text.lastIndexOf('b', null), text.indexOf(99.9), text.indexOf('abc', {}), Buffer.from('a\0b\0', 'latin1').indexOf('b', 0, 'utf16le'), text.lastIndexOf('')];
  });
  record('swap', () => [Buffer.from([1, 2, 3, 4]).swap16(), Buffer.from([1, 2, 3, 4]).swap32(), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]).swap64()]);
  record('swap odd', () => Buffer.from([1]).swap16());
  record('json', () => [JSON.stringify(Buffer.from('ab')), Buffer.from('ab').toJSON()]);
  record('inspect', () => [util.inspect(Buffer.from('ab')), util.inspect(Buffer.alloc(60)), util.inspect({ a: Buffer.alloc(2) }), util.inspect(Buffer.alloc(0)), util.inspect(Object.assign(Buffer.from('a'), { extra: 1 }))]);
  record('isBuffer', () => [Buffer.isBuffer(bytes), Buffer.isBuffer(new Uint8Array(1)), Buffer.isBuffer('x')]);
  record('legacy constructor', () => [Buffer('ab'), new Buffer(3), new Buffer([1]), Buffer(2) instanceof Uint8Array]);
  record('transcode', () => load('buffer').transcode(Buffer.from('€'), 'utf8', 'utf16le'));
  record('iterate', () => [[...Buffer.from('ab').entries()], [...Buffer.from('ab').keys()], [...Buffer.from('ab').values()]]);
  record('latin helpers', () => [bytes.latin1Slice(0, 3), bytes.hexSlice(), bytes.utf8Slice(4, 6)]);
  numbers(record, Buffer);
  return record.results();
};

function numbers(record, Buffer) {
  const source = Buffer.from([0x81, 0x02, 0xff, 0x7f, 0x00, 0x80, 0x3f, 0x9a, 0x12]);
  const kinds = Object.getOwnPropertyNames(Buffer.prototype).filter((name) => /^(read|write)(U?[Ii]nt|Float|Double|Big)/.test(name)).sort();
  record('number methods', () => kinds);
  for (const name of kinds) {
    const wide = /^(read|write)(UInt|Uint|Int)[LB]E$/.test(name);
    if (name.startsWith('read')) {
      for (const args of wide ? [[0, 3], [1, 6], [2, 1], [0, 7], [undefined, 2], [8, 2]] : [[], [0], [1], [8], [-1], [1.5], ['1'], [99]]) {
        record(`${name}(${args})`, () => source[name](...args));
      }
    } else {
      const values = name.includes('Big') ? [0n, 1n, -1n, 2n ** 63n, 2n ** 64n, 5] : [0, 1, -1, 200, 40000, 70000, 2 ** 31, 2 ** 32, -129, 1.5, NaN, '7', undefined];
      for (const value of values) {
        for (const rest of wide ? [[0, 3], [1, 6]] : [[], [1], [9]]) {
          record(`${name}(${String(value)},${rest})`, () => {
            const target = Buffer.alloc(9);
            return [target[name](value, ...rest), target];
          });
        }
      }
    }
  }
}
