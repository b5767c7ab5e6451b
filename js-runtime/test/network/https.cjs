const { recorder } = require('./show.cjs');
const { ports, stable } = require('./ports.cjs');

module.exports = async (load) => {
  const fs = load('fs');
  const https = load('https');
  const tls = load('tls');
  const record = recorder();
  const ca = fs.readFileSync(load('path').join(__dirname, 'certificate.pem'));
  const get = (options) => new Promise((resolve) => {
    const request = https.get({ host: '127.0.0.1', port: ports.https, path: '/status/200', agent: false, ...options }, (response) => {
      const { authorized, encrypted } = response.socket;
      const protocol = response.socket.getProtocol();
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve([response.statusCode, stable(text), authorized, encrypted, protocol]));
    });
    request.on('error', (error) => resolve([error.name, error.code, error.message.split(':')[0]]));
  });

  record('untrusted', () => get({}));
  record('untrusted and taken', () => get({ rejectUnauthorized: false }));
  record('trusted', () => get({ ca }));
  record('trusted by a list', () => get({ ca: [ca.toString()] }));
  record('by name', () => get({ ca, servername: 'localhost' }));
  record('another name', () => get({ ca, servername: 'example.com' }));
  record('own check', () => get({ ca, servername: 'example.com', checkServerIdentity: () => undefined }));
  record('through an agent', async () => {
    const agent = new https.Agent({ ca, keepAlive: true });
    const answers = [await get({ agent }), await get({ agent })];
    agent.destroy();
    return answers;
  });
  record('get(url, options)', () => new Promise((resolve, reject) => {
    https.get(`https://127.0.0.1:${ports.https}/status/201`, { ca, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject);
  }));
  record('post', () => new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', port: ports.https, ca, path: '/echo', method: 'POST', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve(stable(text)));
    });
    request.on('error', reject);
    request.end('secret');
  }));
  record('plain http', () => get({ port: ports.http }).then(([name, code]) => [name, typeof code]));
  record('tls.connect', () => new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port: ports.https, ca, ALPNProtocols: ['http/1.1'] }, () => {
      resolve([socket.authorized, socket.encrypted, socket.alpnProtocol, socket.getProtocol()]);
      socket.end();
    });
    socket.on('error', reject);
  }));
  record('tls over a socket', () => new Promise((resolve, reject) => {
    const plain = load('net').connect(ports.https, '127.0.0.1', () => {
      const socket = tls.connect({ socket: plain, host: '127.0.0.1', ca }, () => {
        let text = '';
        socket.on('data', (chunk) => { text += chunk; });
        socket.on('end', () => resolve(text.split('\r\n')[0]));
        socket.write('GET /status/200 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      });
      socket.on('error', reject);
    });
  }));
  record('fetch untrusted', () => fetch(`https://127.0.0.1:${ports.https}/`).catch((error) => [error.message, error.cause.code, error.cause.message]));
  return record.results();
};
