/**
 * Lets somebody who holds writes back see every command before it is sent. Nobody does unless a migration asked for it (`batchSaves`), and
 * then nothing may overtake what is held back.
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
