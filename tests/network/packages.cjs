/** What packages make of the test's server, as JSON in the file that is named first. */
const { createWriteStream, readFileSync, statSync, writeFileSync } = require('fs');
const { pipeline } = require('stream/promises');
const path = require('path');
const axios = require('axios');
const got = require('got');
const nodeFetch = require('node-fetch');
const superagent = require('superagent');
const undici = require('undici');

const { http: port } = JSON.parse(process.env.MMK_TEST_PORTS);
const url = `http://127.0.0.1:${port}`;
const stable = (text) => text.replaceAll(String(port), 'PORT');
const error = ({ name, code, message, response }) => ({ name, code, message: stable(message), status: response?.status ?? response?.statusCode });
const seen = ({ method, url: target, body, raw }) => ({ method, target, body, headers: raw.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()).sort() });

const download = path.join(process.cwd(), `download-${path.basename(process.argv[2])}`);

const CASES = {
  'axios get': async () => {
    const { status, data } = await axios.get(`${url}/json`);
    return [status, data];
  },
  'axios post': async () => seen((await axios.post(`${url}/echo`, { a: 1 }, { params: { q: 'x y' }, headers: { 'x-own': '1' } })).data),
  'axios form': async () => seen((await axios.post(`${url}/echo`, new URLSearchParams({ a: 'b' }))).data),
  'axios stream': async () => {
    const { data } = await axios.get(`${url}/big`, { responseType: 'stream' });
    await pipeline(data, createWriteStream(download));
    return statSync(download).size;
  },
  'axios bytes': async () => (await axios.get(`${url}/big`, { responseType: 'arraybuffer' })).data.length,
  'axios gzip': async () => (await axios.get(`${url}/gzip`)).data,
  'axios redirect': async () => (await axios.get(`${url}/redirect`)).data.url,
  'axios status': () => axios.get(`${url}/status/500`),
  'axios timeout': () => axios.get(`${url}/never`, { timeout: 100 }),
  'axios refused': () => axios.get('http://127.0.0.1:9/'),
  'axios abort': () => axios.get(`${url}/never`, { signal: AbortSignal.timeout(50) }),
  'axios reset': () => axios.get(`${url}/reset`),
  'got json': () => got(`${url}/json`).json(),
  'got post': async () => seen(await got.post(`${url}/echo`, { json: { a: 1 } }).json()),
  'got status': () => got(`${url}/status/404`, { retry: 0 }),
  'got redirect': async () => JSON.parse((await got(`${url}/redirect`)).body).url,
  'got stream': async () => {
    let size = 0;
    for await (const chunk of got.stream(`${url}/big`)) {
      size += chunk.length;
    }
    return size;
  },
  'got timeout': () => got(`${url}/never`, { timeout: 100, retry: 0 }),
  'node-fetch': async () => (await nodeFetch(`${url}/json`)).json(),
  'node-fetch post': async () => seen(await (await nodeFetch(`${url}/echo`, { method: 'POST', body: 'text' })).json()),
  'node-fetch stream': async () => {
    await pipeline((await nodeFetch(`${url}/big`)).body, createWriteStream(download));
    return readFileSync(download).length;
  },
  'node-fetch refused': () => nodeFetch('http://127.0.0.1:9/'),
  'superagent': async () => seen((await superagent.post(`${url}/echo`).send({ a: 1 }).query({ q: 1 })).body),
  'superagent status': () => superagent.get(`${url}/status/403`),
  'undici request': async () => {
    const { statusCode, body } = await undici.request(`${url}/json`);
    return [statusCode, await body.json()];
  },
  'undici fetch': async () => (await undici.fetch(`${url}/json`)).json(),
};

(async () => {
  const results = {};
  for (const [name, run] of Object.entries(CASES)) {
    results[name] = await Promise.resolve().then(run).catch((reason) => ({ failed: error(reason) }));
  }
  writeFileSync(process.argv[2], JSON.stringify(results));
  process.exit(0);
})();
