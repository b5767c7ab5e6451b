/** Dropping a collection that isn't there: an error of the server before major 7, `false` since. */

import { dropCollection, sendDrop } from '../operations/drop_collection.js';
import { asOptions } from '../settings.js';
import { replaceMethod } from './patch.js';

/** Majors 3 to 6. Servers from 7.0 on report success for most of such drops. */
export function refuseMissingCollections({ Db }) {
  replaceMethod(Db, 'dropCollection', () => async function (name, options) {
    return await dropCollection(this, name, asOptions(options), sendDrop);
  });
}
