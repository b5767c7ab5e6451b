const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const { webcrypto, createCipheriv, createDecipheriv } = load('crypto');
  const { Buffer } = load('buffer');
  const { subtle } = webcrypto;
  const record = recorder();
  const hex = (bytes) => Buffer.from(bytes).toString('hex');
  const text = Buffer.from('a text of some length, more than a block');
  const secret = Buffer.alloc(32, 7);
  const importAes = (name, usages = ['encrypt', 'decrypt']) => subtle.importKey('raw', secret, name, true, usages);
  const failure = (promise) => promise.then(() => 'no failure', (error) => [error.name, error instanceof Error]);
  for (const name of ['SHA-1', 'SHA-256', 'sha-384', { name: 'SHA-512' }]) {
    record(`digest ${name.name ?? name}`, async () => hex(await subtle.digest(name, text)));
  }
  record('hmac', async () => {
    const key = await subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
    const signature = await subtle.sign('HMAC', key, text);
    return [hex(signature), await subtle.verify('HMAC', key, signature, text), await subtle.verify('HMAC', key, signature, secret), key.type, key.extractable, key.usages, key.algorithm, await subtle.exportKey('jwk', key), hex(await subtle.exportKey('raw', key))];
  });
  for (const [name, options] of [['AES-CBC', { iv: Buffer.alloc(16, 1) }], ['AES-GCM', { iv: Buffer.alloc(12, 1), additionalData: Buffer.from('x') }], ['AES-CTR', { counter: Buffer.alloc(16, 1), length: 128 }]]) {
    record(name, async () => {
      const key = await importAes(name);
      const sealed = await subtle.encrypt({ name, ...options }, key, text);
      return [hex(sealed), Buffer.from(await subtle.decrypt({ name, ...options }, key, sealed)).toString(), key.algorithm, (await subtle.exportKey('jwk', key)).alg];
    });
  }
  record('tampered', async () => {
    const key = await importAes('AES-GCM');
    const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: Buffer.alloc(12) }, key, text));
    sealed[0] ^= 1;
    return failure(subtle.decrypt({ name: 'AES-GCM', iv: Buffer.alloc(12) }, key, sealed));
  });
  record('generated', async () => {
    const aes = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
    const hmac = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign']);
    return [aes.algorithm, hmac.algorithm, (await subtle.exportKey('raw', aes)).byteLength];
  });
  record('derived', async () => {
    const key = await subtle.importKey('raw', Buffer.from('password'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from('salt'), iterations: 10 };
    const derived = await subtle.deriveKey(how, key, { name: 'AES-CBC', length: 256 }, true, ['encrypt']);
    const hkdf = await subtle.importKey('raw', Buffer.from('input'), 'HKDF', false, ['deriveBits']);
    return [hex(await subtle.deriveBits(how, key, 128)), hex(await subtle.exportKey('raw', derived)), hex(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: Buffer.alloc(4), info: Buffer.alloc(0) }, hkdf, 256))];
  });
  record('wrapped', async () => {
    const wrapping = await importAes('AES-GCM', ['wrapKey', 'unwrapKey']);
    const key = await subtle.importKey('raw', Buffer.alloc(16, 3), 'AES-CBC', true, ['encrypt']);
    const how = { name: 'AES-GCM', iv: Buffer.alloc(12) };
    const wrapped = await subtle.wrapKey('raw', key, wrapping, how);
    const again = await subtle.unwrapKey('raw', wrapped, wrapping, how, 'AES-CBC', true, ['encrypt']);
    return [hex(wrapped), hex(await subtle.exportKey('raw', again))];
  });
  record('refusals', async () => {
    const key = await subtle.importKey('raw', secret, 'AES-CBC', false, ['encrypt']);
    return [
      await failure(subtle.exportKey('raw', key)),
      await failure(subtle.decrypt({ name: 'AES-CBC', iv: Buffer.alloc(16) }, key, text)),
      await failure(subtle.importKey('raw', Buffer.alloc(5), 'AES-CBC', true, ['encrypt'])),
      await failure(subtle.importKey('raw', secret, 'AES-CBC', true, ['sign'])),
      await failure(subtle.digest('MD5', text)),
    ];
  });
  for (const name of ['aes-128-ecb', 'aes-192-ecb', 'aes-256-ecb']) {
    record(name, () => {
      const key = Buffer.alloc(Number(name.slice(4, 7)) / 8, 9);
      const cipher = createCipheriv(name, key, null);
      const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
      const decipher = createDecipheriv(name, key, null);
      const opened = Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
      const whole = createCipheriv(name, key, '').setAutoPadding(false);
      return [hex(sealed), opened, hex(Buffer.concat([whole.update(Buffer.alloc(32)), whole.final()]))];
    });
  }
  return record.results();
};
