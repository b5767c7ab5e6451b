/**
 * Network requests that nobody awaited when the function returned: they get a moment, because under Node they would go on while the
 * next migration runs. One that no server answers is given up; it never holds the run.
 */
import { requestsAnswered, requestsUnderWay } from '../node/shutdown.js';

/** How long they get: milliseconds. */
const PATIENCE = 5000;

/** @param {string[]} warnings gets a sentence for what was found */
export async function finishRequests(warnings) {
  const names = requestsUnderWay();
  if (names.length === 0) {
    return;
  }
  await requestsAnswered(PATIENCE);
  const given = requestsUnderWay().length;
  const many = names.length > 1;
  warnings.push(
    `${many ? `${names.length} network requests were` : 'a network request was'} still running when the function returned` +
      `${given > 0 ? ` and ${given === 1 ? 'one' : given} had no answer after ${PATIENCE / 1000} seconds` : ''}: ` +
      `await ${many ? 'them' : 'it'} (${[...new Set(names)].slice(0, 5).join(', ')})`,
  );
}
