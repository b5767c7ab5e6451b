const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const crypto = load('crypto');
  const zlib = load('zlib');
  const { promisify } = load('util');
  const record = recorder();
  for (const name of ['md5', 'sha1', 'SHA224', 'sha256', 'sha384', 'sha512', 'sha512-256', 'RSA-SHA256', 'nope', 5]) {
    record(`hash ${name}`, () => [crypto.createHash(name).update('héllo').update(Buffer.from([1])).digest('hex'), crypto.createHash(name).digest('base64'), crypto.createHash(name).update('616263', 'hex').digest()]);
    record(`hmac ${name}`, () => crypto.createHmac(name, 'key').update('data').digest('hex'));
  }
  record('hash copy', () => {
    const hash = crypto.createHash('sha1').update('a');
    const copy = hash.copy();
    return [hash.update('b').digest('hex'), copy.digest('hex')];
  });
  record('digest twice', () => {
    const hash = crypto.createHash('sha1');
    hash.digest();
    return hash.digest();
  });
  record('update with a number', () => crypto.createHash('sha1').update(5));
  record('hmac long key', () => crypto.createHmac('sha256', 'k'.repeat(200)).update('').digest('base64url'));
  record('pbkdf2', () => crypto.pbkdf2Sync('secret', 'salt', 1000, 24, 'sha512').toString('hex'));
  record('pbkdf2 async', () => promisify(crypto.pbkdf2)('secret', Buffer.from('salt'), 10, 16, 'sha1'));
  record('pbkdf2 unknown', () => crypto.pbkdf2Sync('a', 'b', 1, 1, 'nope'));
  record('pbkdf2 iterations', () => crypto.pbkdf2Sync('a', 'b', 0, 1, 'sha1'));
  record('scrypt', () => [crypto.scryptSync('pw', 'salt', 32).toString('hex'), crypto.scryptSync('pw', 'salt', 16, { N: 1024, r: 4, p: 2 }).toString('base64')]);
  record('scrypt async', () => promisify(crypto.scrypt)('pw', 'salt', 16, { cost: 256 }));
  record('random sizes', () => [crypto.randomBytes(0).length, crypto.randomBytes(33).length, crypto.randomFillSync(Buffer.alloc(4)).length, crypto.getRandomValues(new Uint8Array(3)).length, new Set([crypto.randomUUID(), crypto.randomUUID()]).size]);
  record('uuid form', () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()));
  record('random int', () => Array.from({ length: 50 }, () => crypto.randomInt(3, 5)).every((value) => value === 3 || value === 4));
  record('random int wrong', () => crypto.randomInt(5, 3));
  record('random bytes wrong', () => crypto.randomBytes('x'));
  record('random bytes callback', () => promisify(crypto.randomBytes)(5).then((bytes) => bytes.length));
  record('timing safe', () => [crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))]);
  record('timing safe lengths', () => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab')));
  record('hkdf', () => Buffer.from(crypto.hkdfSync('sha256', 'key', 'salt', 'info', 42)).toString('hex'));
  record('web digest', () => crypto.webcrypto.subtle.digest('SHA-256', Buffer.from('a')).then((bytes) => Buffer.from(bytes).toString('hex')));
  for (const name of ['aes-128-cbc', 'aes-256-cbc', 'aes-256-ctr', 'aes-128-gcm', 'aes-256-gcm']) {
    record(`cipher ${name}`, () => {
      const key = Buffer.alloc(Number(name.slice(4, 7)) / 8, 7);
      const iv = Buffer.alloc(name.endsWith('gcm') ? 12 : 16, 9);
      const cipher = crypto.createCipheriv(name, key, iv);
      const text = cipher.update('some text of more than one block', 'utf8', 'hex') + cipher.final('hex');
      const back = crypto.createDecipheriv(name, key, iv);
      if (name.endsWith('gcm')) {
        back.setAuthTag(cipher.getAuthTag());
      }
      return [text, back.update(text, 'hex', 'utf8') + back.final('utf8'), name.endsWith('gcm') && cipher.getAuthTag()];
    });
  }
  record('cipher unknown', () => crypto.createCipheriv('nope', 'k', 'i'));
  record('cipher bad key', () => crypto.createCipheriv('aes-256-cbc', 'short', Buffer.alloc(16)));
  record('cipher bad iv', () => crypto.createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(5)));
  record('hash stream', () => new Promise((resolve, reject) => {
    load('stream').pipeline(load('stream').Readable.from(['a', 'b']), crypto.createHash('md5').setEncoding?.('hex') ?? crypto.createHash('md5'), async (source) => {
      for await (const chunk of source) {
        resolve(chunk.toString('hex').length > 0);
      }
    }, (error) => error && reject(error));
  }));
  compression(record, zlib, promisify, load);
  return record.results();
};

function compression(record, zlib, promisify, load) {
  const text = 'compress me '.repeat(200);
  for (const [pack, unpack] of [['gzip', 'gunzip'], ['deflate', 'inflate'], ['deflateRaw', 'inflateRaw'], ['brotliCompress', 'brotliDecompress'], ['gzip', 'unzip'], ['deflate', 'unzip']]) {
    record(`${pack} then ${unpack}`, () => {
      const packed = zlib[`${pack}Sync`](text);
      return [packed.length < 200, zlib[`${unpack}Sync`](packed).toString() === text, Buffer.isBuffer(packed)];
    });
    record(`${pack} callback`, () => promisify(zlib[pack])(text).then(promisify(zlib[unpack])).then((bytes) => bytes.toString() === text));
    const create = (name) => zlib[`create${name[0].toUpperCase()}${name.slice(1)}`]();
    record(`${pack} stream`, async () => {
      const { Readable } = load('stream');
      const chunks = [];
      for await (const chunk of Readable.from([Buffer.from(text), Buffer.from('end')]).pipe(create(pack)).pipe(create(unpack))) {
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString() === `${text}end`;
    });
    if (!/raw|brotli/i.test(unpack)) {
      record(`${unpack} broken`, () => zlib[`${unpack}Sync`](Buffer.from('not compressed')).length);
    }
    record(`${unpack} cut`, () => zlib[`${unpack}Sync`](zlib[`${pack}Sync`](text).subarray(0, 20)).length);
  }
  record('known gzip', () => zlib.gunzipSync(Buffer.from('H4sIAAAAAAAAA0vOz0tJBQBzU3HQBAAAAA==', 'base64').subarray(0, 0)).length);
  record('wrong input', () => zlib.gzipSync(5));
  record('crc', () => typeof zlib.constants.Z_BEST_COMPRESSION);
}
