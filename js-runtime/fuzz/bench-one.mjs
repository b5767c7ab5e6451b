/**
 * One contender in a process of its own: `codec`, `codec-plain`, `js-bson`, `js-bson-plain`. Plain ones have no Buffer
 * class; the plain codec decodes long strings with TextDecoder, the other with a native function, as the host's does.
 */
import { benchDocuments } from './bench-documents.mjs';

const contender = process.argv[2];
const write = process.stdout.write.bind(process.stdout);
if (contender.endsWith('plain')) delete globalThis.Buffer;
const isOurs = contender.startsWith('codec');
const bson = await import(isOurs ? '../src/bson/index.js' : 'bson');

if (contender === 'codec') {
  const { utf8Slice } = Buffer.prototype;
  bson.setUtf8Decoder((bytes, start, end, fatal) => {
    const text = utf8Slice.call(bytes, start, end);
    if (fatal && text.includes('\ufffd'))
      return new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(bytes.subarray(start, end));
    return text;
  });
}

const documents = benchDocuments(bson);
const encoded = documents.map((document) => Uint8Array.from(bson.serialize(document)));
const reply = Uint8Array.from(
  bson.serialize({ cursor: { firstBatch: documents, id: bson.Long.fromNumber(1), ns: 'bench.users' }, ok: 1 })
);
const tasks = {
  decode: () => {
    for (const bytes of encoded) bson.deserialize(bytes);
  },
  batch: isOurs
    ? () => {
        const reader = new bson.BatchReader(reply);
        while (reader.hasNext) reader.next();
      }
    : () => bson.deserialize(reply),
  encode: () => {
    for (const document of documents) bson.serialize(document);
  },
  encodeShared: isOurs
    ? () => {
        for (const document of documents) bson.serializeShared(document);
      }
    : () => {
        for (const document of documents) bson.serialize(document);
      }
};

const ROUNDS = 9;
const REPEATS = 40;
const result = {};
for (const [name, run] of Object.entries(tasks)) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    const start = performance.now();
    for (let i = 0; i < REPEATS; i++) run();
    times.push(((performance.now() - start) * 1e6) / (REPEATS * documents.length));
  }
  result[name] = times.sort((a, b) => a - b)[ROUNDS >> 1];
}
write(JSON.stringify(result));
