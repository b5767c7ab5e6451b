/**
 * The run's client as mongoose gets it: its default database is the migrated one, and closing it closes nothing, because the host's
 * connection outlives every user of it. With `batchSaves`, updates that mongoose marks as a document's `save()` go to the queue.
 */
import { cloned } from './values.js';

/** mongoose hands this option of `save()` through to the driver, which doesn't use it. */
export const SAVE_MARK = 'saved by a document';

/**
 * @param {object} client the run's client, joined to the ambient session where there is one
 * @param {string} database
 * @param {import('./save_queue.js').SaveQueue} [queue]
 */
export function viewOf(client, database, queue) {
  const view = Object.create(client);
  hide(view, 's', Object.create(client.s, { options: { value: { ...client.options, dbName: database } } }));
  const close = async () => {
    await queue?.settle();
    view.emit('close', view);
  };
  hide(view, 'close', (...given) => settled(close(), given));
  hide(view, 'connect', (...given) => settled(Promise.resolve(view), given));
  if (queue !== undefined) {
    hide(view, 'db', (name, options) => collecting(client.db.call(view, name ?? database, options), queue));
  }
  return view;
}

function collecting(db, queue) {
  const { collection } = db;
  hide(db, 'collection', (...given) => collect(collection.apply(db, given), queue));
  return db;
}

/** Sends a document's updates to the queue; everything else goes as it is. */
function collect(collection, queue) {
  const { updateOne, findOne } = collection;
  const hold = async (filter, update, { checkKeys: _, ...rest }) => {
    const failure = () => new Error('no such document, or somebody else changed its arrays');
    await queue.update(collection, { filter: { ...filter }, update: snapshot(update), failure }, rest);
    return { acknowledged: true, matchedCount: 1, modifiedCount: 1, upsertedCount: 0, upsertedId: null };
  };
  hide(collection, 'updateOne', (...given) =>
    given[2]?.checkKeys === SAVE_MARK ? settled(hold(...given), given) : updateOne.apply(collection, given),
  );
  // A document without changes: mongoose only asks whether it is still there.
  hide(collection, 'findOne', (...given) =>
    given[1]?.checkKeys === SAVE_MARK ? settled(Promise.resolve({ _id: given[0]._id }), given) : findOne.apply(collection, given),
  );
  return collection;
}

/** Majors of mongoose before 7 pass a callback as the last argument. */
function settled(promise, given) {
  const callback = given.at(-1);
  if (typeof callback !== 'function') {
    return promise;
  }
  promise.then((value) => callback(null, value), callback);
  return undefined;
}

/** The update as it is now: the script may go on changing the document. Values of mongoose's own say what they are by `toBSON`. */
function snapshot(value) {
  if (typeof value !== 'object' || value === null || value._bsontype !== undefined || value instanceof Date || ArrayBuffer.isView(value)) {
    return cloned(value);
  }
  if (typeof value.toBSON === 'function') {
    return snapshot(value.toBSON());
  }
  if (Array.isArray(value)) {
    return Array.from(value, snapshot);
  }
  if (value instanceof Map || Object.getPrototypeOf(value)?.constructor?.name === 'RegExp') {
    return cloned(value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, snapshot(item)]));
}

/** Marks the saves of documents that exist already and are on no session of their own. */
export function markSaves(mongoose) {
  const { prototype } = mongoose.Model;
  for (const name of ['save', '$save']) {
    const original = prototype[name];
    if (typeof original === 'function') {
      prototype[name] = function (options, ...rest) {
        const isPlain = options === undefined || options === null || typeof options === 'object';
        const marked = isPlain && !this.$isNew ? { ...options, checkKeys: SAVE_MARK } : options;
        return original.call(this, marked, ...rest);
      };
    }
  }
}

function hide(object, name, value) {
  Object.defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
}
