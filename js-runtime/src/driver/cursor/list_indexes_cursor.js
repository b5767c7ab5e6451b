/** The cursor of `collection.listIndexes`. */

import { READ, RETRYABLE } from '../execute.js';
import { AbstractCursor } from './abstract_cursor.js';

/** Descriptions of the indexes of a collection. */
export class ListIndexesCursor extends AbstractCursor {
  constructor(collection, options = {}) {
    super(collection.client, collection.fullNamespace, options, collection.settings);
    this.parent = collection;
    this.options = options;
  }

  clone() {
    return new ListIndexesCursor(this.parent, { ...this.options, ...this.cursorOptions });
  }

  openingOperation() {
    const options = { ...this.cursorOptions, ...this.options };
    const command = {
      listIndexes: this.parent.collectionName,
      cursor: options.batchSize ? { batchSize: options.batchSize } : {},
    };
    if (options.comment !== undefined) command.comment = options.comment;
    return {
      method: 'listIndexes',
      client: this.client,
      database: this.parent.dbName,
      namespace: this.parent.namespace,
      settings: this.operationSettings(),
      command,
      kind: READ | RETRYABLE,
      options,
    };
  }
}
