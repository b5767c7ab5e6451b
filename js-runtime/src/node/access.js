/** Refused accesses: turns the native error into the one a script sees, with Node's code for permissions. */

/** @param {Error} error from an op; anything that is no refusal passes unchanged */
export function accessDenied(error) {
  if (error?.code !== 'ERR_ACCESS_DENIED') {
    return error;
  }
  const shown = new Error(error.message);
  shown.code = 'ERR_ACCESS_DENIED';
  for (const name of ['permission', 'resource']) {
    if (error[name] !== undefined) {
      shown[name] = error[name];
    }
  }
  Error.captureStackTrace(shown, accessDenied);
  return shown;
}
