/** Where a session is in its transaction, and with which options the transaction was started. */

import { MongoRuntimeError, MongoTransactionError } from '../errors.js';
import { ReadConcern } from '../read_concern.js';
import { ReadPreference } from '../read_preference.js';
import { WriteConcern } from '../write_concern.js';

export const TransactionState = Object.freeze({
  NO_TRANSACTION: 'NO_TRANSACTION',
  STARTING_TRANSACTION: 'STARTING_TRANSACTION',
  TRANSACTION_IN_PROGRESS: 'TRANSACTION_IN_PROGRESS',
  TRANSACTION_COMMITTED: 'TRANSACTION_COMMITTED',
  TRANSACTION_COMMITTED_EMPTY: 'TRANSACTION_COMMITTED_EMPTY',
  TRANSACTION_ABORTED: 'TRANSACTION_ABORTED',
});

const NONE = TransactionState.NO_TRANSACTION;
const STARTING = TransactionState.STARTING_TRANSACTION;
const IN_PROGRESS = TransactionState.TRANSACTION_IN_PROGRESS;
const COMMITTED = TransactionState.TRANSACTION_COMMITTED;
const COMMITTED_EMPTY = TransactionState.TRANSACTION_COMMITTED_EMPTY;
const ABORTED = TransactionState.TRANSACTION_ABORTED;

const NEXT_STATES = {
  [NONE]: [NONE, STARTING],
  [STARTING]: [IN_PROGRESS, COMMITTED, COMMITTED_EMPTY, ABORTED],
  [IN_PROGRESS]: [IN_PROGRESS, COMMITTED, ABORTED],
  [COMMITTED]: [COMMITTED, COMMITTED_EMPTY, STARTING, NONE],
  [ABORTED]: [STARTING, NONE],
  [COMMITTED_EMPTY]: [COMMITTED_EMPTY, NONE],
};

/** One transaction of a session. */
export class Transaction {
  constructor(options = {}) {
    this.state = NONE;
    this.options = {};
    this.recoveryToken = undefined;
    const writeConcern = WriteConcern.fromOptions(options);
    if (writeConcern) {
      if (writeConcern.w === 0) {
        throw new MongoTransactionError('Transactions do not support unacknowledged write concern');
      }
      this.options.writeConcern = writeConcern;
    }
    if (options.readConcern) this.options.readConcern = ReadConcern.fromOptions(options);
    if (options.readPreference) this.options.readPreference = ReadPreference.fromOptions(options);
    if (options.maxCommitTimeMS) this.options.maxTimeMS = options.maxCommitTimeMS;
  }

  get isStarting() {
    return this.state === STARTING;
  }

  get isActive() {
    return this.state === STARTING || this.state === IN_PROGRESS;
  }

  get isCommitted() {
    return this.state === COMMITTED || this.state === COMMITTED_EMPTY || this.state === ABORTED;
  }

  transition(nextState) {
    if (!NEXT_STATES[this.state].includes(nextState)) {
      throw new MongoRuntimeError(`Attempted illegal state transition from [${this.state}] to [${nextState}]`);
    }
    this.state = nextState;
  }
}

/** Whether a command ends a transaction. */
export function isTransactionCommand(command) {
  return !!(command.commitTransaction || command.abortTransaction);
}
