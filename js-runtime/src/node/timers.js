/**
 * `timers`: Node-shaped Timeout and Immediate objects over the engine's own queues. Keeps a list of what is pending so that the
 * host can end a run that left an interval behind.
 */
import { defineLazy, native, builtin } from './registry.js';
import { validateFunction } from './errors.js';

const customPromisify = Symbol.for('nodejs.util.promisify.custom');
const dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');

/** @type {Set<Timeout>} every timer that may still fire */
const pending = new Set();
/** Timers that were turned into a number; only those can be cleared by number. */
const byId = new Map();

/** Runs `callback` in the async context that was current when it was handed over. */
function inContext(context, callback) {
  const { core } = native;
  const outer = core.getAsyncContext();
  core.setAsyncContext(context);
  try {
    callback();
  } finally {
    core.setAsyncContext(outer);
  }
}

export class Timeout {
  #timer;
  #callback;
  #refed = true;
  #args;
  #after;
  #repeat;

  constructor(callback, after, args, repeat) {
    this.#callback = callback;
    this.#args = args;
    this.#after = after;
    this.#repeat = repeat;
    this.#start();
  }

  #start() {
    const context = native.core.getAsyncContext();
    const fire = () => {
      if (!this.#repeat) {
        this.#forget();
      }
      inContext(context, () => this.#callback.apply(this, this.#args));
    };
    this.#timer = native.core.createTimer(fire, this.#after, undefined, this.#repeat, this.#refed, false);
    pending.add(this);
  }

  #forget() {
    pending.delete(this);
    byId.delete(this.#timer._timerId);
  }

  ref() {
    this.#refed = true;
    native.core.refTimer(this.#timer);
    return this;
  }

  unref() {
    this.#refed = false;
    native.core.unrefTimer(this.#timer);
    return this;
  }

  hasRef() {
    return this.#refed;
  }

  refresh() {
    if (pending.has(this)) {
      native.core.refreshTimer(this.#timer);
    } else {
      this.#start();
    }
    return this;
  }

  close() {
    native.core.cancelTimer(this.#timer);
    this.#forget();
    return this;
  }

  [Symbol.toPrimitive]() {
    const id = this.#timer._timerId;
    byId.set(id, this);
    return id;
  }

  [dispose]() {
    this.close();
  }
}

export class Immediate {
  // The engine's immediate queue reads and writes these fields.
  _idleNext = null;
  _idlePrev = null;
  _destroyed = false;
  _onImmediate;
  _argv = undefined;
  asyncId = 0;
  triggerAsyncId = 0;

  constructor(callback, args) {
    const { core } = native;
    const context = core.getAsyncContext();
    this._onImmediate = () => inContext(context, () => callback.apply(this, args));
    this[core.kRefed] = true;
    core.immediateRefCount(true);
    core.queueImmediate(this);
  }

  ref() {
    const { core } = native;
    if (this[core.kRefed] === false) {
      this[core.kRefed] = true;
      core.immediateRefCount(true);
    }
    return this;
  }

  unref() {
    const { core } = native;
    if (this[core.kRefed] === true) {
      this[core.kRefed] = false;
      core.immediateRefCount(false);
    }
    return this;
  }

  hasRef() {
    return this[native.core.kRefed] === true;
  }

  [dispose]() {
    clearImmediate(this);
  }
}

export function setTimeout(callback, after, ...args) {
  validateFunction(callback, 'callback');
  return new Timeout(callback, after, args, false);
}

export function setInterval(callback, after, ...args) {
  validateFunction(callback, 'callback');
  return new Timeout(callback, after, args, true);
}

export function setImmediate(callback, ...args) {
  validateFunction(callback, 'callback');
  return new Immediate(callback, args);
}

export function clearTimeout(timer) {
  if (timer instanceof Timeout) {
    timer.close();
  } else if (typeof timer === 'number' || typeof timer === 'string') {
    byId.get(Number(timer))?.close();
  }
}

export const clearInterval = clearTimeout;

export function clearImmediate(immediate) {
  if (immediate instanceof Immediate) {
    native.core.clearImmediate(immediate);
  }
}

/** How many timers could still fire and keep the event loop alive. */
export function countPendingTimers() {
  let count = 0;
  for (const timer of pending) {
    count += timer.hasRef() ? 1 : 0;
  }
  return count;
}

/** Drops every timer; the host calls it when a run has ended. */
export function cancelPendingTimers() {
  for (const timer of [...pending]) {
    timer.close();
  }
}

const timers = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate };
defineLazy(timers, 'promises', () => builtin('timers/promises'), true);
for (const name of ['setTimeout', 'setImmediate']) {
  Object.defineProperty(timers[name], customPromisify, { get: () => builtin('timers/promises')[name], enumerable: true });
}

export default timers;
