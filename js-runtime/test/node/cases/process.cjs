const { recorder } = require('./show.cjs');

module.exports = (load) => {
  const process = load('process');
  const os = load('os');
  const record = recorder();
  record('same object', () => process === globalThis.process);
  record('facts', () => [process.platform, process.arch, process.pid > 0, process.ppid > 0, process.cwd() === require('path').resolve('.'), process.version.startsWith('v20.'), typeof process.versions.node, process.release.name, process.getuid(), Object.prototype.toString.call(process)]);
  record('environment', () => {
    process.env.MMK_CASE = 5;
    const seen = [process.env.MMK_CASE, 'MMK_CASE' in process.env, Object.keys(process.env).includes('MMK_CASE'), process.env.PATH === process.env['PATH'], process.env.NOT_THERE];
    delete process.env.MMK_CASE;
    return [...seen, process.env.MMK_CASE, Object.keys(process.env).includes('MMK_CASE'), { ...process.env }.PATH === process.env.PATH];
  });
  record('clock', () => {
    const start = process.hrtime();
    const difference = process.hrtime(start);
    return [Array.isArray(start), difference[0] === 0, typeof process.hrtime.bigint(), process.uptime() > 0, performance.now() > 0];
  });
  record('memory', () => [Object.keys(process.memoryUsage()), process.memoryUsage().rss > 1e6, process.memoryUsage.rss() > 1e6, Object.keys(process.cpuUsage())]);
  record('exit code', () => {
    process.exitCode = 3;
    const seen = process.exitCode;
    process.exitCode = undefined;
    return seen;
  });
  record('exit code wrong', () => {
    process.exitCode = 'x';
  });
  record('events', () => {
    const seen = [];
    const listener = () => seen.push('called');
    process.on('custom', listener);
    process.emit('custom');
    process.off('custom', listener);
    process.emit('custom');
    return seen;
  });
  record('ticks', () => new Promise((resolve) => process.nextTick((a, b) => resolve(a + b), 1, 2)));
  record('tick wrong', () => process.nextTick('x'));
  record('warning', () => new Promise((resolve) => {
    process.once('warning', (warning) => resolve([warning.name, warning.message, warning.code]));
    process.emitWarning('careful', 'CaseWarning', 'C1');
  }));
  record('streams', () => [typeof process.stdout.write, process.stdout.fd, process.stderr.fd, process.stdout.writable, typeof process.stdin.on]);
  record('umask', () => typeof process.umask());
  record('os', () => [os.EOL, os.platform(), os.arch(), os.type(), os.release(), os.hostname(), os.homedir(), os.tmpdir(), os.endianness(), os.cpus().length > 0, os.totalmem() > 1e6, os.freemem() > 0, os.uptime() > 0, os.loadavg().length, os.userInfo().username, os.userInfo().uid, os.constants.signals.SIGTERM, os.constants.errno.ENOENT, `${os.platform}`]);
  record('modules that only load', () => ['child_process', 'http', 'https', 'net', 'tls', 'dns', 'cluster', 'worker_threads', 'http2', 'dgram', 'inspector', 'vm', 'v8', 'tty', 'repl', 'domain', 'punycode', 'constants', 'perf_hooks', 'diagnostics_channel'].map((name) => typeof load(name)));
  record('prefix', () => load('node:fs') === load('fs'));
  record('net checks', () => ['1.2.3.4', '::1', '256.1.1.1', 'x', '1.2.3'].map((text) => load('net').isIP(text)));
  record('channels', () => {
    const seen = [];
    const channel = load('diagnostics_channel').channel('case');
    channel.subscribe((message, name) => seen.push([message, name]));
    channel.publish({ a: 1 });
    return [seen, channel.hasSubscribers];
  });
  record('serialize', () => load('v8').deserialize(load('v8').serialize({ a: [1, new Date(0), new Map([[1, 2]])] })));
  record('globals', () => ['global', 'Buffer', 'process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask', 'structuredClone', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'AbortController', 'AbortSignal', 'Event', 'EventTarget', 'performance', 'crypto', 'atob', 'btoa', 'Blob', 'ReadableStream', 'DOMException', 'MessageChannel', 'fetch'].map((name) => typeof globalThis[name]));
  record('global keys', () => ['setTimeout', 'console', 'structuredClone', 'Buffer', 'atob', 'URL'].map((name) => Object.keys(globalThis).includes(name)));
  record('structured clone', () => {
    const source = { a: new Date(0), b: new Map([[1, { c: 2 }]]), d: new Uint8Array([1]) };
    source.self = source;
    const copy = structuredClone(source);
    return [copy.a, copy.b.get(1), copy.self === copy, copy.d];
  });
  record('clone function', () => structuredClone(() => 1));
  record('base64', () => [btoa('abc'), atob('YWJj')]);
  record('abort', () => {
    const controller = new AbortController();
    const seen = [];
    controller.signal.addEventListener('abort', () => seen.push(controller.signal.reason.name));
    controller.abort();
    return [seen, controller.signal.aborted, AbortSignal.abort('why').reason];
  });
  record('abort timeout', () => new Promise((resolve) => AbortSignal.timeout(1).addEventListener('abort', (event) => resolve(event.target.reason.name))));
  record('blob', () => new Blob(['ab', new Uint8Array([99])]).text());
  record('user globals', () => {
    globalThis.caseValue = 1;
    global.fetchStandIn = 2;
    const seen = [caseValue, fetchStandIn];
    delete globalThis.caseValue;
    delete globalThis.fetchStandIn;
    return seen;
  });
  return record.results();
};
