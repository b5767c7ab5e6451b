/** `timers/promises`: the same timers as promises and as an async iterator, each stoppable by an AbortSignal. */
import { clearImmediate, clearInterval, clearTimeout, setImmediate as startImmediate, setInterval as startInterval, setTimeout as startTimeout } from './timers.js';
import { abortError } from './errors.js';

function cancellable(start, stop, value, { signal, ref = true } = {}) {
  if (signal?.aborted) {
    return Promise.reject(abortError(signal));
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      stop(timer);
      reject(abortError(signal));
    };
    const timer = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    if (!ref) {
      timer.unref();
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function setTimeout(delay, value, options) {
  return cancellable((fire) => startTimeout(fire, delay), clearTimeout, value, options);
}

export function setImmediate(value, options) {
  return cancellable((fire) => startImmediate(fire), clearImmediate, value, options);
}

export async function* setInterval(delay, value, { signal, ref = true } = {}) {
  if (signal?.aborted) {
    throw abortError(signal);
  }
  let due = 0;
  let wake;
  const timer = startInterval(() => {
    due += 1;
    wake?.();
  }, delay);
  if (!ref) {
    timer.unref();
  }
  const onAbort = () => wake?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (due === 0 && !signal?.aborted) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
      if (signal?.aborted) {
        throw abortError(signal);
      }
      for (; due > 0; due -= 1) {
        yield value;
      }
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

const scheduler = {
  wait: (delay, options) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};

export default { setTimeout, setImmediate, setInterval, scheduler };
