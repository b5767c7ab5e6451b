/** Sends each update of a document at once, as mongoose does. */

export const directWriter = {
  /**
   * @param {object} collection
   * @param {{ filter: object, update: object, failure: () => Error }} change
   * @param {object} options of the driver's call
   */
  async update(collection, { filter, update, failure }, options) {
    const { matchedCount, acknowledged } = await collection.updateOne(filter, update, options);
    if (acknowledged !== false && matchedCount === 0) {
      throw failure();
    }
  },

  /** Nothing is held back. */
  async settle() {},
};
