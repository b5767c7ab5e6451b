const { recorder } = require('./show.cjs');
const { CLOSED_PORT, facts, ports, stable } = require('./ports.cjs');

module.exports = async (load) => {
  const net = load('net');
  const record = recorder();

  const talk = (connect, use) => new Promise((resolve) => {
    const events = [];
    const socket = connect();
    let text = '';
    for (const name of ['lookup', 'connect', 'ready', 'end', 'timeout', 'finish']) {
      socket.on(name, () => events.push(name));
    }
    socket.on('error', (error) => events.push(['error', facts(error)]));
    socket.on('data', (chunk) => { text += chunk; });
    socket.on('close', (hadError) => {
      events.push(['close', hadError]);
      setImmediate(resolve, { events, text: stable(text), read: socket.bytesRead, written: socket.bytesWritten, state: socket.readyState, destroyed: socket.destroyed });
    });
    use?.(socket);
  });
  const echo = () => net.connect(ports.echo, '127.0.0.1');

  record('echo', () => talk(echo, (socket) => socket.end('hello')));
  record('echo of options', () => talk(() => net.createConnection({ host: '127.0.0.1', port: ports.echo }), (socket) => socket.end('hello')));
  record('echo in pieces', () => talk(echo, (socket) => {
    socket.write('a');
    socket.write(Buffer.from('b'));
    socket.write('63', 'hex');
    socket.end('d');
  }));
  record('with a listener', () => talk(() => net.connect(ports.echo, '127.0.0.1', function connected() { this.end('x'); })));
  record('a socket of one\'s own', () => talk(() => new net.Socket().connect(ports.echo, '127.0.0.1'), (socket) => socket.end('own')));
  record('refused', () => talk(() => net.connect(CLOSED_PORT, '127.0.0.1')));
  record('destroyed', () => talk(echo, (socket) => socket.on('connect', () => socket.destroy())));
  record('destroyed early', () => talk(echo, (socket) => socket.destroy()));
  record('destroyed with an error', () => talk(echo, (socket) => socket.on('connect', () => socket.destroy(new Error('mine')))));
  record('timeout', () => talk(echo, (socket) => socket.on('connect', () => socket.setTimeout(30, () => socket.end()))));
  record('own lookup', () => talk(() => net.connect({ host: 'somewhere.example', port: ports.echo, lookup: (host, options, callback) => (options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)) }), (socket) => socket.end('x')));
  record('failing lookup', () => talk(() => net.connect({ host: 'somewhere.example', port: ports.echo, lookup: (host, options, callback) => callback(Object.assign(new Error('no'), { code: 'EOWN' })) })));
  record('signal', () => {
    const controller = new AbortController();
    return talk(() => net.connect({ host: '127.0.0.1', port: ports.echo, signal: controller.signal }), (socket) => socket.on('connect', () => controller.abort()));
  });
  record('where', () => new Promise((resolve) => {
    const socket = echo();
    const before = [socket.connecting, socket.pending, socket.readyState, socket.remoteAddress];
    socket.on('connect', () => {
      resolve([before, socket.connecting, socket.pending, socket.readyState, socket.remoteAddress, stable(String(socket.remotePort)), socket.remoteFamily, socket.localAddress, socket.localFamily, typeof socket.localPort, Object.keys(socket.address()).sort()]);
      socket.destroy();
    });
  }));
  record('async iteration', async () => {
    const socket = echo();
    socket.end('iterate');
    let text = '';
    for await (const chunk of socket) {
      text += chunk;
    }
    return text;
  });
  record('much', async () => {
    const socket = echo();
    socket.end(Buffer.alloc(2_000_000, 'y'));
    let size = 0;
    for await (const chunk of socket) {
      size += chunk.length;
    }
    return size;
  });
  for (const text of ['127.0.0.1', '::1', '1.2.3', '01.2.3.4', '256.0.0.1', '::ffff:1.2.3.4', 'fe80::1%eth0', '', 'localhost', '1::2::3', ':', '127.1']) {
    record(`isIP ${text}`, () => [net.isIP(text), net.isIPv4(text), net.isIPv6(text)]);
  }
  for (const port of [-1, 65536, 'x', 1.5, null, NaN]) {
    record(`refuses port ${port}`, () => {
      try {
        net.connect({ port, host: '127.0.0.1' }).on('error', () => {});
        return 'taken';
      } catch (error) {
        return [error.name, error.code, error.message];
      }
    });
  }
  return record.results();
};
