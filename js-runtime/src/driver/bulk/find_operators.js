/** What may follow `bulk.find(selector)`. */

import { hasAtomicOperators } from '../atomic_operators.js';
import { BatchType } from '../enums.js';
import { MongoInvalidArgumentError } from '../errors.js';
import { deleteStatement, updateStatement } from '../operations/statements.js';

/** Builds one update or delete of a bulk write. */
export class FindOperators {
  constructor(bulkOperation, selector) {
    this.bulkOperation = bulkOperation;
    this.selector = selector;
    this.options = {};
  }

  /** Updates all documents that match. */
  update(updateDocument) {
    return this.#addUpdate(updateDocument, true);
  }

  updateOne(updateDocument) {
    if (!hasAtomicOperators(updateDocument, this.bulkOperation.bsonOptions)) {
      throw new MongoInvalidArgumentError('Update document requires atomic operators');
    }
    return this.#addUpdate(updateDocument, false);
  }

  replaceOne(replacement) {
    if (hasAtomicOperators(replacement)) {
      throw new MongoInvalidArgumentError('Replacement document must not use atomic operators');
    }
    return this.#addUpdate(replacement, false);
  }

  deleteOne() {
    return this.#addDelete(1);
  }

  /** Deletes all documents that match. */
  delete() {
    return this.#addDelete(0);
  }

  upsert() {
    this.options.upsert = true;
    return this;
  }

  collation(collation) {
    this.options.collation = collation;
    return this;
  }

  arrayFilters(arrayFilters) {
    this.options.arrayFilters = arrayFilters;
    return this;
  }

  hint(hint) {
    this.options.hint = hint;
    return this;
  }

  #addUpdate(update, multi) {
    const statement = updateStatement(this.selector, update, this.options, multi);
    this.#forget();
    return this.bulkOperation.addToOperationsList(BatchType.UPDATE, statement);
  }

  #addDelete(limit) {
    const statement = deleteStatement(this.selector, this.options, limit);
    this.#forget();
    return this.bulkOperation.addToOperationsList(BatchType.DELETE, statement);
  }

  /** A selector serves one statement; npm `mongodb` drops it with the statement. */
  #forget() {
    this.selector = undefined;
    this.options = {};
  }
}
