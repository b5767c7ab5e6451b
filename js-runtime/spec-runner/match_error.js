/** Compares an error with a file's `expectError`. It judges errors only by what a script can see on them. */

import { Mismatch } from './outcomes.js';

function requireThat(condition, message, error) {
  if (!condition) throw new Mismatch(`${message}; the error is \`${error?.name}: ${error?.message}\``);
}

/** A bulk error is a server error only if the server made it; the driver uses the same class for both. */
function comesFromServer(driver, error) {
  if (driver.MongoClientBulkWriteError && error instanceof driver.MongoClientBulkWriteError) {
    return error.cause === undefined || error.cause instanceof driver.MongoServerError;
  }
  if (driver.MongoBulkWriteError && error instanceof driver.MongoBulkWriteError && error.errorResponse) {
    const response = error.errorResponse;
    return response instanceof driver.MongoServerError || !(response instanceof Error);
  }
  return error instanceof driver.MongoServerError;
}

/** A client bulk write wraps the top-level error; code, labels and response are those of the cause. */
function carrierOf(driver, error) {
  const isClientBulk = driver.MongoClientBulkWriteError && error instanceof driver.MongoClientBulkWriteError;
  return isClientBulk && error.cause ? error.cause : error;
}

function matchLabels(error, expected) {
  const has = label => typeof error.hasErrorLabel === 'function' && error.hasErrorLabel(label);
  for (const label of expected.errorLabelsContain ?? []) requireThat(has(label), `the label \`${label}\` is missing`, error);
  for (const label of expected.errorLabelsOmit ?? []) requireThat(!has(label), `the label \`${label}\` must not be there`, error);
}

function matchParts(matcher, error, expected) {
  for (const part of ['writeErrors', 'writeConcernErrors']) {
    if (expected[part] === undefined) continue;
    const actual = error[part] instanceof Map ? Object.fromEntries(error[part]) : error[part];
    for (const [key, value] of Object.entries(expected[part])) matcher.matchRoot(actual?.[key], value, `error.${part}[${key}]`);
  }
  if (expected.expectResult !== undefined) {
    const result = 'partialResult' in error ? error.partialResult : (error.result ?? error);
    matcher.matchRoot(result ?? undefined, expected.expectResult, 'error.result');
  }
}

/**
 * @param {object} driver a `mongodb`-shaped module
 * @param {import('./match.js').Matcher} matcher
 * @param {Error} error what the operation threw
 * @param {object} expected the file's `expectError`
 */
export function matchError(driver, matcher, error, expected) {
  requireThat(error instanceof driver.MongoError, 'the error isn\'t a `MongoError`', error);
  if (expected.isClientError !== undefined) {
    const isClientError = !comesFromServer(driver, error);
    requireThat(isClientError === expected.isClientError, `isClientError must be ${expected.isClientError}`, error);
  }
  if (expected.isTimeoutError !== undefined) {
    const isTimeout = error instanceof driver.MongoOperationTimeoutError;
    requireThat(isTimeout === expected.isTimeoutError, `isTimeoutError must be ${expected.isTimeoutError}`, error);
  }
  if (expected.errorContains !== undefined) {
    const contains = error.message.toLowerCase().includes(expected.errorContains.toLowerCase());
    requireThat(contains, `the message must contain \`${expected.errorContains}\``, error);
  }
  const carrier = carrierOf(driver, error);
  for (const [expectation, field] of [['errorCode', 'code'], ['errorCodeName', 'codeName']]) {
    if (expected[expectation] === undefined) continue;
    const wanted = expected[expectation];
    requireThat(carrier[field] === wanted, `${field} must be \`${wanted}\`, is \`${carrier[field]}\``, error);
  }
  matchLabels(carrier, expected);
  matchParts(matcher, error, expected);
  if (expected.errorResponse !== undefined) {
    matcher.matchRoot(carrier.errorResponse ?? carrier, expected.errorResponse, 'error.errorResponse');
  }
}
