/** Errors of network calls in Node's shape: the sentence, `errno`, `code`, `syscall`, and where it was going. */
import { accessDenied } from '../node/access.js';

/**
 * @param {Error} error from an op
 * @param {string} syscall as Node calls it
 * @param {{address?: string, port?: number, hostname?: string}} [place]
 */
export function networkError(error, syscall, place = {}) {
  if (error?.code === 'ERR_ACCESS_DENIED') {
    return accessDenied(error);
  }
  if (error?.errno === undefined) {
    return error;
  }
  if (error.errno === 0) {
    // TLS: its sentences are whole, and its codes are no system's.
    return Object.assign(new Error(error.message), { code: error.code });
  }
  const { address, port, hostname } = place;
  const where = hostname ?? (address === undefined ? '' : port === undefined ? address : `${address}:${port}`);
  const shown = new Error(`${syscall} ${error.code}${where === '' ? '' : ` ${where}`}`);
  shown.errno = error.errno;
  shown.code = error.code;
  shown.syscall = syscall;
  return Object.assign(shown, place);
}

/** The peer went away in the middle. */
export function resetError(message) {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

/** Lets a class be called without `new`, as Node's older constructors can be. */
export function callable(Class) {
  const made = new Proxy(Class, { apply: (target, _self, args) => Reflect.construct(target, args) });
  Object.defineProperty(Class.prototype, 'constructor', { value: made, writable: true, configurable: true });
  return made;
}
