/** The cursor of `db.runCursorCommand`: the user's own command document opens it, unchanged. */

import { MongoAPIError } from '../errors.js';
import { AS_GIVEN } from '../execute.js';
import { MongoDBNamespace } from '../namespace.js';
import { AbstractCursor } from './abstract_cursor.js';

/** Documents of any command that answers with a cursor. */
export class RunCommandCursor extends AbstractCursor {
  constructor(db, command, options = {}) {
    super(db.client, MongoDBNamespace.fromString(db.namespace), options, db.nothingInherited);
    this.db = db;
    this.command = Object.freeze({ ...command });
    this.laterOptions = {};
  }

  setComment(comment) {
    this.laterOptions.comment = comment;
    return this;
  }

  setMaxTimeMS(maxTimeMS) {
    this.laterOptions.maxTimeMS = maxTimeMS;
    return this;
  }

  setBatchSize(batchSize) {
    this.laterOptions.batchSize = batchSize;
    return this;
  }

  getMoreOptions() {
    return { ...super.getMoreOptions(), ...this.laterOptions };
  }

  openingOperation() {
    return {
      method: 'runCursorCommand',
      client: this.client,
      database: this.db.databaseName,
      namespace: this.db.databaseName,
      settings: this.operationSettings(),
      command: this.command,
      kind: AS_GIVEN,
      options: this.cursorOptions,
    };
  }

  clone() {
    throw new MongoAPIError('Clone not supported, create a new cursor with db.runCursorCommand');
  }

  withReadConcern() {
    throw new MongoAPIError(
      'RunCommandCursor does not support readConcern it must be attached to the command being run',
    );
  }

  addCursorFlag() {
    throw new MongoAPIError(
      'RunCommandCursor does not support cursor flags, they must be attached to the command being run',
    );
  }

  maxTimeMS() {
    throw new MongoAPIError(
      'maxTimeMS must be configured on the command document directly, to configure getMore.maxTimeMS use cursor.setMaxTimeMS()',
    );
  }

  batchSize() {
    throw new MongoAPIError(
      'batchSize must be configured on the command document directly, to configure getMore.batchSize use cursor.setBatchSize()',
    );
  }
}
