// Hands the host paths, names and options that are something else each time they are looked at: what is judged must be what is used.
// `OUTSIDE`, `REPORT` and `attempt` come from tests/escape.rs.
const fs = require('fs');
const programs = require('child_process');
const net = require('net');
const http = require('http');
fs.writeFileSync('own.json', '{}');

/** A function that gives one value after the other, then the last one for ever. */
const changing = (...values) => {
  let turn = 0;
  return () => values[Math.min(turn++, values.length - 1)];
};
const isOwn = (yes, otherwise) => {
  if (yes) {
    throw new Error('it was the own file');
  }
  return otherwise;
};

/** Things that stand for a path; `next` gives the harmless path a few times, then the one outside. */
const kinds = {
  text: (next) => ({ toString: next, valueOf: next, [Symbol.toPrimitive]: next }),
  url: (next) => new Proxy(new URL('file:///x'), { get: (target, key) => (key === 'pathname' ? next() : key === 'href' ? `file://${next()}` : Reflect.get(target, key, target)) }),
  likeUrl: (next) => ({ get href() { return `file://${next()}`; }, get pathname() { return next(); }, protocol: 'file:', hostname: '', host: '', search: '', hash: '' }),
  proxiedBytes: (next) => new Proxy(Buffer.from(next().padEnd(OUTSIDE.length, '/')), {
    get(target, key) {
      Buffer.from(OUTSIDE).copy(target);
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  }),
  string: (next) => new (class extends String {
    toString() { return next(); }
    valueOf() { return next(); }
  })('own.json'),
  bytes: (next) => Object.assign(Buffer.from('own.json'), { toString: next, utf8Slice: next }),
};

(async () => {
  for (let looks = 0; looks < 6; looks++) {
    const next = (first, last) => changing(...Array(looks).fill(first), last);
    for (const [kind, make] of Object.entries(kinds)) {
      const path = () => make(next('own.json', OUTSIDE));
      const tried = (name, work) => attempt(`${name} by ${kind}, other after ${looks}`, work);
      await tried('read', () => isOwn(fs.readFileSync(path(), 'utf8') === '{}', 'read'));
      await tried('promise', async () => isOwn((await fs.promises.readFile(path(), 'utf8')) === '{}', 'read'));
      await tried('stat', () => isOwn(fs.statSync(path()).size === 2, 'seen'));
      await tried('copy', () => { fs.copyFileSync(path(), 'copy.json'); return isOwn(fs.readFileSync('copy.json', 'utf8') === '{}', 'copied'); });
      await tried('open', () => { const file = fs.openSync(path(), 'r'); try { return isOwn(fs.fstatSync(file).size === 2, 'opened'); } finally { fs.closeSync(file); } });
      await tried('stream', () => new Promise((resolve, reject) => {
        let text = '';
        fs.createReadStream(path()).on('data', (chunk) => { text += chunk; }).on('error', reject).on('close', () => (text === '{}' ? reject(new Error('own')) : resolve(text)));
      }));
      await tried('require', () => { const text = JSON.stringify(require(path())); return isOwn(text === '{}', text); });
    }
    const flag = next('r', 'w');
    await attempt(`flag after ${looks}`, () => { fs.writeFileSync(OUTSIDE, 'x', { get flag() { return flag(); }, get mode() { return 0o666; } }); return 'written'; });
    const word = next('true', 'cat');
    for (const name of ['execSync', 'spawnSync', 'execFileSync']) {
      await attempt(`${name} after ${looks}`, () => { const result = programs[name](kinds.text(word), [OUTSIDE]); if (result?.error) throw result.error; return 'run'; });
    }
    await attempt(`shell after ${looks}`, () => new Promise((resolve, reject) => programs.spawn('node', [], { get shell() { return word(); }, get cwd() { return word(); } }).on('error', reject).on('spawn', () => resolve('run'))));
    const host = next('localhost', '127.0.0.1');
    const port = next(1, 2);
    const target = { get host() { return host(); }, get hostname() { return host(); }, get port() { return port(); } };
    await attempt(`net after ${looks}`, () => new Promise((resolve, reject) => net.connect(target).on('error', reject).on('connect', () => resolve('connected'))));
    await attempt(`http after ${looks}`, () => new Promise((resolve, reject) => http.get(target).on('error', reject).on('response', () => resolve('answered'))));
    const lookup = (_host, options, done) => done(null, options?.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
    await attempt(`lookup ${looks}`, () => new Promise((resolve, reject) => net.connect({ host: 'allowed.invalid', port: 1, lookup }).on('error', reject).on('connect', () => resolve('connected'))));
  }
  console.log(JSON.stringify(REPORT));
})();
