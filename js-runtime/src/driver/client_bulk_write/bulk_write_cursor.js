/** The cursor over the results of one `bulkWrite` command. */

import { AbstractCursor } from '../cursor/abstract_cursor.js';
import { RETRYABLE, WRITE, OWN_COLLATION } from '../execute.js';
import { MongoDBNamespace } from '../namespace.js';

function commandOf(batch, { verboseResults, ordered, bypassDocumentValidation, let: variables, comment }) {
  const command = {
    bulkWrite: 1,
    errorsOnly: !verboseResults,
    ordered: ordered ?? true,
    ops: batch.ops,
    nsInfo: batch.nsInfo,
  };
  if (bypassDocumentValidation != null) command.bypassDocumentValidation = bypassDocumentValidation;
  if (variables) command.let = variables;
  if (comment !== undefined) command.comment = comment;
  return command;
}

/** The operation that sends a batch. */
export function bulkWriteOperation(client, batch, options, settings) {
  return {
    method: 'bulkWrite',
    client,
    database: 'admin',
    namespace: 'client',
    settings,
    command: commandOf(batch, options),
    kind: WRITE | OWN_COLLATION | (batch.isRetryable ? RETRYABLE : 0),
    options,
  };
}

/** Results of single statements; those of the command as a whole are `summary`. */
export class BulkWriteCursor extends AbstractCursor {
  constructor(client, batch, options, settings) {
    super(client, new MongoDBNamespace('admin', '$cmd'), { session: settings.session }, client.settings);
    this.batch = batch;
    this.bulkOptions = options;
    this.bulkSettings = settings;
    this.summary = undefined;
  }

  openingOperation() {
    return bulkWriteOperation(this.client, this.batch, this.bulkOptions, this.bulkSettings);
  }

  adopt(reply) {
    super.adopt(reply);
    this.summary ??= reply.toObject(this.bulkSettings.bson);
  }
}
