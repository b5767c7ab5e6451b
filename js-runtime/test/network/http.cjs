const { recorder } = require('./show.cjs');
const { CLOSED_PORT, facts, outcome, ports, stable } = require('./ports.cjs');

module.exports = async (load) => {
  const http = load('http');
  const record = recorder();
  const place = { host: '127.0.0.1', port: ports.http };

  /** One request with everything that happened, in order. */
  const talk = (options, { body, use = () => {} } = {}) => new Promise((resolve) => {
    const events = [];
    const request = http.request({ agent: false, ...place, ...options });
    const seen = {};
    for (const name of ['socket', 'continue', 'information', 'timeout', 'abort', 'finish', 'upgrade']) {
      request.on(name, () => events.push(name));
    }
    request.on('error', (error) => events.push(['error', facts(error)]));
    request.on('response', (response) => {
      events.push('response');
      seen.status = [response.statusCode, response.statusMessage, response.httpVersion];
      seen.headers = { ...response.headers };
      delete seen.headers.date;
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => { text += chunk; });
      response.on('aborted', () => events.push('res aborted'));
      response.on('error', (error) => events.push(['res error', facts(error)]));
      response.on('end', () => events.push('res end'));
      response.on('close', () => {
        events.push('res close');
        seen.text = stable(text.length > 1000 ? `${text.length} characters` : text);
        seen.complete = response.complete;
        seen.trailers = response.trailers;
      });
    });
    request.on('close', () => setImmediate(() => setImmediate(() => resolve({ ...seen, events, aborted: request.aborted, destroyed: request.destroyed, reused: request.reusedSocket }))));
    use(request);
    if (body !== undefined) {
      request.end(body);
    } else if (!request.writableEnded) {
      request.end();
    }
  });

  record('get', () => talk({ path: '/echo' }));
  record('get with a query', () => talk({ path: '/echo?a=1&b=%20' }));
  record('head', () => talk({ path: '/echo', method: 'HEAD' }));
  record('delete', () => talk({ path: '/echo', method: 'delete' }));
  record('post text', () => talk({ path: '/echo', method: 'POST' }, { body: 'text é' }));
  record('post bytes', () => talk({ path: '/echo', method: 'POST' }, { body: Buffer.from([1, 2, 3]) }));
  record('post in pieces', () => talk({ path: '/echo', method: 'POST' }, { use: (request) => {
    request.write('one');
    request.write('two');
  }, body: 'three' }));
  record('put with a length', () => talk({ path: '/echo', method: 'PUT', headers: { 'Content-Length': 4 } }, { body: 'four' }));
  record('post nothing', () => talk({ path: '/echo', method: 'POST' }));
  record('get with a body', () => talk({ path: '/echo', headers: { 'Content-Length': '2' } }, { body: 'hi' }));
  record('headers of every kind', () => talk({ path: '/echo', auth: 'user:pass', headers: { 'X-One': '1', 'x-list': ['a', 'b'], Cookie: ['a=1', 'b=2'], 'X-Number': 5 } }));
  record('headers as a list', () => talk({ path: '/echo', headers: ['Host', 'own', 'X-A', '1', 'X-A', '2'] }));
  record('own host header', () => talk({ path: '/echo', headers: { host: 'elsewhere' } }));
  record('no host header', () => talk({ path: '/echo', setHost: false, headers: { connection: 'close' } }));
  record('connection close', () => talk({ path: '/echo', headers: { connection: 'close' } }));
  record('trailers sent', () => talk({ path: '/echo', method: 'POST', headers: { Trailer: 'x-end' } }, { use: (request) => {
    request.write('body');
    request.addTrailers({ 'x-end': 'yes' });
  } }));
  record('trailers received', () => talk({ path: '/trailers' }));
  record('response headers', () => talk({ path: '/headers' }));
  record('redirects are not followed', () => talk({ path: '/redirect' }));
  record('no content', () => talk({ path: '/no-content' }));
  record('body until the end', () => talk({ path: '/raw-end' }));
  record('big', () => talk({ path: '/big' }));
  record('slow body', () => talk({ path: '/slow-body' }));
  record('processing', () => talk({ path: '/early' }));
  record('expect', () => new Promise((resolve, reject) => {
    const request = http.request({ agent: false, ...place, path: '/echo', method: 'POST', headers: { Expect: '100-continue', 'Content-Length': 2 } });
    request.on('continue', () => request.end('go'));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve([response.statusCode, JSON.parse(text).body]));
    });
    request.flushHeaders();
  }));
  for (const code of [200, 201, 301, 400, 404, 418, 500, 599]) {
    record(`status ${code}`, () => talk({ path: `/status/${code}` }));
  }

  record('cut off', () => talk({ path: '/cut' }));
  record('reset', () => talk({ path: '/reset' }));
  record('garbage', () => talk({ path: '/garbage' }).then(({ events }) => events.flat().map((item) => item.code ?? item)));
  record('refused', () => talk({ port: CLOSED_PORT }));
  record('unknown host', () => talk({ host: 'no-such-host.invalid' }).then(({ events }) => events.map((item) => (Array.isArray(item) ? [item[0], item[1].syscall, item[1].hostname] : item))));
  // Whether the request was sent before the time was up depends on the machine.
  const late = (seen) => ({ ...seen, events: seen.events.filter((name) => name !== 'finish') });
  record('timeout', () => talk({ path: '/never', timeout: 30 }, { use: (request) => request.on('timeout', () => request.destroy(new Error('too late'))) }).then(late));
  record('timeout set later', () => talk({ path: '/never' }, { use: (request) => request.setTimeout(30, () => request.destroy()) }).then(late));
  record('abort', () => talk({ path: '/never' }, { use: (request) => request.on('finish', () => setTimeout(() => request.abort(), 20)) }));
  record('abort at once', () => talk({ path: '/never' }, { use: (request) => request.abort() }));
  record('destroy at once', () => talk({ path: '/never' }, { use: (request) => request.destroy(new Error('mine')) }));
  record('signal', () => {
    const controller = new AbortController();
    return talk({ path: '/never', signal: controller.signal }, { use: (request) => request.on('finish', () => setTimeout(() => controller.abort(), 20)) });
  });
  record('destroyed response', () => talk({ path: '/slow-body' }, { use: (request) => request.on('response', (response) => response.destroy()) }).then(({ status, destroyed }) => [status, destroyed]));

  const text = (request) => new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let all = '';
      response.on('data', (chunk) => { all += chunk; });
      response.on('end', () => resolve(stable(all)));
      response.on('error', reject);
    });
  });
  const url = `http://127.0.0.1:${ports.http}`;
  record('get(url)', () => text(http.get(`${url}/status/200`)));
  record('get(URL)', () => text(http.get(new URL(`${url}/status/201`))));
  record('get(url, options)', () => text(http.get(`${url}/echo`, { headers: { 'x-a': '1' } })));
  record('get(url, listener)', () => new Promise((resolve) => http.get(`${url}/status/200`, (response) => resolve(response.resume().statusCode))));
  record('get(url, options, listener)', () => new Promise((resolve) => http.get(`${url}/echo`, { path: '/status/404' }, (response) => resolve(response.resume().statusCode))));
  record('credentials in the url', () => text(http.get(`http://me:secret@127.0.0.1:${ports.http}/echo`)));
  record('async iteration', async () => {
    const response = await new Promise((resolve) => http.get(`${url}/json`, resolve));
    const chunks = [];
    for await (const chunk of response) {
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString());
  });
  record('pipeline to a file', async () => {
    const { pipeline } = load('stream/promises');
    const fs = load('fs');
    const file = load('path').join(__dirname, `download-${process.pid}.txt`);
    const response = await new Promise((resolve) => http.get(`${url}/big`, resolve));
    await pipeline(response, fs.createWriteStream(file));
    const { size } = fs.statSync(file);
    fs.unlinkSync(file);
    return size;
  });
  record('upload from a stream', async () => {
    const { Readable, pipeline } = load('stream');
    const request = http.request(`${url}/echo`, { method: 'POST' });
    const answer = text(request);
    pipeline(Readable.from(['a', 'b', 'c']), request, () => {});
    return JSON.parse(await answer).body;
  });
  record('upgrade', () => new Promise((resolve, reject) => {
    const request = http.request({ ...place, headers: { Connection: 'Upgrade', Upgrade: 'echo' } });
    request.on('error', reject);
    request.on('upgrade', (response, socket, head) => {
      let got = head.toString();
      socket.on('data', (chunk) => {
        got += chunk;
        if (got.endsWith('ping')) {
          socket.end();
          resolve([response.statusCode, got]);
        }
      });
      socket.write('ping');
    });
    request.end();
  }));
  record('connect', () => new Promise((resolve, reject) => {
    const request = http.request({ ...place, method: 'CONNECT', path: `127.0.0.1:${ports.http}` });
    request.on('error', reject);
    request.on('connect', (response, socket, head) => {
      http.get({ path: '/status/200', createConnection: () => socket, headers: { connection: 'close' } }, (inner) => {
        inner.resume().on('end', () => resolve([response.statusCode, head.length, inner.statusCode]));
      });
    });
    request.end();
  }));

  const refuse = (label, work) => record(`refuses ${label}`, () => {
    try {
      work();
      return 'nothing';
    } catch (error) {
      return [error.name, error.code, error.message];
    }
  });
  refuse('a protocol', () => http.get('https://127.0.0.1/'));
  refuse('another protocol', () => http.get({ protocol: 'ftp:' }));
  refuse('a method', () => http.request({ method: 'BAD METHOD' }));
  refuse('a path', () => http.request({ path: '/a b' }));
  refuse('a header name', () => http.request({ headers: { 'a b': '1' } }));
  refuse('a header value', () => http.request({ headers: { a: 'x\ny' } }));
  refuse('an undefined header', () => http.request({ headers: { a: undefined } }));
  refuse('an agent', () => http.request({ agent: {} }));
  refuse('a host', () => http.request({ host: 5 }));
  refuse('a url', () => http.get('no url'));
  refuse('validateHeaderName', () => http.validateHeaderName('a b'));
  refuse('validateHeaderValue', () => http.validateHeaderValue('a', 'é€'));

  record('header methods', () => {
    const request = http.request({ ...place, agent: false });
    request.on('error', () => {});
    request.setHeader('X-A', ['1', '2']);
    request.setHeader('x-b', 'b');
    request.removeHeader('X-B');
    request.appendHeader('x-c', '1').appendHeader('x-c', '2');
    const shown = [request.getHeader('x-a'), request.getHeaderNames(), request.getRawHeaderNames(), request.hasHeader('X-A'), stable(JSON.stringify(request.getHeaders())), request.method, request.path, request.host, request.protocol, request.headersSent];
    request.destroy();
    return shown;
  });
  record('too late for headers', () => {
    const request = http.request({ ...place, agent: false });
    request.on('error', () => {});
    request.flushHeaders();
    try {
      request.setHeader('a', 'b');
      return 'set';
    } catch (error) {
      return [error.code, error.message];
    } finally {
      request.destroy();
    }
  });
  record('words', () => [http.METHODS, http.STATUS_CODES, http.maxHeaderSize]);
  record('outcome', () => outcome(Promise.resolve(1)));
  return record.results();
};
