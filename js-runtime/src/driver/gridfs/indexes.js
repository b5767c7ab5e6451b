/** The indexes that GridFS needs. They are made before the first file of a bucket, never on a bucket that has files. */

import { CODES } from '../error_codes.js';
import { MongoError } from '../errors.js';

async function indexesOf(collection) {
  try {
    return await collection.listIndexes().toArray();
  } catch (error) {
    if (error instanceof MongoError && error.code === CODES.NamespaceNotFound) return [];
    throw error;
  }
}

function isSameKey(left, right) {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

async function ensureIndex(collection, key, options) {
  const indexes = await indexesOf(collection);
  if (!indexes.some((index) => isSameKey(index.key, key))) await collection.createIndex(key, options);
}

/** Makes the two indexes unless there is a file already. */
export async function ensureBucketIndexes(files, chunks) {
  const anyFile = await files.findOne({}, { projection: { _id: 1 } });
  if (anyFile != null) return;
  await ensureIndex(files, { filename: 1, uploadDate: 1 }, {});
  await ensureIndex(chunks, { files_id: 1, n: 1 }, { unique: true });
}
