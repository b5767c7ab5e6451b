/** The cursor of `db.listCollections`. */

import { READ, RETRYABLE } from '../execute.js';
import { AbstractCursor } from './abstract_cursor.js';

/** Descriptions of the collections of a database. */
export class ListCollectionsCursor extends AbstractCursor {
  constructor(db, filter, options = {}) {
    super(db.client, db.s.namespace, options, db.settings);
    this.parent = db;
    this.filter = filter;
    this.options = options;
  }

  clone() {
    return new ListCollectionsCursor(this.parent, this.filter, { ...this.options, ...this.cursorOptions });
  }

  openingOperation() {
    const options = { ...this.cursorOptions, ...this.options };
    const command = {
      listCollections: 1,
      filter: this.filter,
      cursor: options.batchSize ? { batchSize: options.batchSize } : {},
      nameOnly: !!options.nameOnly,
      authorizedCollections: !!options.authorizedCollections,
    };
    if (options.comment !== undefined) command.comment = options.comment;
    return {
      method: 'listCollections',
      client: this.client,
      database: this.parent.databaseName,
      namespace: this.parent.databaseName,
      settings: this.operationSettings(),
      command,
      kind: READ | RETRYABLE,
      options,
    };
  }
}
