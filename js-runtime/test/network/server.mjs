/** The server that the network cases talk to: real Node. Prints its ports as one line of JSON and lives until its stdin ends. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import zlib from 'node:zlib';

const file = (name) => readFileSync(new URL(name, import.meta.url));

/** The connections that requests came over, numbered, to see whether one was used again. */
const connections = new WeakMap();
let connectionCount = 0;

function connectionNumber(socket) {
  if (!connections.has(socket)) {
    connections.set(socket, (connectionCount += 1));
  }
  return connections.get(socket);
}

/** How often each path was asked for. */
const counts = {};

const ROUTES = {
  '/count': (req, res) => res.end(String(counts[req.url.split('?')[1]] ?? 0)),
  '/counted': (req, res) => res.end('counted'),
  '/echo': (req, res, body) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ method: req.method, url: req.url, raw: withoutPort(req.rawHeaders), body: body.toString('latin1'), trailers: req.trailers }));
  },
  '/connection': (req, res) => res.end(String(connectionNumber(req.socket))),
  '/close': (req, res) => {
    res.setHeader('connection', 'close');
    res.end(String(connectionNumber(req.socket)));
  },
  '/raw-end': (req) => req.socket.end('HTTP/1.1 200 OK\r\nX-Kind: raw\r\n\r\nuntil the end'),
  '/never': () => {},
  '/reset': (req) => req.socket.destroy(),
  '/garbage': (req) => req.socket.end('this is no HTTP\r\n\r\n'),
  '/cut': (req, res) => {
    res.writeHead(200, { 'content-length': 100 });
    res.write('only this', () => res.destroy());
  },
  '/big': (req, res) => res.end(Buffer.alloc(3_000_000, 'x')),
  '/piece': (req, res) => res.end(Buffer.alloc(40_000, 'x')),
  '/slow-body': (req, res) => {
    res.write('first');
    setTimeout(() => res.end('second'), 50);
  },
  '/trailers': (req, res) => {
    res.writeHead(200, { trailer: 'x-sum' });
    res.write('body');
    res.addTrailers({ 'x-sum': '42' });
    res.end();
  },
  '/headers': (req, res) => {
    res.setHeader('x-multi', ['1', '2']);
    res.setHeader('set-cookie', ['a=1', 'b=2']);
    res.writeHead(203, 'Own Words', { 'X-Case': 'Kept' });
    res.end();
  },
  '/redirect': (req, res) => res.writeHead(302, { location: '/echo' }).end('moved'),
  '/redirect-away': (req, res) => res.writeHead(302, { location: 'http://localhost.example:1/' }).end(),
  '/redirect-loop': (req, res) => res.writeHead(302, { location: '/redirect-loop' }).end(),
  '/redirect-local': (req, res) => res.writeHead(302, { location: `http://localhost:${req.socket.localPort}/echo` }).end(),
  '/gzip': (req, res) => {
    res.setHeader('content-encoding', 'gzip');
    res.end(zlib.gzipSync('packed text'));
  },
  '/no-content': (req, res) => res.writeHead(204).end(),
  '/early': (req, res) => {
    res.writeProcessing();
    res.end('late');
  },
  '/json': (req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end('{"items":[1,2,3],"name":"é"}');
  },
};

function withoutPort(raw) {
  return raw.map((text) => text.replace(/:\d{4,5}$/, ':PORT'));
}

function answer(req, res) {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('error', () => {});
  req.on('end', () => {
    const path = req.url.split('?')[0];
    counts[path] = (counts[path] ?? 0) + 1;
    const status = /^\/status\/(\d+)$/.exec(path);
    if (status) {
      res.statusCode = Number(status[1]);
      res.end(`status ${status[1]}`);
    } else {
      (ROUTES[path] ?? ROUTES['/echo'])(req, res, Buffer.concat(chunks));
    }
  });
}

const plain = http.createServer(answer);
plain.on('upgrade', (req, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello ');
  socket.pipe(socket);
});
plain.on('connect', (req, client) => {
  const [host, port] = req.url.split(':');
  const target = net.connect(port, host, () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    target.pipe(client);
    client.pipe(target);
  });
  target.on('error', () => client.destroy());
  client.on('error', () => target.destroy());
});
const secure = https.createServer({ key: file('key.pem'), cert: file('certificate.pem') }, answer);
const echo = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
const [httpPort, httpsPort, echoPort] = [await listening(plain), await listening(secure), await listening(echo)];
console.log(JSON.stringify({ http: httpPort, https: httpsPort, echo: echoPort }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
