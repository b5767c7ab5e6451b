/** Later batches: from the native cursor, or as commands of their own inside a transaction. */

import * as bridge from '../../bridge.js';
import { execute, finishBridgeCall } from '../execute.js';
import { passBarrier } from '../pending.js';
import { NO_OPTIONS } from '../settings.js';

/** The reply to the native cursor's next getMore. */
export async function getMoreFromBridge(cursor) {
  const operation = operationOf(cursor, 'getMore', undefined);
  const held = passBarrier(operation);
  if (held !== undefined) await held;
  return await finishBridgeCall(operation, bridge.nextBatch(cursor.nativeHandle));
}

/** The same as a command, so that it carries the fields of the transaction. */
export async function getMoreInTransaction(cursor) {
  const { batchSize, maxTimeMS, comment } = cursor.getMoreOptions();
  const command = { getMore: cursor.cursorId, collection: cursor.namespace.collection };
  if (typeof batchSize === 'number') command.batchSize = Math.abs(batchSize);
  if (typeof maxTimeMS === 'number') command.maxTimeMS = maxTimeMS;
  if (comment !== undefined) command.comment = comment;
  return await execute(operationOf(cursor, 'getMore', command));
}

/** Closes a cursor that was opened inside a transaction; failures don't matter, the server cleans up with it. */
export async function killInTransaction(cursor, cursorId) {
  const command = { killCursors: cursor.namespace.collection, cursors: [cursorId] };
  try {
    await execute(operationOf(cursor, 'killCursors', command));
  } catch (error) {
    if (error?.kind === 'fence') throw error;
  }
}

function operationOf(cursor, method, command) {
  const { bson, session } = cursor.cursorSettings;
  return {
    method,
    client: cursor.cursorClient,
    database: cursor.namespace.db,
    namespace: cursor.namespace.toString(),
    settings: { bson, readConcern: undefined, writeConcern: undefined, readPreference: undefined, session },
    command,
    kind: 0,
    options: cursor.signal === undefined ? NO_OPTIONS : { signal: cursor.signal },
  };
}
