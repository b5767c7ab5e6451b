/**
 * Where the official Node driver (7.8) differs from the specification files. Scripts must see what Node shows them, so the facade
 * differs in the same places: whole tests are skipped by rule, with the reason; known additions to commands are overlooked.
 */

const FALSE_IS_NOT_SENT = /^(Aggregate|BulkWrite|FindOneAndReplace|FindOneAndUpdate|InsertMany) .*passes.* false$/;
const NO_SUCCESS = /^partialResult is unset when (all operations fail|first operation fails)/;

/** `test` may be left out: then every test of the file is meant. */
const RULES = [
  {
    file: 'crud/unified/bypassDocumentValidation.json',
    test: FALSE_IS_NOT_SENT,
    reason: '`bypassDocumentValidation: false` isn\'t sent (NODE-6484)'
  },
  {
    file: 'crud/unified/create-null-ids.json',
    test: /^inserting _id with type null via (insertOne|insertMany|bulkWrite|clientBulkWrite)$/,
    reason: 'an `_id` of null is replaced by an ObjectId (NODE-6468)'
  },
  {
    file: 'crud/unified/client-bulkWrite-partialResults.json',
    test: NO_SUCCESS,
    reason: '`partialResult` is set without a success (NODE-6384)'
  },
  {
    file: 'gridfs/download.json',
    test: /^download when final chunk is missing$/,
    reason: 'a download whose last chunk is missing ends without an error'
  },
  { file: 'sessions/snapshot-sessions.json', test: /snapshot ?time/i, reason: 'sessions have no `snapshotTime` option' }
];

/** The driver adds a time limit to the write concern of commits and aborts that have one. */
const TRANSACTION_END_COMMANDS = new Set(['commitTransaction', 'abortTransaction']);
const TRANSACTION_END_WTIMEOUT_MS = 10_000;

/** @returns {string | null} why the Node driver doesn't follow this test */
export function deviationReason(path, description) {
  const rule = RULES.find(({ file, test }) => path.endsWith(file) && (test === undefined || test.test(description)));
  return rule ? `the Node driver differs: ${rule.reason}` : null;
}

/**
 * @param {object} command what the driver sent
 * @param {object | undefined} expected the file's `command`
 * @returns {object} the command without what the driver is known to add and the file doesn't name
 */
export function withoutKnownAdditions(command, expected) {
  const [name] = Object.keys(command);
  const { writeConcern } = command;
  const isAddition = TRANSACTION_END_COMMANDS.has(name) && writeConcern?.wtimeout === TRANSACTION_END_WTIMEOUT_MS
    && expected?.writeConcern && expected.writeConcern.wtimeout === undefined;
  if (!isAddition) return command;
  const { wtimeout: _added, ...rest } = writeConcern;
  return { ...command, writeConcern: rest };
}
