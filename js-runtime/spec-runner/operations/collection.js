/** Operations of a collection entity: `(collection, arguments) -> result`, one line per method where the shapes agree. */

import { forceFirstBatch, openChangeStream } from './cursor.js';
import { Skip } from '../outcomes.js';

const lowerCaseReturnDocument = options =>
  options.returnDocument ? { ...options, returnDocument: options.returnDocument.toLowerCase() } : options;

export const collectionOperations = {
  aggregate: (collection, { pipeline, ...options }) => collection.aggregate(pipeline, options).toArray(),
  bulkWrite: (collection, { requests, ...options }) => collection.bulkWrite(requests, options),
  count: (collection, { filter, ...options }) => collection.count(filter, options),
  countDocuments: (collection, { filter, ...options }) => collection.countDocuments(filter, options),
  createChangeStream: (collection, args) => openChangeStream(collection, args),
  createFindCursor: async (collection, { filter, ...options }) => forceFirstBatch(collection.find(filter, options)),
  createIndex: (collection, { keys, ...options }) => collection.createIndex(keys, options),
  createSearchIndex: (collection, { model }) => collection.createSearchIndex(model),
  createSearchIndexes: (collection, { models }) => collection.createSearchIndexes(models),
  deleteMany: (collection, { filter, ...options }) => collection.deleteMany(filter, options),
  deleteOne: (collection, { filter, ...options }) => collection.deleteOne(filter, options),
  distinct: (collection, { fieldName, filter, ...options }) => collection.distinct(fieldName, filter, options),
  drop: (collection, options) => collection.drop(options),
  dropIndex: (collection, { name, ...options }) => collection.dropIndex(name, options),
  dropIndexes: (collection, options) => collection.dropIndexes(options),
  dropSearchIndex: (collection, { name }) => collection.dropSearchIndex(name),
  estimatedDocumentCount: (collection, options) => collection.estimatedDocumentCount(options),
  find: (collection, { filter, ...options }) => collection.find(filter, options).toArray(),
  findOne: (collection, { filter, ...options }) => collection.findOne(filter, options),
  findOneAndDelete: (collection, { filter, ...options }) => collection.findOneAndDelete(filter, options),
  findOneAndReplace: (collection, { filter, replacement, ...options }) =>
    collection.findOneAndReplace(filter, replacement, lowerCaseReturnDocument(options)),
  findOneAndUpdate: (collection, { filter, update, ...options }) =>
    collection.findOneAndUpdate(filter, update, lowerCaseReturnDocument(options)),
  insertMany: (collection, { documents, ...options }) => collection.insertMany(documents, options),
  insertOne: (collection, { document, ...options }) => collection.insertOne(document, options),
  listIndexNames: async (collection, options) => (await collection.listIndexes(options).toArray()).map(index => index.name),
  listIndexes: (collection, options) => collection.listIndexes(options).toArray(),
  listSearchIndexes: (collection, { name, aggregationOptions, ...options }) =>
    collection.listSearchIndexes(name, { ...aggregationOptions, ...options }).toArray(),
  mapReduce: () => {
    throw new Skip('mapReduce isn\'t a method of the driver (removed in 5.0)');
  },
  rename: (collection, { to, ...options }) => collection.rename(to, options),
  replaceOne: (collection, { filter, replacement, ...options }) => collection.replaceOne(filter, replacement, options),
  updateMany: (collection, { filter, update, ...options }) => collection.updateMany(filter, update, options),
  updateOne: (collection, { filter, update, ...options }) => collection.updateOne(filter, update, options),
  updateSearchIndex: (collection, { name, definition }) => collection.updateSearchIndex(name, definition)
};
