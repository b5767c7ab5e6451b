/** Requests that nobody has answered yet: what a migration may have forgotten to wait for. */

/** @type {Map<object, string>} */
const open = new Map();
const watchers = [];

function ended(task) {
  open.delete(task);
  if (open.size === 0) {
    watchers.splice(0).forEach((tell) => tell());
  }
}

/** @param {string} name to show, such as `fetch http://host/path` @returns {() => void} to call when it is over */
export function taskBegins(name) {
  const task = {};
  open.set(task, name);
  return () => ended(task);
}

/** @param {object} request an emitter of 'close' @param {string} name */
export function requestBegins(request, name) {
  open.set(request, name);
  request.once('close', () => ended(request));
}

/** The server has answered; what the script makes of the body is its own business. */
export function requestAnswered(request) {
  ended(request);
}

/** @returns {string[]} the requests under way */
export function describeRequests() {
  return [...open.values()];
}

/** Settles when no request is under way, or after `limit` milliseconds. */
export function requestsEnd(limit) {
  if (open.size === 0) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limit);
    watchers.push(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
