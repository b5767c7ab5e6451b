/** What the host says about the run before user code starts. Apart from `process.js`, so that saying it loads nothing. */

/** @type {{argv?: string[]}} */
export const settings = {};

/** @param {{argv?: string[]}} given */
export function configureProcess(given) {
  Object.assign(settings, given);
}
