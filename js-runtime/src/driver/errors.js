/**
 * The error classes of the public API: same names, same inheritance and same constructor shapes as npm `mongodb`,
 * so that `instanceof`, `err.name`, `err.code` and printed errors look alike.
 */

/** Labels that the server or the driver puts on errors. */
export const MongoErrorLabel = Object.freeze({
  RetryableWriteError: 'RetryableWriteError',
  TransientTransactionError: 'TransientTransactionError',
  UnknownTransactionCommitResult: 'UnknownTransactionCommitResult',
  ResumableChangeStreamError: 'ResumableChangeStreamError',
  HandshakeError: 'HandshakeError',
  ResetPool: 'ResetPool',
  PoolRequestedRetry: 'PoolRequestedRetry',
  InterruptInUseConnections: 'InterruptInUseConnections',
  NoWritesPerformed: 'NoWritesPerformed',
  RetryableError: 'RetryableError',
  SystemOverloadedError: 'SystemOverloadedError',
});

/** Fields that majors before 6 don't have among what is printed and copied of an error. */
let showsRecentFields = true;
const LABELS = Symbol('errorLabels');

/** Errors show what those of majors 3 to 5 show. */
export function hideRecentFields() {
  showsRecentFields = false;
}

function setRecentField(error, name, value) {
  if (showsRecentFields) error[name] = value;
  else Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
}

/** The root of all errors of the driver. */
export class MongoError extends Error {
  constructor(message, options) {
    super(message, options);
    setRecentField(this, 'errorLabelSet', new Set());
    if (!showsRecentFields) this[LABELS] = this.errorLabelSet;
  }

  get name() {
    return 'MongoError';
  }

  get errmsg() {
    return this.message;
  }

  get errorLabels() {
    return Array.from(this.errorLabelSet);
  }

  hasErrorLabel(label) {
    return this.errorLabelSet.has(label);
  }

  addErrorLabel(label) {
    this.errorLabelSet.add(label);
  }

  static buildErrorMessage(error) {
    if (typeof error === 'string') return error;
    if (Array.isArray(error?.errors) && error.message?.length === 0) {
      return error.errors.length === 0
        ? 'AggregateError has an empty errors array. Please check the `cause` property for more information.'
        : error.errors.map((each) => each.message).join(', ');
    }
    return typeof error?.message === 'string' ? error.message : 'empty error message';
  }
}

const FIELDS_NOT_COPIED = new Set(['errorLabels', 'errmsg', 'message', 'errorResponse']);

/** An error reply of the server; its fields are copied, the reply itself is `errorResponse`. */
export class MongoServerError extends MongoError {
  constructor(response) {
    super(response.message || response.errmsg || response.$err || 'n/a');
    for (const label of response.errorLabels ?? []) this.addErrorLabel(label);
    setRecentField(this, 'errorResponse', response);
    for (const field in response) {
      if (!FIELDS_NOT_COPIED.has(field)) this[field] = response[field];
    }
  }

  get name() {
    return 'MongoServerError';
  }
}

/** The write happened, but the wished-for write concern was not met. */
export class MongoWriteConcernError extends MongoServerError {
  constructor(result) {
    super({ ...result.writeConcernError, ...result });
    this.errInfo = result.writeConcernError.errInfo;
    this.result = result;
  }

  get name() {
    return 'MongoWriteConcernError';
  }
}

/** A connection failed. */
export class MongoNetworkError extends MongoError {
  constructor(message, options) {
    super(message, { cause: options?.cause });
    this.beforeHandshake = !!options?.beforeHandshake;
  }

  get name() {
    return 'MongoNetworkError';
  }
}

/** The deployment is not what an operation needs, or can't be reached. */
export class MongoSystemError extends MongoError {
  constructor(message, reason) {
    if (reason?.error) {
      super(MongoError.buildErrorMessage(reason.error.message || reason.error), { cause: reason.error });
    } else {
      super(message);
    }
    if (reason) this.reason = reason;
    this.code = reason?.error?.code;
  }

  get name() {
    return 'MongoSystemError';
  }
}

/** Declares a class that differs from its parent only by name and by the message used when none is given. */
function derive(Parent, name, fallback) {
  const Derived = class extends Parent {
    constructor(message = fallback, options) {
      super(message, options);
    }

    get name() {
      return name;
    }
  };
  Object.defineProperty(Derived, 'name', { value: name });
  return Derived;
}

