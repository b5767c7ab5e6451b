/** Commits and aborts: which command is sent, when none is, and what is tried twice. */

import { MongoErrorLabel, MongoError, MongoServerError, MongoTransactionError, MongoWriteConcernError } from '../errors.js';
import { CODES, isMaxTimeMSExpired, isRetryableWriteError } from '../error_codes.js';
import { AS_GIVEN, execute } from '../execute.js';
import { NO_OPTIONS, NOTHING_INHERITED, withSession } from '../settings.js';
import { WriteConcern } from '../write_concern.js';
import { TransactionState } from './transaction.js';

const COMMIT_TIMEOUT_MS = 10_000;

const UNCERTAIN_CONCERNS = new Set([
  'CannotSatisfyWriteConcern',
  'UnknownReplWriteConcern',
  'UnsatisfiableWriteConcern',
]);

/** The decision is not in doubt when the server says that the write concern can never be met. */
function mayHaveCommitted(error) {
  if (isMaxTimeMSExpired(error)) return true;
  if (error instanceof MongoServerError && UNCERTAIN_CONCERNS.has(error.codeName)) return false;
  return error.code !== CODES.UnsatisfiableWriteConcern && error.code !== CODES.UnknownReplWriteConcern;
}

function hasUnknownResult(error) {
  const candidate =
    isRetryableWriteError(error) || error instanceof MongoWriteConcernError || isMaxTimeMSExpired(error);
  return candidate && mayHaveCommitted(error);
}

async function run(session, method, command) {
  await execute({
    method,
    client: session.client,
    database: 'admin',
    namespace: 'session',
    settings: withSession(NOTHING_INHERITED, session),
    command,
    kind: AS_GIVEN,
    options: NO_OPTIONS,
  });
}

function commitCommand(session, writeConcern) {
  const { transaction } = session;
  const command = { commitTransaction: 1 };
  if (writeConcern != null) {
    WriteConcern.apply(command, { wtimeoutMS: COMMIT_TIMEOUT_MS, w: 'majority', ...writeConcern });
  }
  if (transaction.state === TransactionState.TRANSACTION_COMMITTED || session.commitAttempted) {
    WriteConcern.apply(command, { wtimeoutMS: COMMIT_TIMEOUT_MS, ...writeConcern, w: 'majority' });
  }
  if (typeof transaction.options.maxTimeMS === 'number') command.maxTimeMS = transaction.options.maxTimeMS;
  if (transaction.recoveryToken) command.recoveryToken = transaction.recoveryToken;
  return command;
}

/** Commits; sends nothing when the transaction has sent nothing. */
export async function commitTransaction(session) {
  const { transaction } = session;
  switch (transaction.state) {
    case TransactionState.NO_TRANSACTION:
      throw new MongoTransactionError('No transaction started');
    case TransactionState.STARTING_TRANSACTION:
    case TransactionState.TRANSACTION_COMMITTED_EMPTY:
      transaction.transition(TransactionState.TRANSACTION_COMMITTED_EMPTY);
      return;
    case TransactionState.TRANSACTION_ABORTED:
      throw new MongoTransactionError('Cannot call commitTransaction after calling abortTransaction');
    default:
  }
  const writeConcern = transaction.options.writeConcern ?? session.client.writeConcern;
  const command = commitCommand(session, writeConcern);
  try {
    await commitOnceOrTwice(session, command, writeConcern);
  } catch (error) {
    if (error instanceof MongoError && hasUnknownResult(error)) {
      error.addErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult);
    }
    throw error;
  } finally {
    transaction.transition(TransactionState.TRANSACTION_COMMITTED);
  }
}

async function commitOnceOrTwice(session, command, writeConcern) {
  try {
    await run(session, 'commitTransaction', command);
    session.commitAttempted = undefined;
  } catch (error) {
    session.commitAttempted = true;
    if (!isRetryableWriteError(error)) throw error;
    WriteConcern.apply(command, { wtimeoutMS: COMMIT_TIMEOUT_MS, ...writeConcern, w: 'majority' });
    await run(session, 'commitTransaction', command);
  }
}

function refuseAbort(state) {
  switch (state) {
    case TransactionState.NO_TRANSACTION:
      throw new MongoTransactionError('No transaction started');
    case TransactionState.TRANSACTION_ABORTED:
      throw new MongoTransactionError('Cannot call abortTransaction twice');
    case TransactionState.TRANSACTION_COMMITTED:
    case TransactionState.TRANSACTION_COMMITTED_EMPTY:
      throw new MongoTransactionError('Cannot call abortTransaction after calling commitTransaction');
    default:
  }
}

/** Aborts; a failure to do so is not an error, as the server aborts abandoned transactions itself. */
export async function abortTransaction(session) {
  const { transaction } = session;
  refuseAbort(transaction.state);
  if (transaction.isStarting) {
    transaction.transition(TransactionState.TRANSACTION_ABORTED);
    return;
  }
  const command = { abortTransaction: 1 };
  const writeConcern = transaction.options.writeConcern ?? session.client.writeConcern;
  if (writeConcern != null) {
    WriteConcern.apply(command, { wtimeoutMS: COMMIT_TIMEOUT_MS, w: 'majority', ...writeConcern });
  }
  if (transaction.recoveryToken) command.recoveryToken = transaction.recoveryToken;
  try {
    await run(session, 'abortTransaction', command);
  } catch (error) {
    refuseToSwallow(error);
    if (isRetryableWriteError(error)) await run(session, 'abortTransaction', command).catch(refuseToSwallow);
  } finally {
    transaction.transition(TransactionState.TRANSACTION_ABORTED);
  }
}

function refuseToSwallow(error) {
  // The fence stops the run; npm `mongodb` likewise lets its own programming errors out.
  if (error?.kind === 'fence' || error?.name === 'MongoRuntimeError') throw error;
}
