/** `{w, j, wtimeout}` straight among the options of a write, as major 3 takes them: later majors know `writeConcern` only. */

import { replaceMethod } from './patch.js';

/** How many arguments come before the options. */
const OPTIONS_AT = {
  insertOne: 1, insertMany: 1, bulkWrite: 1, deleteOne: 1, deleteMany: 1, findOneAndDelete: 1, updateOne: 2, updateMany: 2,
  replaceOne: 2, findOneAndReplace: 2, findOneAndUpdate: 2,
};

function adaptOptions(options) {
  if (options == null || typeof options !== 'object' || options.writeConcern !== undefined) return options;
  const { w, j, wtimeout, ...rest } = options;
  const writeConcern = {};
  if (w !== undefined) writeConcern.w = w;
  if (j !== undefined) writeConcern.journal = j;
  if (wtimeout !== undefined) writeConcern.wtimeoutMS = wtimeout;
  return Object.keys(writeConcern).length === 0 ? options : { ...rest, writeConcern };
}

/** Major 3. */
export function acceptConcernAmongOptions({ Collection }) {
  for (const [name, optionsAt] of Object.entries(OPTIONS_AT)) {
    replaceMethod(Collection, name, (method) => function (...args) {
      if (args.length > optionsAt) args[optionsAt] = adaptOptions(args[optionsAt]);
      return method.apply(this, args);
    });
  }
}
