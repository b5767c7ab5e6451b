const { recorder } = require('./show.cjs');

module.exports = async (load) => {
  const http = load('http');
  const net = load('net');
  const record = recorder();

  /** Serves one exchange over the runtime's own server and client. */
  const serve = (handler, use) => new Promise((resolve, reject) => {
    const server = http.createServer(handler);
    server.listen(0, '127.0.0.1', async () => {
      try {
        resolve(await use(server.address().port, server));
      } catch (error) {
        reject(error);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
  });
  /** What goes over the wire. */
  const raw = (port, text) => new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let all = '';
    socket.on('data', (chunk) => { all += chunk; });
    socket.on('close', () => resolve(all.replace(/Date: [^\r]*/g, 'Date: D')));
    socket.end(text);
  });
  const GET = 'GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';

  record('plain', () => serve((req, res) => res.end('hello'), (port) => raw(port, GET)));
  record('in pieces', () => serve((req, res) => {
    res.write('a');
    res.end('b');
  }, (port) => raw(port, GET)));
  record('own status', () => serve((req, res) => res.writeHead(404, { 'x-a': ['1', '2'] }).end('no'), (port) => raw(port, GET)));
  record('empty', () => serve((req, res) => res.end(), (port) => raw(port, GET)));
  record('no content', () => serve((req, res) => res.writeHead(204).end(), (port) => raw(port, GET)));
  record('head', () => serve((req, res) => res.end('hello'), (port) => raw(port, GET.replace('GET', 'HEAD'))));
  record('old client', () => serve((req, res) => res.end('hello'), (port) => raw(port, 'GET / HTTP/1.0\r\n\r\n')));
  record('two in one', () => serve((req, res) => res.end(req.url), (port) => raw(port, `GET /1 HTTP/1.1\r\nHost: h\r\n\r\n${GET}`)));
  record('bad request', () => serve((req, res) => res.end('no'), (port) => raw(port, 'nonsense\r\n\r\n')));
  record('body', () => serve((req, res) => {
    let text = '';
    req.on('data', (chunk) => { text += chunk; });
    req.on('end', () => res.end(text.toUpperCase()));
  }, (port) => raw(port, 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc')));
  record('fetch from it', () => serve((req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ url: req.url, method: req.method }));
  }, async (port) => (await fetch(`http://127.0.0.1:${port}/here`)).json()));
  record('close', () => new Promise((resolve) => {
    const server = net.createServer();
    const events = [];
    server.on('listening', () => events.push('listening'));
    server.on('close', () => {
      events.push('close');
      resolve([events, server.listening, server.address()]);
    });
    server.listen(0, '127.0.0.1', () => {
      events.push([server.listening, server.address().address, server.address().family]);
      server.close();
    });
  }));
  record('in use', () => new Promise((resolve) => {
    const first = net.createServer().listen(0, '127.0.0.1', () => {
      const second = net.createServer().listen(first.address().port, '127.0.0.1');
      second.on('error', (error) => {
        first.close();
        resolve([error.code, error.syscall, error.address]);
      });
    });
  }));
  return record.results();
};
