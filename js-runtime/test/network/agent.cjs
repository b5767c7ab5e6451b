const { recorder } = require('./show.cjs');
const { ports } = require('./ports.cjs');

module.exports = async (load) => {
  const http = load('http');
  const record = recorder();
  const get = (options) => new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: ports.http, path: '/connection', ...options }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => setImmediate(resolve, { text, reused: request.reusedSocket }));
    });
    request.on('error', reject);
  });
  const counts = (agent) => Object.fromEntries(['sockets', 'freeSockets', 'requests'].map((set) => [set, Object.values(agent[set]).flat().length]));

  record('keeps alive', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const [first, second] = [await get({ agent }), await get({ agent })];
    const shown = [first.text === second.text, first.reused, second.reused, counts(agent)];
    agent.destroy();
    return shown;
  });
  record('keeps alive after a body that came in one piece and filled the buffer', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const pieces = [await get({ agent, path: '/piece' }), await get({ agent, path: '/piece' })];
    const after = await get({ agent });
    agent.destroy();
    return [pieces.map(({ text, reused }) => [text.length, reused]), after.reused];
  });
  record('closes', async () => {
    const agent = new http.Agent();
    const [first, second] = [await get({ agent }), await get({ agent })];
    return [first.text === second.text, second.reused, counts(agent).freeSockets];
  });
  record('the server closes', async () => {
    const agent = new http.Agent({ keepAlive: true });
    const [first, second] = [await get({ agent, path: '/close' }), await get({ agent })];
    const shown = [first.text === second.text, second.reused];
    agent.destroy();
    return shown;
  });
  record('queues', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
    const all = Array.from({ length: 6 }, () => get({ agent }));
    const busy = counts(agent);
    const numbers = new Set((await Promise.all(all)).map(({ text }) => text));
    const shown = [busy, numbers.size];
    agent.destroy();
    return shown;
  });
  record('queues without keep-alive', async () => {
    const agent = new http.Agent({ maxSockets: 1 });
    const all = await Promise.all(Array.from({ length: 3 }, () => get({ agent })));
    return new Set(all.map(({ text }) => text)).size;
  });
  record('names', () => [
    new http.Agent().getName({ host: 'h', port: 1, localAddress: 'l' }),
    new http.Agent().getName(),
    new http.Agent().getName({ host: 'h', port: 1, family: 4 }),
    http.Agent({ maxSockets: 3 }).maxSockets,
    http.globalAgent.keepAlive,
    http.globalAgent.protocol,
    http.globalAgent.defaultPort,
  ]);
  record('of one\'s own', async () => {
    const net = load('net');
    const made = [];
    class Own extends http.Agent {
      createConnection(options, callback) {
        made.push([options.host, options.port === ports.http, typeof callback]);
        return net.createConnection(options);
      }
    }
    await get({ agent: new Own() });
    return made;
  });
  record('addRequest only', async () => {
    const net = load('net');
    const agent = { addRequest: (request, { host, port }) => request.onSocket(net.connect({ host, port })), defaultPort: 80, protocol: 'http:' };
    return (await get({ agent })).reused;
  });
  return record.results();
};
