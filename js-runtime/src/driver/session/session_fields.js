/** What a session adds to a command, and what it learns from the reply. The `lsid` itself is added natively. */

import * as bridge from '../../bridge.js';
import { Long } from '../bson.js';
import { MongoErrorLabel, MongoServerError } from '../errors.js';
import { DEFAULT_BSON_OPTIONS } from '../bson_options.js';
import { ReadConcernLevel } from '../read_concern.js';
import { isTransactionCommand, TransactionState } from './transaction.js';

const READS_WITH_CONCERN = ['find', 'aggregate', 'count', 'distinct', 'geoNear'];
const ALSO_CAUSAL = [
  'insert',
  'update',
  'delete',
  'findAndModify',
  'createIndexes',
  'create',
  'drop',
  'dropIndexes',
  'dropDatabase',
  'bulkWrite',
];

/** Whether a command takes a read concern from its options. */
export function supportsReadConcern(command) {
  return READS_WITH_CONCERN.some((name) => command[name]);
}

function supportsAfterClusterTime(command) {
  return supportsReadConcern(command) || ALSO_CAUSAL.some((name) => command[name]);
}

/** Adds the fields of an explicit session to a command; returns whether the command belongs to a transaction. */
export function applySession(session, command) {
  const inTransaction = session.inTransaction() || isTransactionCommand(command);
  if (inTransaction) {
    applyTransaction(session, command);
    return true;
  }
  if (session.transaction.state !== TransactionState.NO_TRANSACTION) {
    session.transaction.transition(TransactionState.NO_TRANSACTION);
  }
  if (session.supports.causalConsistency && session.operationTime && supportsAfterClusterTime(command)) {
    command.readConcern = { ...command.readConcern, afterClusterTime: session.operationTime };
  } else if (session.snapshotEnabled) {
    command.readConcern = command.readConcern
      ? { ...command.readConcern }
      : { level: ReadConcernLevel.snapshot };
    if (session.snapshotTime != null) command.readConcern.atClusterTime = session.snapshotTime;
  }
  return false;
}

function applyTransaction(session, command) {
  // A transaction that sent nothing has used up its number all the same.
  for (; session.transactionNumbersDue > 0; session.transactionNumbersDue--) {
    session.transactionNumber = Long.fromBigInt(bridge.nextTransactionNumber(session.handle));
  }
  command.txnNumber = session.transactionNumber;
  command.autocommit = false;
  if (!session.transaction.isStarting) return;
  command.startTransaction = true;
  const readConcern = session.transaction.options.readConcern ?? session.client.readConcern;
  if (readConcern) command.readConcern = readConcern;
  if (session.supports.causalConsistency && session.operationTime) {
    command.readConcern = { ...command.readConcern, afterClusterTime: session.operationTime };
  }
}

/** Takes over what a reply says about time and about the transaction. */
export function updateSession(session, reply) {
  const { clusterTime, operationTime } = reply;
  if (clusterTime !== undefined) session.noteClusterTime(clusterTime);
  if (operationTime !== undefined && session.supports.causalConsistency) session.advanceOperationTime(operationTime);
  if (reply.recoveryTokenAt !== 0 && session.inTransaction()) session.transaction.recoveryToken = reply.recoveryToken;
  if (session.snapshotEnabled && session.snapshotTime == null) session.snapshotTime = reply.atClusterTime;
  if (session.transaction.isStarting && !mayStartAgain(reply)) noteStarted(session);
}

function mayStartAgain(reply) {
  if (!reply.isError) return false;
  return new MongoServerError(reply.toObject(DEFAULT_BSON_OPTIONS)).hasErrorLabel(MongoErrorLabel.RetryableError);
}

/** A command with `startTransaction` has gone out, so the next one must not carry it. */
export function noteStarted(session) {
  if (session.transaction.isStarting) session.transaction.transition(TransactionState.TRANSACTION_IN_PROGRESS);
}
