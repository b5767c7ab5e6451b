/** Bulk writes that the server may do in any order; failures are collected and thrown at the end. */

import { BatchType } from '../enums.js';
import { Batch } from './batch.js';
import { BulkOperationBase } from './bulk_operation_base.js';

/** Statements of one kind go to the server together. */
export class UnorderedBulkOperation extends BulkOperationBase {
  #open = new Map();

  constructor(collection, options) {
    super(collection, options, false);
  }

  openBatches() {
    return [BatchType.INSERT, BatchType.UPDATE, BatchType.DELETE]
      .map((batchType) => this.#open.get(batchType))
      .filter((batch) => batch !== undefined);
  }

  batchFor(batchType, sizeBytes, index) {
    let batch = this.#open.get(batchType);
    if (batch === undefined || this.isFull(batch, sizeBytes)) {
      if (batch !== undefined) this.s.batches.push(batch);
      batch = new Batch(batchType, index);
      this.#open.set(batchType, batch);
    }
    return batch;
  }

  /** Only after the last batch: the others must be sent whatever happened. */
  handleWriteError(batch) {
    if (batch === this.s.batches[this.s.batches.length - 1]) super.handleWriteError();
  }
}
