/** GridFS, call by call: each case is played with npm `mongodb` and with the facade, and must look the same. */

const CHUNK_SIZE = 4;

const text = (bytes) => String.fromCharCode(...bytes);

function download(stream) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    const files = [];
    stream.on('file', (file) => files.push(file.length));
    stream.on('data', (chunk) => chunks.push(text(chunk)));
    stream.on('error', reject);
    stream.on('end', () => resolve({ chunks, files }));
  });
}

function finished(stream) {
  return new Promise((resolve, reject) => stream.on('error', reject).on('finish', () => resolve(stream)));
}

async function upload(bucket, filename, parts, options) {
  const stream = bucket.openUploadStream(filename, options);
  const done = finished(stream);
  for (const part of parts) stream.write(part);
  stream.end();
  return await done;
}

/** A bucket with two files named `a` (the second is newer) and an empty one named `empty`. */
async function fill({ bucket }) {
  const first = await upload(bucket, 'a', ['hello world']);
  await upload(bucket, 'a', ['ab', 'cdefgh', 'ij']);
  await upload(bucket, 'empty', []);
  return first;
}

const RANGES = [
  { start: 2, end: 7 }, { start: 0, end: 3 }, { start: 4, end: 8 }, { start: 5, end: 11 }, { start: 2 }, { start: -1, end: 3 },
  { start: 20, end: 21 }, { start: 0, end: 99 }, { end: 4 }, { start: 6, end: 6 }, { start: 1, end: 2 },
];

async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    return { name: error.name, message: error.message.replace(/[0-9a-f]{24}/g, '<id>'), code: error.code };
  }
}

async function corrupt(context, change) {
  const { id } = await upload(context.bucket, 'broken', ['123456789']);
  await change(context.db.collection('x.chunks'), { files_id: id, n: 1 });
  return await download(context.bucket.openDownloadStream(id));
}

/** name -> (context) => something plain; `context` is {driver, db, bucket, events}. */
export const gridfsCases = {
  upload: async ({ bucket, events }) => {
    const stream = await upload(bucket, 'a', ['hello world'], { metadata: { k: 1 } });
    const { length, n, chunkSizeBytes, gridFSFile } = stream;
    return { length, n, chunkSizeBytes, keys: Object.keys(gridFSFile), metadata: gridFSFile.metadata, events };
  },
  'upload of whole chunks': async ({ bucket, db }) => {
    const { length, n } = await upload(bucket, 'a', ['12345678']);
    const chunks = await db.collection('x.chunks').find({}).sort({ n: 1 }).toArray();
    return { length, n, chunks: chunks.map((chunk) => [chunk.n, text(chunk.data.buffer), Object.keys(chunk)]) };
  },
  'upload with an id, twice': async ({ bucket }) => {
    const first = bucket.openUploadStreamWithId('mine', 'w', { chunkSizeBytes: 10 });
    first.end('zz');
    await finished(first);
    const second = bucket.openUploadStreamWithId('mine', 'w');
    second.end('zz');
    const refused = await finished(second).catch(({ name, code }) => ({ name, code }));
    return { id: first.id, chunkSizeBytes: first.chunkSizeBytes, refused };
  },
  indexes: async (context) => {
    await fill(context);
    const describe = async (name) => (await context.db.collection(name).indexes()).map(({ name: index, unique }) => [index, unique]);
    return { files: await describe('x.files'), chunks: await describe('x.chunks') };
  },
  download: async (context) => download(context.bucket.openDownloadStream((await fill(context)).id)),
  'download of ranges': async (context) => {
    const { id } = await fill(context);
    const outcomes = [];
    for (const range of RANGES) outcomes.push(await attempt(() => download(context.bucket.openDownloadStream(id, range))));
    outcomes.push(await attempt(() => download(context.bucket.openDownloadStream(id).start(1).end(6))));
    return outcomes;
  },
  'options after the start': async (context) => {
    const stream = context.bucket.openDownloadStream((await fill(context)).id);
    await download(stream);
    stream.start(3);
  },
  'download by name and revision': async (context) => {
    await fill(context);
    const outcomes = [];
    for (const revision of [undefined, 0, 1, 2, -1, -2, -3]) {
      outcomes.push(await attempt(() => download(context.bucket.openDownloadStreamByName('a', { revision }))));
    }
    return outcomes;
  },
  'download of what is not there': async ({ bucket, driver }) => [
    await attempt(() => download(bucket.openDownloadStream(new driver.ObjectId()))),
    await attempt(() => download(bucket.openDownloadStreamByName('nope'))),
  ],
  'download of an empty file': async (context) => {
    await fill(context);
    return await download(context.bucket.openDownloadStreamByName('empty'));
  },
  'download with a chunk missing': (context) => corrupt(context, (chunks, filter) => chunks.deleteOne(filter)),
  'download with a chunk of the wrong size': (context) =>
    corrupt(context, (chunks, filter) => {
      const data = new context.driver.Binary(new TextEncoder().encode('xx'));
      return chunks.updateOne(filter, { $set: { data } });
    }),
  'for await over a download': async (context) => {
    await fill(context);
    const chunks = [];
    for await (const chunk of context.bucket.openDownloadStreamByName('a')) chunks.push(text(chunk));
    return chunks;
  },
  'pipe from download to upload': async (context) => {
    await fill(context);
    const target = context.bucket.openUploadStream('copy');
    context.bucket.openDownloadStreamByName('a').pipe(target);
    const { length, gridFSFile } = await finished(target);
    return { length, filename: gridFSFile.filename };
  },
  'find, rename, delete': async (context) => {
    const { id } = await fill(context);
    const { bucket, db, driver } = context;
    await bucket.rename(id, 'b');
    const renamed = (await bucket.find({ filename: 'b' }).toArray()).length;
    await bucket.delete(id);
    const left = await db.collection('x.chunks').countDocuments({ files_id: id });
    const missing = new driver.ObjectId();
    return [renamed, left, await attempt(() => bucket.rename(missing, 'b')), await attempt(() => bucket.delete(missing))];
  },
  'abort of an upload': async ({ bucket, db }) => {
    const stream = bucket.openUploadStream('q');
    await new Promise((resolve) => stream.write('123456789', resolve));
    await stream.abort();
    const left = await db.collection('x.chunks').countDocuments({ files_id: stream.id });
    const again = await attempt(() => stream.abort());
    const refused = new Promise((resolve) => stream.on('error', ({ name, message }) => resolve({ name, message })));
    stream.write('x');
    return { left, again, refused: await refused };
  },
  'abort of a finished upload': async ({ bucket }) => (await upload(bucket, 'z', ['zz'])).abort(),
  drop: async (context) => {
    await fill(context);
    await context.bucket.drop();
    const left = (await context.db.listCollections().toArray()).length;
    return [left, await attempt(() => context.bucket.drop())];
  },
};

/** @returns {Promise<object>} the outcome of one case on an empty database */
export async function runGridfsCase(name, driver, db) {
  await db.dropDatabase();
  const bucket = new driver.GridFSBucket(db, { chunkSizeBytes: CHUNK_SIZE, bucketName: 'x' });
  const events = [];
  bucket.on('index', () => events.push('index'));
  return await attempt(() => gridfsCases[name]({ driver, db, bucket, events }));
}
