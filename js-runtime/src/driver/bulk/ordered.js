/** Bulk writes that keep their order and stop at the first failure. */

import { Batch } from './batch.js';
import { BulkOperationBase } from './bulk_operation_base.js';

/** Statements go to the server in the order they were added. */
export class OrderedBulkOperation extends BulkOperationBase {
  #current;

  constructor(collection, options) {
    super(collection, options, true);
  }

  openBatches() {
    return this.#current === undefined ? [] : [this.#current];
  }

  batchFor(batchType, sizeBytes, index) {
    const current = this.#current;
    if (current === undefined) {
      this.#current = new Batch(batchType, index);
    } else if (current.batchType !== batchType || this.isFull(current, sizeBytes)) {
      this.s.batches.push(current);
      this.#current = new Batch(batchType, index);
    }
    return this.#current;
  }
}
