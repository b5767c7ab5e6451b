/**
 * What the host asks when a script is done: pending timers, unwritten files, listeners for the end. Looks only at modules the script
 * has loaded, so that asking loads nothing.
 */
import { builtin, isLoaded } from './registry.js';
import { cancelPendingTimers, countPendingTimers } from './timers.js';

export { cancelPendingTimers, countPendingTimers };

/** Emits 'beforeExit'. @returns {boolean} whether anybody listened, so that new work may have started */
export function beforeExit() {
  return isLoaded('process') ? builtin('internal/process-events').emitBeforeExit() : false;
}

/** Emits 'exit' once. @param {number} [code] @returns {number} the code that counts */
export function exit(code) {
  return isLoaded('process') ? builtin('internal/process-events').emitExit(code) : (code ?? 0);
}

/** @returns {boolean} whether the script took the rejection */
export function takeUnhandledRejection(reason, promise) {
  return isLoaded('process') && builtin('internal/process-events').emitUnhandledRejection(reason, promise);
}

/** @returns {boolean} whether the script took the error */
export function takeUncaughtException(error) {
  return isLoaded('process') && builtin('internal/process-events').emitUncaughtException(error);
}

/** Modules that send requests; only when one was asked for there can be any under way. */
const SENDERS = ['http', 'https', 'internal/http-activity'];

/** @returns {string[]} requests that no server has answered yet */
export function requestsUnderWay() {
  return SENDERS.some(isLoaded) ? builtin('internal/http-activity').describeRequests() : [];
}

/** Settles when they are answered, or after `limit` milliseconds. */
export function requestsAnswered(limit) {
  return builtin('internal/http-activity').requestsEnd(limit);
}

/** Waits for what was handed to file streams. */
export async function flushFiles() {
  if (isLoaded('internal/fs-streams')) {
    await builtin('internal/fs-streams').flushWriteStreams();
  }
}
