/** Probes in which the facade is known to differ from a major of npm `mongodb`, and why that stands. Nothing else may differ. */

const LATER_CLASSES = 'exports that came later are there in every major';
const ERROR_FIELDS = 'errors show the fields of 7 besides those of the major';
const INTERNALS = 'internal methods of npm `mongodb` are not part of the public API';
const VALIDATION = 'what the driver itself refuses has the class of 7: 3 used `TypeError` or `MongoError`';

const ALWAYS = {
  exports: LATER_CLASSES,
  collectionMethods: INTERNALS,
  databaseMethods: INTERNALS,
  cursorMethods: INTERNALS,
  clientMethods: INTERNALS,
  cursorSnake: INTERNALS,
  startSession: 'the id of a session is known with its first operation',
};

const BEFORE_6 = { ...ALWAYS, uuid: LATER_CLASSES, serverError: ERROR_FIELDS };

export const KNOWN_DIFFERENCES = {
  3: {
    ...BEFORE_6,
    insertManyEmpty: VALIDATION,
    bulkWriteEmpty: VALIDATION,
    updateOneNoOperator: VALIDATION,
    withTransactionNoPromise: VALIDATION,
    bulkError: 'classes keep their own names: only `name` is that of 3',
    bulkWrite: 'the raw result has no `lastOp`',
    orderedBulk: 'the raw result has no `lastOp`',
    orderedBulkLegacy: 'the raw result has no `lastOp`',
    createIndexes: 'the reply is rebuilt and has no `commitQuorum`',
    reIndex: 'the server says so itself',
    cbFindWithCallback: 'cursors have the class names of 7',
    cbForEach: '`null` instead of `undefined`',
  },
  4: BEFORE_6,
  5: BEFORE_6,
  6: ALWAYS,
  7: ALWAYS,
};
