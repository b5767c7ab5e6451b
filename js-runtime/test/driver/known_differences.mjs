/** Cases whose outcomes differ on purpose: a function brings both to what must still be equal. */

const withoutCommands = (lines) => lines.filter((line) => !line.startsWith('command:'));
const sorted = (lines) => lines.toSorted();

/** Documents written by calls that overlap lie in any order. */
const lettersOfData = (line) => (line.startsWith('data of ') ? [...line].toSorted().join('') : line);
const outcomeOnly = (lines) => lines.filter((line) => line.startsWith('outcome:'));
const cutAt = (text) => (lines) => lines.map((line) => line.split(text)[0]);

export const KNOWN_DIFFERENCES = {
  // npm `mongodb` reports functions as they are given, and a command that could not be encoded as started.
  'bson: serializeFunctions': withoutCommands,
  'bson: checkKeys': withoutCommands,
  // The cause names a placeholder in the URL that was tried.
  'client: port too large': cutAt(', cause:'),
  'client: port not a number': cutAt(', cause:'),
  // The driver adds fields to nothing and lets the server refuse them.
  'command: command without command': (lines) => cutAt(', errorLabelSet')(outcomeOnly(lines)),
  'command: empty command': (lines) => cutAt(', errorLabelSet')(outcomeOnly(lines)),
  // The size of the last batch is left to the limit, which the server knows too.
  'cursor: limit larger than the batch': withoutCommands,
  'read: find with every option': withoutCommands,
  'read: find with a batch size of zero': withoutCommands,
  // Calls that overlap share one command.
  'cursor: overlapping next': withoutCommands,
  // npm `mongodb` wraps the error of its parser.
  'cursor: runCursorCommand without cursor': cutAt(', errorLabelSet'),
  // Calls that overlap have no order.
  'strange: not awaited': (lines) => sorted(lines.map(lettersOfData)),
  'strange: async forEach': sorted,
  'strange: Promise.all of writes': (lines) => sorted(outcomeOnly(lines)),
};
