/**
 * Callbacks as last argument, for majors 3 and 4: a method that gets one calls it and returns nothing; without one it returns
 * its promise as ever. An exception inside a callback is not swallowed, it becomes an unhandled rejection.
 */

import { replaceMethod } from './patch.js';

/** Methods by class; those whose first arguments may be functions say from which argument on a function is the callback. */
const METHODS = {
  Collection: [
    'insertOne', 'insertMany', 'bulkWrite', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'findOne',
    'findOneAndDelete', 'findOneAndReplace', 'findOneAndUpdate', 'countDocuments', 'estimatedDocumentCount', 'count',
    'distinct', 'createIndex', 'createIndexes', 'dropIndex', 'dropIndexes', 'indexes', 'indexExists', 'indexInformation',
    'rename', 'drop', 'options', 'isCapped', 'stats', 'insert', 'update', 'remove', 'removeOne', 'removeMany', 'save',
    'findAndModify', 'findAndRemove', 'ensureIndex', 'dropAllIndexes', 'reIndex', ['mapReduce', 2], ['group', 5],
  ],
  Db: [
    'command', 'createCollection', 'dropCollection', 'dropDatabase', 'renameCollection', 'collections', 'createIndex',
    'ensureIndex', 'indexInformation', 'stats', 'addUser', 'removeUser', 'setProfilingLevel', 'profilingLevel',
    'executeDbAdminCommand', 'eval', 'profilingInfo',
  ],
  Admin: [
    'command', 'buildInfo', 'serverInfo', 'serverStatus', 'ping', 'replSetGetStatus', 'addUser', 'removeUser',
    'validateCollection', 'listDatabases',
  ],
  MongoClient: ['connect', 'close'],
  ClientSession: ['endSession', 'commitTransaction', 'abortTransaction'],
  AbstractCursor: ['next', 'hasNext', 'tryNext', 'toArray', 'close', ['forEach', 1]],
  ExplainableCursor: ['explain'],
  FindCursor: ['count', 'explain'],
  AggregationCursor: ['explain'],
  OrderedBulkOperation: ['execute'],
  UnorderedBulkOperation: ['execute'],
  ChangeStream: ['hasNext', 'next', 'tryNext', 'close'],
  GridFSBucket: ['delete', 'rename', 'drop'],
};

/** Tells the callback how the promise ends. `noError` is what stands for "no error": `null` in 3, `undefined` in 4. */
export function settleCallback(promise, callback, noError) {
  promise.then(
    (result) => callback(noError, result),
    (error) => callback(error),
  );
}

/** The method with an optional callback. */
export function withCallback(method, firstCallbackIndex, noError) {
  return function (...args) {
    const last = args.length - 1;
    const callback = args[last];
    if (typeof callback !== 'function' || last < firstCallbackIndex) return method.apply(this, args);
    let promise;
    try {
      promise = Promise.resolve(method.apply(this, args.slice(0, last)));
    } catch (error) {
      promise = Promise.reject(error);
    }
    settleCallback(promise, callback, noError);
    return undefined;
  };
}

/** Gives all methods of the driver their callbacks. Methods that compatibility adds must be there already. */
export function addCallbacks(driver, noError) {
  for (const [className, methods] of Object.entries(METHODS)) {
    const Class = driver[className];
    if (Class === undefined) continue;
    for (const entry of methods) {
      const [name, firstCallbackIndex] = Array.isArray(entry) ? entry : [entry, 0];
      // An inherited method already has its callback from the class it is declared on.
      if (!Object.hasOwn(Class.prototype, name) && wasAdapted(Class, name)) continue;
      replaceMethod(Class, name, (method) => adapted(withCallback(method, firstCallbackIndex, noError)));
    }
  }
  const { connect } = driver.MongoClient;
  driver.MongoClient.connect = withCallback(connect, 1, noError);
}

const adaptedMethods = new WeakSet();

function adapted(method) {
  adaptedMethods.add(method);
  return method;
}

function wasAdapted(Class, name) {
  const method = Class.prototype[name];
  return typeof method === 'function' && adaptedMethods.has(method);
}
