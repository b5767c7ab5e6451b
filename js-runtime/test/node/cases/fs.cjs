const { recorder } = require('./show.cjs');

module.exports = async (load) => {
  const fs = load('fs');
  const path = load('path');
  const { promisify } = load('util');
  const record = recorder();
  const root = fs.mkdtempSync(path.join(__dirname, 'tmp-'));
  const clean = (text) => text.replaceAll(root, '<root>').replaceAll(path.basename(root), '<name>');
  const at = (...names) => path.join(root, ...names);
  try {
    await files(record, fs, at, promisify, load);
    return Object.fromEntries(Object.entries(await record.results()).map(([label, text]) => [label, clean(text)]));
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
};

async function files(record, fs, at, promisify, load) {
  const settled = async (label, work) => {
    record(label, work);
    await record.results();
  };
  await settled('write and read', () => {
    fs.writeFileSync(at('a.txt'), 'hällo');
    fs.appendFileSync(at('a.txt'), ' more');
    return [fs.readFileSync(at('a.txt'), 'utf8'), fs.readFileSync(at('a.txt')), fs.readFileSync(at('a.txt'), { encoding: 'hex' }), fs.existsSync(at('a.txt')), fs.existsSync(at('b.txt'))];
  });
  await settled('append with options', async () => {
    fs.appendFileSync(at('append.txt'), '1', 'utf8');
    fs.appendFileSync(at('append.txt'), '2', { encoding: 'utf8' });
    await fs.promises.appendFile(at('append.txt'), '3', 'utf8');
    return fs.readFileSync(at('append.txt'), 'utf8');
  });
  for (const [name, work] of Object.entries({
    missing: () => fs.readFileSync(at('none')), folder: () => fs.readFileSync(at('.')), 'write in missing folder': () => fs.writeFileSync(at('x/y'), ''), 'exclusive': () => fs.writeFileSync(at('a.txt'), '', { flag: 'wx' }),
    'mkdir twice': () => fs.mkdirSync(at('.')), 'rmdir missing': () => fs.rmdirSync(at('none')), 'unlink missing': () => fs.unlinkSync(at('none')), 'unlink folder': () => fs.unlinkSync(at('.')), 'rename missing': () => fs.renameSync(at('none'), at('other')),
    'stat missing': () => fs.statSync(at('none')), 'lstat missing quietly': () => fs.lstatSync(at('none'), { throwIfNoEntry: false }), 'readdir missing': () => fs.readdirSync(at('none')), 'readdir file': () => fs.readdirSync(at('a.txt')),
    'rm missing': () => fs.rmSync(at('none')), 'rm folder': () => fs.rmSync(at('.')), 'copy missing': () => fs.copyFileSync(at('none'), at('c')), 'access missing': () => fs.accessSync(at('none')), 'realpath missing': () => fs.realpathSync(at('none')), 'readlink file': () => fs.readlinkSync(at('a.txt')),
    'wrong path': () => fs.readFileSync(undefined), 'wrong data': () => fs.writeFileSync(at('w'), 5), 'wrong encoding': () => fs.readFileSync(at('a.txt'), 'nope'), 'null byte': () => fs.readFileSync('a\0b'), 'bad descriptor': () => fs.readSync(99999, Buffer.alloc(1)),
    'wrong flag': () => fs.openSync(at('a.txt'), 'zz'), 'no callback': () => fs.readFile(at('a.txt')),
  })) {
    await settled(`error ${name}`, work);
    await settled(`error fields ${name}`, () => {
      try {
        return work();
      } catch (error) {
        return { errno: error.errno, syscall: error.syscall, path: error.path, dest: error.dest };
      }
    });
  }
  await settled('promise error', () => fs.promises.readFile(at('none')));
  await settled('callback error', () => promisify(fs.stat)(at('none')));
  await settled('folders', () => {
    const made = fs.mkdirSync(at('d/e/f'), { recursive: true });
    fs.writeFileSync(at('d/one'), '1');
    fs.writeFileSync(at('d/e/two'), '2');
    fs.symlinkSync('one', at('d/link'));
    return [made, fs.mkdirSync(at('d/e'), { recursive: true }), fs.readdirSync(at('d')), fs.readdirSync(at('d'), { recursive: true }).sort(), fs.readdirSync(at('d'), { withFileTypes: true }).map((entry) => [entry.name, entry.isFile(), entry.isDirectory(), entry.isSymbolicLink(), entry.parentPath]), fs.readlinkSync(at('d/link')), fs.realpathSync(at('d/link'))];
  });
  await settled('stat', () => {
    const stats = fs.statSync(at('d/one'));
    return [stats.isFile(), stats.isDirectory(), stats.size, stats.mtime instanceof Date, stats.mtimeMs > 1e12, fs.lstatSync(at('d/link')).isSymbolicLink(), Object.keys(stats), typeof fs.statSync(at('d'), { bigint: true }).size];
  });
  await settled('change', () => {
    fs.chmodSync(at('d/one'), 0o600);
    fs.utimesSync(at('d/one'), 1000, new Date(2000000));
    fs.truncateSync(at('a.txt'), 2);
    fs.copyFileSync(at('d/one'), at('copy'));
    fs.renameSync(at('copy'), at('moved'));
    fs.cpSync(at('d'), at('d2'), { recursive: true });
    return [(fs.statSync(at('d/one')).mode & 0o777).toString(8), fs.statSync(at('d/one')).mtimeMs, fs.readFileSync(at('a.txt')), fs.readFileSync(at('moved'), 'utf8'), fs.readdirSync(at('d2'))];
  });
  await settled('copy exclusive', () => fs.copyFileSync(at('d/one'), at('moved'), fs.constants.COPYFILE_EXCL));
  await settled('descriptors', () => {
    const fd = fs.openSync(at('fd'), 'w+');
    const written = [fs.writeSync(fd, 'abcdef'), fs.writeSync(fd, Buffer.from('XY'), 0, 2, 1), fs.writeSync(fd, 'Z', 5)];
    const target = Buffer.alloc(4);
    const read = [fs.readSync(fd, target, 0, 4, 0), target.toString(), fs.readSync(fd, target, { position: 4 }), fs.fstatSync(fd).size];
    fs.ftruncateSync(fd, 3);
    fs.closeSync(fd);
    return [written, read, fs.readFileSync(at('fd'), 'utf8')];
  });
  await settled('promises', async () => {
    const promises = load('fs/promises');
    await promises.writeFile(at('p'), 'text');
    await promises.appendFile(at('p'), Buffer.from('!'));
    const handle = await promises.open(at('p'), 'r+');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(3), 0, 3, 0);
    await handle.write('T', 0);
    const size = (await handle.stat()).size;
    await handle.close();
    await promises.rm(at('p2'), { force: true });
    return [bytesRead, buffer, size, await promises.readFile(at('p'), 'utf8'), (await promises.readdir(at('d'))).length, await promises.access(at('p')), await promises.mkdir(at('pd')), await promises.rmdir(at('pd')), await promises.unlink(at('p'))];
  });
  await settled('callbacks', async () => {
    await promisify(fs.writeFile)(at('cb'), 'x');
    const text = await promisify(fs.readFile)(at('cb'), 'utf8');
    const { bytesRead } = await promisify(fs.read)(fs.openSync(at('cb')), Buffer.alloc(5), 0, 5, 0);
    return [text, bytesRead, await promisify(fs.exists)(at('cb')), await promisify(fs.exists)(at('none'))];
  });
  await settled('streams', async () => {
    const { pipeline } = load('stream/promises');
    const { Readable } = load('stream');
    await pipeline(Readable.from(['line 1\n', 'line 2\n']), fs.createWriteStream(at('s')));
    const part = [];
    for await (const chunk of fs.createReadStream(at('s'), { start: 2, end: 7, encoding: 'utf8', highWaterMark: 4 })) {
      part.push(chunk);
    }
    const appended = fs.createWriteStream(at('s'), { flags: 'a' });
    appended.write('more');
    await new Promise((resolve) => appended.end(resolve));
    return [part, fs.readFileSync(at('s'), 'utf8'), appended.bytesWritten, appended.path.endsWith('/s')];
  });
  await settled('stream of missing file', () => new Promise((resolve) => fs.createReadStream(at('none')).on('error', resolve)));
  await settled('remove', () => {
    fs.rmSync(at('d2'), { recursive: true });
    fs.rmSync(at('none'), { force: true });
    fs.unlinkSync(at('d/link'));
    return [fs.existsSync(at('d2')), fs.readdirSync(at('d'))];
  });
}
