/** Warnings of the driver, through the process when there is one. */

const said = new Set();

/** Warns as npm `mongodb` does. */
export function emitWarning(message) {
  globalThis.process?.emitWarning?.(message, { code: 'MONGODB DRIVER' });
}

/** Warns the first time only. */
export function emitWarningOnce(message) {
  if (said.has(message)) return;
  said.add(message);
  emitWarning(message);
}