export const MongoServerSelectionError = derive(MongoSystemError, 'MongoServerSelectionError');
export const MongoNetworkTimeoutError = derive(MongoNetworkError, 'MongoNetworkTimeoutError');

export const MongoDriverError = derive(MongoError, 'MongoDriverError');
export const MongoAPIError = derive(MongoDriverError, 'MongoAPIError');
export const MongoRuntimeError = derive(MongoDriverError, 'MongoRuntimeError');
export const MongoParseError = derive(MongoDriverError, 'MongoParseError');
export const MongoOperationTimeoutError = derive(MongoDriverError, 'MongoOperationTimeoutError');

export const MongoBatchReExecutionError = derive(
  MongoAPIError,
  'MongoBatchReExecutionError',
  'This batch has already been executed, create new batch to execute',
);
export const MongoClientClosedError = derive(
  MongoAPIError,
  'MongoClientClosedError',
  'Operation interrupted because client was closed',
);
export const MongoCompatibilityError = derive(MongoAPIError, 'MongoCompatibilityError');
export const MongoCursorExhaustedError = derive(MongoAPIError, 'MongoCursorExhaustedError', 'Cursor is exhausted');
export const MongoCursorInUseError = derive(MongoAPIError, 'MongoCursorInUseError', 'Cursor is already initialized');
export const MongoExpiredSessionError = derive(
  MongoAPIError,
  'MongoExpiredSessionError',
  'Cannot use a session that has ended',
);
export const MongoInvalidArgumentError = derive(MongoAPIError, 'MongoInvalidArgumentError');
export const MongoMissingCredentialsError = derive(MongoAPIError, 'MongoMissingCredentialsError');
export const MongoNotConnectedError = derive(MongoAPIError, 'MongoNotConnectedError');
export const MongoServerClosedError = derive(MongoAPIError, 'MongoServerClosedError', 'Server is closed');
export const MongoTailableCursorError = derive(
  MongoAPIError,
  'MongoTailableCursorError',
  'Tailable cursor does not support this operation',
);
export const MongoTopologyClosedError = derive(MongoAPIError, 'MongoTopologyClosedError', 'Topology is closed');
export const MongoTransactionError = derive(MongoAPIError, 'MongoTransactionError');

export const MongoAWSError = derive(MongoRuntimeError, 'MongoAWSError');
export const MongoChangeStreamError = derive(MongoRuntimeError, 'MongoChangeStreamError');
export const MongoClientBulkWriteCursorError = derive(MongoRuntimeError, 'MongoClientBulkWriteCursorError');
export const MongoClientBulkWriteExecutionError = derive(MongoRuntimeError, 'MongoClientBulkWriteExecutionError');
export const MongoDecompressionError = derive(MongoRuntimeError, 'MongoDecompressionError');
export const MongoGridFSChunkError = derive(MongoRuntimeError, 'MongoGridFSChunkError');
export const MongoGridFSStreamError = derive(MongoRuntimeError, 'MongoGridFSStreamError');
export const MongoKerberosError = derive(MongoRuntimeError, 'MongoKerberosError');
export const MongoOIDCError = derive(MongoRuntimeError, 'MongoOIDCError');
export const MongoAzureError = derive(MongoOIDCError, 'MongoAzureError');
export const MongoGCPError = derive(MongoOIDCError, 'MongoGCPError');
export const MongoStalePrimaryError = derive(MongoRuntimeError, 'MongoStalePrimaryError');
export const MongoUnexpectedServerResponseError = derive(MongoRuntimeError, 'MongoUnexpectedServerResponseError');

/** A package that the driver would need is not there; `dependencyName` names it. */
export class MongoMissingDependencyError extends MongoAPIError {
  constructor(message, options) {
    super(message, options);
    this.dependencyName = options.dependencyName;
  }

  get name() {
    return 'MongoMissingDependencyError';
  }
}

/** `client.bulkWrite` met errors; what succeeded is in `partialResult`. */
export class MongoClientBulkWriteError extends MongoServerError {
  constructor(message) {
    super(message);
    this.writeConcernErrors = [];
    this.writeErrors = new Map();
  }

  get name() {
    return 'MongoClientBulkWriteError';
  }
}
