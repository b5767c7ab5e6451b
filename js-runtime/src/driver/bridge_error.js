/** Turns failures without a server reply into the errors that npm `mongodb` would have thrown. */

import {
  MongoClientClosedError,
  MongoError,
  MongoErrorLabel,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoRuntimeError,
  MongoServerError,
  MongoServerSelectionError,
  MongoUnexpectedServerResponseError,
} from './errors.js';

function translate(error) {
  switch (error.kind) {
    case 'network':
      return new MongoNetworkError(error.message);
    case 'networkTimeout':
      return new MongoNetworkTimeoutError(error.message);
    case 'poolCleared': {
      const cleared = new MongoNetworkError(error.message);
      cleared.addErrorLabel(MongoErrorLabel.PoolRequestedRetry);
      return cleared;
    }
    case 'serverSelection':
      return new MongoServerSelectionError(error.message);
    case 'authentication':
      return new MongoServerError({
        ok: 0,
        errmsg: error.message,
        code: error.code ?? 18,
        codeName: 'AuthenticationFailed',
      });
    case 'invalidArgument':
      return new MongoInvalidArgumentError(error.message);
    case 'noCursor':
      return new MongoUnexpectedServerResponseError('BSON element "cursor" is missing');
    case 'closed':
      return new MongoClientClosedError();
    default:
      return new MongoRuntimeError(error.message, { cause: error });
  }
}

/** Native errors carry their labels as text with commas. */
function labelsOf({ labels = '' }) {
  return (typeof labels === 'string' ? labels.split(',') : labels).filter((label) => label !== '');
}

/**
 * The error to throw for a rejected bridge call. Anything that is not the bridge's own passes through, and so does
 * `fence`: the run is being stopped and no script may catch that as a database error.
 */
export function fromBridge(error) {
  if (!error?.bridge || error.kind === 'fence' || error instanceof MongoError) return error;
  const translated = translate(error);
  for (const label of labelsOf(error)) translated.addErrorLabel(label);
  return translated;
}
