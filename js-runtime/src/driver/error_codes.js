/** Server error codes that the driver reacts to, and the questions it asks about errors. */

import { MongoErrorLabel, MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoError } from './errors.js';

export const CODES = Object.freeze({
  HostUnreachable: 6,
  HostNotFound: 7,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  CursorNotFound: 43,
  MaxTimeMSExpired: 50,
  StaleShardVersion: 63,
  WriteConcernTimeout: 64,
  UnknownReplWriteConcern: 79,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  UnsatisfiableWriteConcern: 100,
  FailedToSatisfyReadPreference: 133,
  StaleEpoch: 150,
  PrimarySteppedDown: 189,
  RetryChangeStream: 234,
  ExceededTimeLimit: 262,
  SocketException: 9001,
  NotWritablePrimary: 10107,
  InterruptedAtShutdown: 11600,
  InterruptedDueToReplStateChange: 11602,
  StaleConfig: 13388,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
});

/** Whether the same write may be sent once more under the same number. */
export function isRetryableWriteError(error) {
  return (
    error instanceof MongoError &&
    (error.hasErrorLabel(MongoErrorLabel.RetryableWriteError) || error.hasErrorLabel(MongoErrorLabel.PoolRequestedRetry))
  );
}

/** Whether the server gave up because of `maxTimeMS`. */
export function isMaxTimeMSExpired(error) {
  return (
    error instanceof MongoServerError &&
    (error.code === CODES.MaxTimeMSExpired || error.writeConcernError?.code === CODES.MaxTimeMSExpired)
  );
}

const RESUMABLE_BEFORE_LABELS = new Set([
  CODES.HostUnreachable,
  CODES.HostNotFound,
  CODES.NetworkTimeout,
  CODES.ShutdownInProgress,
  CODES.PrimarySteppedDown,
  CODES.ExceededTimeLimit,
  CODES.SocketException,
  CODES.NotWritablePrimary,
  CODES.InterruptedAtShutdown,
  CODES.InterruptedDueToReplStateChange,
  CODES.NotPrimaryNoSecondaryOk,
  CODES.NotPrimaryOrSecondary,
  CODES.StaleShardVersion,
  CODES.StaleEpoch,
  CODES.StaleConfig,
  CODES.RetryChangeStream,
  CODES.FailedToSatisfyReadPreference,
  CODES.CursorNotFound,
]);

/** Whether a change stream may be opened again where it stopped. */
export function isResumableError(error, wireVersion) {
  if (!(error instanceof MongoError)) return false;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (wireVersion >= 9) {
    return error.code === CODES.CursorNotFound || error.hasErrorLabel(MongoErrorLabel.ResumableChangeStreamError);
  }
  return RESUMABLE_BEFORE_LABELS.has(error.code);
}
