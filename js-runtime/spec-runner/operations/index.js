/** Finds what plays an operation: by the kind of the entity it is called on. */

import { Kind } from '../entities.js';
import { MALFORMED, Mismatch } from '../outcomes.js';
import { bucketOperations } from './gridfs.js';
import { collectionOperations } from './collection.js';
import { cursorOperations } from './cursor.js';
import { clientOperations, databaseOperations } from './database.js';
import { sessionOperations, withSession } from './session.js';
import { testRunnerOperations } from './test_runner.js';

const TABLES = {
  [Kind.CLIENT]: clientOperations,
  [Kind.DATABASE]: databaseOperations,
  [Kind.COLLECTION]: collectionOperations,
  [Kind.SESSION]: sessionOperations,
  [Kind.BUCKET]: bucketOperations,
  [Kind.CURSOR]: cursorOperations,
  [Kind.CHANGE_STREAM]: cursorOperations
};

/** Operations whose result is an entity with operations of its own. */
const RESULT_KINDS = {
  createChangeStream: Kind.CHANGE_STREAM,
  createCollection: Kind.COLLECTION,
  createCommandCursor: Kind.CURSOR,
  createFindCursor: Kind.CURSOR
};

export const resultKind = name => RESULT_KINDS[name] ?? Kind.VALUE;

/**
 * @param {object} operation one operation of a file
 * @param {object} context the test it belongs to (`unified_test.js`)
 * @returns {Promise<unknown>} the driver's result
 */
export async function callOperation(operation, context) {
  context.entities.noteLsids();
  const args = withSession(operation.arguments ?? {}, context.entities);
  if (operation.object === 'testRunner') {
    const play = testRunnerOperations[operation.name];
    if (!play) throw new Mismatch(`unknown operation \`${operation.name}\` of the test runner`, MALFORMED);
    return play(args, context);
  }
  const { kind, value } = context.entities.entry(operation.object);
  const play = TABLES[kind]?.[operation.name];
  if (!play) throw new Mismatch(`unknown operation \`${operation.name}\` of a ${kind}`, MALFORMED);
  return play(value, args, context);
}
