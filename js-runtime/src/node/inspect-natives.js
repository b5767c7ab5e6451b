/** What inspect needs from the engine and no JavaScript can find out: promise states, proxies, iterators, weak collections. */
import { native } from './registry.js';

/** @returns {[number, unknown]} 0 pending, 1 fulfilled, 2 rejected, and the outcome */
export function promiseDetails(promise) {
  return native.core.getPromiseDetails(promise);
}

/** Nothing for what is no proxy; target and handler, or the target alone. */
export function proxyDetails(value, both = true) {
  const details = native.core.getProxyDetails(value);
  if (details === null) {
    return undefined;
  }
  return both ? details : details[0];
}

/** Entries of an iterator or weak collection without using it up; with `described`, whether they are pairs. */
export function previewEntries(object, described = false) {
  return native.ops.op_preview_entries(object, described);
}
