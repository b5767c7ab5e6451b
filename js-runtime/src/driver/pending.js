/**
 * Database calls that have been started and not finished, so that the host can name the ones a migration forgot to
 * await, and wait for them.
 */

const calls = new Set();
let whenEmpty = [];

/** Notes that a call has begun; the value returned is what `finishCall` takes. */
export function beginCall(method, namespace) {
  const call = { method, namespace };
  calls.add(call);
  return call;
}

/** Notes that a call has ended, well or badly. */
export function finishCall(call) {
  calls.delete(call);
  if (calls.size === 0 && whenEmpty.length > 0) {
    const waiting = whenEmpty;
    whenEmpty = [];
    for (const resume of waiting) resume();
  }
}

/** How many calls are under way. */
export function pendingCount() {
  return calls.size;
}

/** Resolves when no call is under way, also counting those that finished calls lead to. */
export async function drain() {
  while (calls.size > 0) {
    await new Promise((resolve) => whenEmpty.push(resolve));
    // The code after a finished call may start the next one; it runs before the timer does.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** One line for each different call, with how often it is under way: `shop.users.updateOne() (3 times)`. */
export function describePending() {
  const counts = new Map();
  for (const { method, namespace } of calls) {
    const line = `${namespace}.${method}()`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return Array.from(counts, ([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

/**
 * Somebody may hold writes back (`batchSaves`) and then sees every command before it is sent, whichever driver of the isolate sends it:
 * nothing may overtake what is held.
 */
let barrier;

/**
 * @param {((operation: import('./execute.js').Operation) => Promise<void> | undefined) | undefined} check called before each command
 *   is sent, which waits for it and fails with it
 */
export function setWriteBarrier(check) {
  barrier = check;
}

/** Nothing, or a promise to wait for before the operation's command is sent. */
export function passBarrier(operation) {
  return barrier?.(operation);
}
