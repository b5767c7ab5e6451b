/** Operations of a GridFS bucket entity. Streams are read and written through their events only. */

import { fromHex } from '../match.js';
import { Skip } from '../outcomes.js';

function readAll(stream) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    stream.on('data', chunk => chunks.push(...chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve(Uint8Array.from(chunks)));
  });
}

function writeAll(stream, bytes) {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('finish', () => resolve(stream.id));
    stream.end(bytes);
  });
}

const notInDriver = name => () => {
  throw new Skip(`${name} isn't a method of the driver`);
};

export const bucketOperations = {
  delete: (bucket, { id }) => bucket.delete(id),
  deleteByName: notInDriver('deleteByName'),
  download: (bucket, { id, ...options }) => readAll(bucket.openDownloadStream(id, options)),
  downloadByName: (bucket, { filename, ...options }) => readAll(bucket.openDownloadStreamByName(filename, options)),
  drop: bucket => bucket.drop(),
  find: (bucket, { filter, ...options }) => bucket.find(filter, options).toArray(),
  rename: (bucket, { id, newFilename }) => bucket.rename(id, newFilename),
  renameByName: notInDriver('renameByName'),
  upload: (bucket, { filename, source, disableMD5: _ignored, ...options }) =>
    writeAll(bucket.openUploadStream(filename, options), fromHex(source.$$hexBytes)),
  uploadWithId: (bucket, { id, filename, source, disableMD5: _ignored, ...options }) =>
    writeAll(bucket.openUploadStreamWithId(id, filename, options), fromHex(source.$$hexBytes))
};
