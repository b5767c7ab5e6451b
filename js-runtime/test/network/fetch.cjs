const { recorder } = require('./show.cjs');
const { CLOSED_PORT, outcome, ports, stable } = require('./ports.cjs');

module.exports = async () => {
  const record = recorder();
  const url = `http://127.0.0.1:${ports.http}`;
  const text = async (path, init) => stable(await (await fetch(`${url}${path}`, init)).text());

  record('get', () => text('/echo'));
  record('post text', () => text('/echo', { method: 'POST', body: 'text' }));
  record('post json', () => text('/echo', { method: 'POST', body: JSON.stringify({ a: 1 }), headers: { 'Content-Type': 'application/json' } }));
  record('post form', () => text('/echo', { method: 'POST', body: new URLSearchParams({ a: '1', b: 'é' }) }));
  record('post bytes', () => text('/echo', { method: 'PUT', body: new Uint8Array([104, 105]) }));
  record('post blob', () => text('/echo', { method: 'POST', body: new Blob(['blob'], { type: 'text/x' }) }));
  record('post stream', () => text('/echo', { method: 'POST', duplex: 'half', body: new ReadableStream({ start(controller) {
    controller.enqueue(new TextEncoder().encode('one '));
    controller.enqueue(new TextEncoder().encode('two'));
    controller.close();
  } }) }));
  record('post multipart', async () => {
    const form = new FormData();
    form.append('field', 'value');
    form.append('file', new Blob(['content'], { type: 'text/plain' }), 'name.txt');
    const { body, raw } = JSON.parse(await text('/echo', { method: 'POST', body: form }));
    return [body.replace(/------formdata-undici-\d+/g, 'BOUNDARY'), raw.some((header) => header.startsWith('multipart/form-data; boundary='))];
  });
  record('json', async () => (await fetch(`${url}/json`)).json());
  record('arrayBuffer', async () => (await (await fetch(`${url}/json`)).arrayBuffer()).byteLength);
  record('blob', async () => {
    const blob = await (await fetch(`${url}/json`)).blob();
    return [blob.size, blob.type, blob instanceof Blob];
  });
  record('stream', async () => {
    let size = 0;
    for await (const chunk of (await fetch(`${url}/big`)).body) {
      size += chunk.length;
    }
    return size;
  });
  record('gzip', () => text('/gzip'));
  record('redirect', async () => {
    const response = await fetch(`${url}/redirect`);
    return [response.redirected, stable(response.url), response.status];
  });
  record('redirect by hand', async () => {
    const response = await fetch(`${url}/redirect`, { redirect: 'manual' });
    return [response.status, response.headers.get('location'), response.type];
  });
  record('redirect refused', () => outcome(fetch(`${url}/redirect`, { redirect: 'error' })));
  record('redirect loop', () => outcome(fetch(`${url}/redirect-loop`)));
  record('status', async () => {
    const response = await fetch(`${url}/status/404`);
    return [response.ok, response.status, response.statusText, await response.text()];
  });
  record('headers', async () => {
    const { headers } = await fetch(`${url}/headers`);
    return [headers.get('x-multi'), headers.getSetCookie(), headers.has('X-CASE'), [...headers.keys()].filter((name) => name !== 'date')];
  });
  record('refused', () => outcome(fetch('http://127.0.0.1:8/')));
  record('bad port', () => outcome(fetch(`http://127.0.0.1:${CLOSED_PORT}/`)));
  record('reset', () => outcome(fetch(`${url}/reset`)));
  record('cut off', () => outcome(text('/cut')));
  record('abort', () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    return outcome(fetch(`${url}/never`, { signal: controller.signal }));
  });
  record('abort with a reason', () => outcome(fetch(`${url}/never`, { signal: AbortSignal.abort(new Error('mine')) })));
  record('timeout', () => outcome(fetch(`${url}/never`, { signal: AbortSignal.timeout(20) })));
  record('no url', () => outcome(fetch('nowhere')));
  record('wrong protocol', () => outcome(fetch('ftp://127.0.0.1/')));
  record('get with a body', () => outcome(fetch(url, { body: 'x' })));
  record('body read twice', async () => {
    const response = await fetch(`${url}/json`);
    await response.text();
    return [response.bodyUsed, await outcome(response.text())];
  });
  record('clone', async () => {
    const response = await fetch(`${url}/json`);
    const other = response.clone();
    return [await response.text(), await other.text()];
  });
  record('a Request', async () => (await fetch(new Request(`${url}/echo`, { method: 'POST', body: 'r', headers: { 'x-r': '1' } }))).text().then(stable));
  record('data url', async () => (await fetch('data:text/plain,hello')).text());
  record('Response', async () => [await new Response('x', { status: 201 }).text(), Response.json({ a: 1 }).headers.get('content-type'), Response.error().type]);
  record('Headers', () => [...new Headers([['B', '2'], ['a', '1'], ['b', '3']])]);
  record('Request', () => {
    const request = new Request('http://a.example/b', { method: 'post', headers: { x: 'y' } });
    return [request.method, request.url, request.redirect, request.mode, request.headers.get('X')];
  });
  record('formData', async () => {
    const form = await new Response(new URLSearchParams('a=1&b=2&a=3')).formData();
    return [form.getAll('a'), form.get('b'), form instanceof FormData];
  });
  record('classes', () => ['fetch', 'Headers', 'Request', 'Response', 'FormData'].map((name) => {
    const { enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name);
    return [name, typeof globalThis[name], globalThis[name].name, enumerable, configurable];
  }));
  return record.results();
};
