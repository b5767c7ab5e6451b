/** Cursors as older majors have them: what happens after the last document, and the methods that only 3 has. */

import { MongoCursorExhaustedError, MongoError, MongoInvalidArgumentError } from '../errors.js';
import { settleCallback } from './callbacks.js';
import { defineMethod, replaceMethod } from './patch.js';

/** Majors 3 to 5: once `next` has said that there is nothing more, asking again is an error. */
export function refuseReadingPastEnd({ AbstractCursor }, major) {
  const exhausted = new WeakSet();
  const refuse = () => (major === 3 ? new MongoError('Cursor is closed') : new MongoCursorExhaustedError());
  for (const name of ['next', 'tryNext']) {
    replaceMethod(AbstractCursor, name, (method) => async function () {
      if (exhausted.has(this)) throw refuse();
      const document = await method.call(this);
      if (document === null && this.isDead) exhausted.add(this);
      return document;
    });
  }
  replaceMethod(AbstractCursor, 'rewind', (rewind) => function () {
    exhausted.delete(this);
    return rewind.call(this);
  });
}

/** Major 3: `toArray` and `forEach` begin anew on a cursor that was read before; `count` leaves skip and limit out. */
export function rewindForReading({ AbstractCursor, FindCursor }) {
  replaceMethod(AbstractCursor, 'toArray', (toArray) => async function () {
    this.rewind();
    return await toArray.call(this);
  });
  replaceMethod(AbstractCursor, 'forEach', (forEach) => async function (iterator) {
    this.rewind();
    await forEach.call(this, (document) => void iterator(document));
    return null;
  });
  replaceMethod(FindCursor, 'count', (count) => async function (applySkipLimit, options) {
    const isLimited = applySkipLimit === true;
    const counted = isLimited ? this : withoutSkipAndLimit(this);
    return await count.call(counted, options ?? {});
  });
}

function withoutSkipAndLimit(cursor) {
  const clone = cursor.clone();
  clone.limit(0);
  clone.skip(0);
  return clone;
}

/** Major 3. */
export function addCursorMethods({ AbstractCursor }) {
  defineMethod(AbstractCursor, 'isClosed', function () {
    return this.closed;
  });
  defineMethod(AbstractCursor, 'each', function (callback) {
    if (typeof callback !== 'function') throw new MongoInvalidArgumentError('callback is mandatory');
    settleCallback(giveEach(this, callback), () => {}, null);
  });
}

async function giveEach(cursor, callback) {
  let isStopped = false;
  try {
    for await (const document of cursor) {
      isStopped = callback(null, document) === false;
      if (isStopped) return;
    }
  } catch (error) {
    callback(error, null);
    return;
  }
  callback(null, null);
}
