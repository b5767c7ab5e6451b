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
const { DocumentBatch } = isOurs ? await import('../src/driver/document_batch.js') : {};
const { ServerReply } = isOurs ? await import('../src/driver/server_reply.js') : {};

/** What the driver does with a reply. Its memory would be freed after the last document. */
function readReply(bytes) {
  const read = new ServerReply(bytes.slice());
  return { ...read, batchAt: read.cursor().batchAt };
}

const tasks = {
  decode: () => {
    for (const bytes of encoded) bson.deserialize(bytes);
  },
  batch: isOurs
    ? () => {
        const { bytes, view, batchAt } = readReply(reply);
        const batch = new DocumentBatch(bytes, view, batchAt);
        while (batch.length > 0) batch.shift({});
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
