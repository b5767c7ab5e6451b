/** The `_id` that the driver gives to documents without one. */

import { ObjectId } from './bson.js';

/** Makes ObjectIds. */
export const DEFAULT_PK_FACTORY = {
  createPk() {
    return new ObjectId();
  },
};

/** Adds an `_id` to the user's own document, unless the server is to do it. */
export function addId(collection, document, isLeftToServer) {
  if (!isLeftToServer && document._id == null) document._id = collection.s.pkFactory.createPk();
  return document;
}
