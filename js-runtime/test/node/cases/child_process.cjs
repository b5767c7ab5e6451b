const { recorder } = require('./show.cjs');

/** What a user of the module sees of an error; the system's texts are Node's and ours alike. */
const shape = (error) => [error.name, error.message, error.code, error.errno, error.syscall, error.path, error.spawnargs, error.killed, error.signal, error.cmd, error.status];

module.exports = (load) => {
  const child = load('child_process');
  const { promisify } = load('util');
  const { Buffer } = load('buffer');
  const record = recorder();
  const attempt = (work) => {
    try {
      return work();
    } catch (error) {
      return [...shape(error), `${error.stdout}`, `${error.stderr}`, Array.isArray(error.output)];
    }
  };
  const finish = (process) =>
    new Promise((resolve) => {
      const seen = [];
      const all = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr']) {
        process[name]?.on('data', (bytes) => (all[name] += bytes));
      }
      process.on('spawn', () => seen.push('spawn'));
      process.on('error', (error) => seen.push(['error', ...shape(error)]));
      process.on('exit', (code, signal) => seen.push(['exit', code, signal]));
      process.on('close', (code, signal) => resolve([seen, code, signal, all, process.exitCode, process.signalCode, process.killed]));
    });
  record('names', () => Object.keys(child).filter((name) => typeof child[name] === 'function' && !name.startsWith('_')).sort());
  record('execSync', () => [child.execSync('printf hello').toString(), child.execSync('echo $0 $((1+2))', { encoding: 'utf8' }).trim().endsWith('3'), Buffer.isBuffer(child.execSync('true'))]);
  record('execSync input, env, cwd', () => [child.execSync('cat', { input: 'given', encoding: 'utf8' }), child.execSync('echo $A$B', { env: { A: 1, PATH: process.env.PATH }, encoding: 'utf8' }), child.execSync('pwd', { cwd: '/', encoding: 'utf8' })]);
  record('execSync fails', () => attempt(() => child.execSync('echo out; echo bad >&2; exit 3', { stdio: 'pipe' })));
  record('execSync timeout', () => attempt(() => child.execSync('sleep 5', { timeout: 50, stdio: 'pipe' })).slice(0, 6));
  record('execFileSync', () => [child.execFileSync('echo', ['a b', '$HOME'], { encoding: 'utf8' }), attempt(() => child.execFileSync('/nowhere/program', ['x']))]);
  record('spawnSync', () => {
    const { pid, ...result } = child.spawnSync('sh', ['-c', 'echo out; echo err >&2; exit 2'], { encoding: 'utf8' });
    return [typeof pid, result];
  });
  record('spawnSync signal', () => {
    const { status, signal } = child.spawnSync('sh', ['-c', 'kill -9 $$']);
    return [status, signal];
  });
  record('spawnSync missing', () => {
    const result = child.spawnSync('no-such-program', ['x']);
    return [shape(result.error), result.status, result.output, result.stdout, result.pid];
  });
  record('spawnSync too much', () => {
    const result = child.spawnSync('sh', ['-c', 'yes | head -c 100000'], { maxBuffer: 100, encoding: 'utf8' });
    return [result.error?.code, result.error?.syscall, result.stdout.length >= 100];
  });
  record('spawnSync ignore', () => {
    const { stdout, stderr, status } = child.spawnSync('sh', ['-c', 'echo x'], { stdio: 'ignore' });
    return [stdout, stderr, status];
  });
  record('spawnSync shell', () => child.spawnSync('echo', ['$((1+1))', '|', 'cat'], { shell: true, encoding: 'utf8' }).stdout);
  record('spawn', () => finish(child.spawn('sh', ['-c', 'echo out; echo err >&2; exit 4'])));
  record('spawn facts', async () => {
    const process = child.spawn('true', [], { stdio: ['ignore', 'pipe', 'ignore'] });
    const facts = [typeof process.pid, process.stdin, process.stdout !== null, process.stderr, process.spawnfile, process.spawnargs, process.stdio.length, process.connected, process instanceof child.ChildProcess, process instanceof load('events')];
    await finish(process);
    return facts;
  });
  record('spawn input', () => {
    const process = child.spawn('tr', ['a-z', 'A-Z']);
    process.stdin.write('some ');
    process.stdin.end('text');
    return finish(process);
  });
  record('spawn missing', () => finish(child.spawn('no-such-program', ['x'])));
  record('spawn kill', async () => {
    const process = child.spawn('sleep', ['10']);
    const ended = finish(process);
    const killed = [process.kill(0), process.kill('SIGKILL')];
    const result = await ended;
    return [killed, result, process.kill()];
  });
  record('spawn abort', async () => {
    const controller = new AbortController();
    const process = child.spawn('sleep', ['10'], { signal: controller.signal });
    const ended = finish(process);
    controller.abort();
    const [seen, code, signal] = await ended;
    return [seen.filter((one) => one !== 'spawn').map((one) => one.slice(0, 3)), code, signal];
  });
  record('spawn timeout', () => finish(child.spawn('sleep', ['10'], { timeout: 30 })));
  record('exec', () => new Promise((resolve) => child.exec('echo a; echo b >&2', (error, stdout, stderr) => resolve([error, stdout, stderr]))));
  record('exec fails', () => new Promise((resolve) => child.exec('echo a; echo b >&2; exit 5', (error, stdout, stderr) => resolve([...shape(error), stdout, stderr]))));
  record('exec timeout', () => new Promise((resolve) => child.exec('exec sleep 10', { timeout: 30 }, (error) => resolve(shape(error)))));
  record('exec too much', () => new Promise((resolve) => child.exec('yes | head -c 5000', { maxBuffer: 10 }, (error, stdout) => resolve([error.name, error.message, error.code, error.cmd, stdout]))));
  record('exec buffer', () => new Promise((resolve) => child.exec('printf x', { encoding: 'buffer' }, (error, stdout) => resolve([error, Buffer.isBuffer(stdout), stdout.toString()]))));
  record('execFile', () => new Promise((resolve) => child.execFile('printf', ['%s-', 'a', 'b c'], (error, stdout) => resolve([error, stdout]))));
  record('execFile missing', () => new Promise((resolve) => child.execFile('no-such-program', ['x'], (error, stdout, stderr) => resolve([...shape(error), stdout, stderr]))));
  record('promisified', async () => {
    const fine = await promisify(child.exec)('echo fine');
    const failed = await promisify(child.execFile)('sh', ['-c', 'echo out; exit 6']).catch((error) => [...shape(error), error.stdout, error.stderr]);
    return [fine, failed];
  });
  record('arguments', () => [attempt(() => child.spawn('')).slice(0, 3), attempt(() => child.spawn(5)).slice(0, 3), attempt(() => child.exec(undefined)).slice(0, 3), attempt(() => child.spawnSync('true', [], { killSignal: 'SIGNOTHING' })).slice(0, 3)]);
  return record.results();
};
