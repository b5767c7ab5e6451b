/** Operations of cursors and change streams, and how they are opened without moving them forward. */

/** The format wants the first command to have run when the cursor entity exists. */
export async function forceFirstBatch(cursor) {
  await cursor.hasNext();
  return cursor;
}

/**
 * The aggregate must have run before the next operation. The driver has no public call for it that doesn't also send a getMore,
 * so its cursor's own start is used.
 */
export async function openChangeStream(watchable, { pipeline, ...options }) {
  const changeStream = watchable.watch(pipeline, options);
  await changeStream.cursor.cursorInit();
  return changeStream;
}

/** @returns {object} a run-command cursor with the operation's settings, not started */
export function runCommandCursor(database, { command, batchSize, maxTimeMS, comment, commandName: _name, cursorType, ...options }) {
  if (cursorType !== undefined) options.cursorType = cursorType;
  const cursor = database.runCursorCommand(command, options);
  if (batchSize !== undefined) cursor.setBatchSize(batchSize);
  if (maxTimeMS !== undefined) cursor.setMaxTimeMS(maxTimeMS);
  if (comment !== undefined) cursor.setComment(comment);
  return cursor;
}

export const cursorOperations = {
  close: cursor => cursor.close(),
  iterateOnce: cursor => cursor.tryNext(),
  iterateUntilDocumentOrError: cursor => cursor.next()
};
