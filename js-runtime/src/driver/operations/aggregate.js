/** The `aggregate` command. */

import { MongoInvalidArgumentError } from '../errors.js';
import { WriteConcern } from '../write_concern.js';

/** Whether the pipeline ends by writing into a collection. */
export function hasWriteStage(pipeline, options) {
  if (typeof options?.out === 'string') return true;
  const last = pipeline[pipeline.length - 1];
  return last !== undefined && !!(last.$out || last.$merge);
}

/** The command without read concern and collation; a write concern only counts for pipelines that write. */
export function aggregateCommand(target, pipeline, options, writeConcern) {
  const writes = hasWriteStage(pipeline, options);
  if (options.cursor != null && typeof options.cursor !== 'object') {
    throw new MongoInvalidArgumentError('Cursor options must be an object');
  }
  const stages = typeof options.out === 'string' ? pipeline.concat({ $out: options.out }) : pipeline;
  const command = { aggregate: target || 1, pipeline: stages };
  if (writes && writeConcern !== undefined) WriteConcern.apply(command, writeConcern);
  if (options.bypassDocumentValidation === true) command.bypassDocumentValidation = true;
  if (typeof options.allowDiskUse === 'boolean') command.allowDiskUse = options.allowDiskUse;
  if (options.hint) command.hint = options.hint;
  if (options.let) command.let = options.let;
  if (options.comment !== undefined) command.comment = options.comment;
  command.cursor = options.cursor || {};
  if (options.batchSize && !writes) command.cursor.batchSize = options.batchSize;
  return command;
}
