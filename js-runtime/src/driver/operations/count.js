/** Counting, with the `count` command or by a pipeline. */

/** The `count` command with a filter. */
export function countCommand(collection, filter, options) {
  const command = { count: collection, query: filter };
  if (typeof options.limit === 'number') command.limit = options.limit;
  if (typeof options.skip === 'number') command.skip = options.skip;
  if (options.hint != null) command.hint = options.hint;
  if (typeof options.maxTimeMS === 'number') command.maxTimeMS = options.maxTimeMS;
  return command;
}

/** The `count` command that reads the collection's metadata. */
export function estimateCommand(collection, options) {
  const command = { count: collection };
  if (typeof options.maxTimeMS === 'number') command.maxTimeMS = options.maxTimeMS;
  if (options.comment !== undefined) command.comment = options.comment;
  return command;
}

/** The pipeline that counts exactly. */
export function countPipeline(filter, options) {
  const pipeline = [{ $match: filter }];
  if (typeof options.skip === 'number') pipeline.push({ $skip: options.skip });
  if (typeof options.limit === 'number') pipeline.push({ $limit: options.limit });
  pipeline.push({ $group: { _id: 1, n: { $sum: 1 } } });
  return pipeline;
}
