/** What `findOneAnd…` resolves with before major 6: the whole reply, with the document under `value`. */

import { replaceMethod } from './patch.js';

/** How many arguments come before the options. */
const OPTIONS_AT = { findOneAndDelete: 1, findOneAndReplace: 2, findOneAndUpdate: 2 };

function adaptOptions(options, major) {
  const adapted = { ...options };
  adapted.includeResultMetadata = major === 5 ? (options?.includeResultMetadata ?? true) : true;
  if (major === 3 && options?.returnOriginal === false) adapted.returnDocument = 'after';
  return adapted;
}

/** Changes the default of `includeResultMetadata`, which majors 3 and 4 don't know at all. */
export function returnMetadata({ Collection }, major) {
  for (const [name, optionsAt] of Object.entries(OPTIONS_AT)) {
    replaceMethod(Collection, name, (method) => function (...args) {
      args[optionsAt] = adaptOptions(args[optionsAt], major);
      return method.apply(this, args);
    });
  }
}
