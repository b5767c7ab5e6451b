/** The loop of `session.withTransaction`: what is retried, how long, and which error ends it. */

import { isMaxTimeMSExpired } from '../error_codes.js';
import { MongoError, MongoErrorLabel, MongoInvalidArgumentError } from '../errors.js';
import { TransactionState } from './transaction.js';

const LIMIT_MS = 120_000;
const FIRST_BACKOFF_MS = 5;
const LONGEST_BACKOFF_MS = 500;
const BACKOFF_GROWTH = 1.5;

function isThenable(value) {
  return value != null && typeof value === 'object' && typeof value.then === 'function';
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function wasEnded(session) {
  const { state } = session.transaction;
  return (
    state === TransactionState.NO_TRANSACTION ||
    state === TransactionState.TRANSACTION_COMMITTED ||
    state === TransactionState.TRANSACTION_ABORTED
  );
}

/** Waits before another attempt; throws the last error when no time is left for it. */
async function backOff(attempt, deadline, lastError) {
  const longest = Math.min(FIRST_BACKOFF_MS * BACKOFF_GROWTH ** attempt, LONGEST_BACKOFF_MS);
  const milliseconds = Math.random() * longest;
  if (performance.now() + milliseconds >= deadline) throw lastError;
  await sleep(milliseconds);
}

/** Handles a failed callback: returns when the transaction should be tried again, else throws. */
async function afterFailedCallback(session, error, deadline) {
  if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) {
    await session.abortTransaction();
    throw error;
  }
  if (session.inTransaction()) await session.abortTransaction();
  if (!error.hasErrorLabel(MongoErrorLabel.TransientTransactionError) || performance.now() >= deadline) throw error;
}

/** Commits until the outcome is known; returns the error when the whole transaction should be tried again. */
async function commit(session, deadline) {
  for (;;) {
    try {
      await session.commitTransaction();
      return undefined;
    } catch (error) {
      const isLabelled = error instanceof MongoError;
      if (isLabelled && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult) && !isMaxTimeMSExpired(error)) {
        if (performance.now() >= deadline) throw error;
        continue;
      }
      if (isLabelled && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError)) return error;
      throw error;
    }
  }
}

/** Runs `callback` in a transaction of `session`. */
export async function withTransaction(session, callback, options) {
  const deadline = performance.now() + LIMIT_MS;
  let lastError;
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) await backOff(attempt, deadline, lastError);
    session.startTransaction(options);
    let result;
    try {
      const promise = callback(session);
      if (!isThenable(promise)) {
        throw new MongoInvalidArgumentError('Function provided to `withTransaction` must return a Promise');
      }
      result = await promise;
    } catch (error) {
      await afterFailedCallback(session, error, deadline);
      lastError = error;
      continue;
    }
    if (wasEnded(session)) return result;
    lastError = await commit(session, deadline);
    if (lastError === undefined) return result;
  }
}
