/** Dropping a collection that isn't there: an error of the server before major 7, `false` since. */

import { CODES } from '../error_codes.js';
import { MongoServerError } from '../errors.js';
import { replaceMethod } from './patch.js';

/** Majors 3 to 6. Servers from 7.0 on report success, so `false` means that the server said so. */
export function refuseMissingCollections({ Db }) {
  replaceMethod(Db, 'dropCollection', (drop) => async function (...args) {
    const dropped = await drop.apply(this, args);
    if (dropped !== false) return dropped;
    throw new MongoServerError({
      ok: 0,
      errmsg: 'ns not found',
      code: CODES.NamespaceNotFound,
      codeName: 'NamespaceNotFound',
    });
  });
}
