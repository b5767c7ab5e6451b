/** The errors inside a bulk write's result, and the one thrown for them. */

import { MongoServerError } from '../errors.js';

/** One statement that failed. */
export class WriteError {
  constructor(err) {
    this.err = err;
  }

  get code() {
    return this.err.code;
  }

  get index() {
    return this.err.index;
  }

  get errmsg() {
    return this.err.errmsg;
  }

  get errInfo() {
    return this.err.errInfo;
  }

  getOperation() {
    return this.err.op;
  }

  toJSON() {
    const { code, index, errmsg, op } = this.err;
    return { code, index, errmsg, op };
  }

  toString() {
    return `WriteError(${JSON.stringify(this.toJSON())})`;
  }
}

/** A write concern that was not met. */
export class WriteConcernError {
  constructor(error) {
    this.serverError = error;
  }

  get code() {
    return this.serverError.code;
  }

  get errmsg() {
    return this.serverError.errmsg;
  }

  get errInfo() {
    return this.serverError.errInfo;
  }

  toJSON() {
    return this.serverError;
  }

  toString() {
    return `WriteConcernError(${this.errmsg})`;
  }
}

/** A bulk write failed, wholly or in part; `result` tells what was done. */
export class MongoBulkWriteError extends MongoServerError {
  constructor(error, result) {
    super(error);
    this.writeErrors = [];
    if (error instanceof WriteConcernError) {
      this.err = error;
    } else if (!(error instanceof Error)) {
      this.message = error.message;
      this.code = error.code;
      this.writeErrors = error.writeErrors ?? [];
    }
    this.result = result;
    Object.assign(this, error);
  }

  get name() {
    return 'MongoBulkWriteError';
  }

  get insertedCount() {
    return this.result.insertedCount;
  }

  get matchedCount() {
    return this.result.matchedCount;
  }

  get modifiedCount() {
    return this.result.modifiedCount;
  }

  get deletedCount() {
    return this.result.deletedCount;
  }

  get upsertedCount() {
    return this.result.upsertedCount;
  }

  get insertedIds() {
    return this.result.insertedIds;
  }

  get upsertedIds() {
    return this.result.upsertedIds;
  }
}
