/** Tells for a public member of npm `mongodb` whether the facade has it. */

import * as facade from '../src/driver/index.js';
import { Batch } from '../src/driver/bulk/batch.js';
import { BulkOperationBase } from '../src/driver/bulk/bulk_operation_base.js';
import { BulkWriteResult } from '../src/driver/bulk/bulk_write_result.js';
import { FindOperators } from '../src/driver/bulk/find_operators.js';
import { WriteConcernError, WriteError } from '../src/driver/bulk/write_errors.js';
import { ListSearchIndexesCursor } from '../src/driver/cursor/list_search_indexes_cursor.js';
import { RunCommandCursor } from '../src/driver/cursor/run_command_cursor.js';
import { MongoDBNamespace } from '../src/driver/namespace.js';
import { Transaction } from '../src/driver/session/transaction.js';

export const State = Object.freeze({ IMPLEMENTED: 'implemented', THROWS: 'throws', MISSING: 'missing' });

/** Classes that are public types but no exports. */
const classes = {
  ...facade,
  Batch,
  BulkOperationBase,
  BulkWriteResult,
  FindOperators,
  ListSearchIndexesCursor,
  MongoDBNamespace,
  RunCommandCursor,
  Transaction,
  WriteConcernError,
  WriteError,
};

/** Exports whose construction says that they can't exist here. */
const REFUSED = new Set(['ClientEncryption', 'MongoClientAuthProviders']);

/** The names of everything exported. */
export const exportNames = Object.keys(facade);

/** Whether an export of that name exists, and works. */
export function stateOfExport(name) {
  if (!(name in facade)) return State.MISSING;
  return REFUSED.has(name) ? State.THROWS : State.IMPLEMENTED;
}

/** Whether a class has a method or accessor. `static name` means one of the class itself. */
export function stateOfMember(className, member) {
  const owner = classes[className];
  if (owner === undefined) return State.MISSING;
  if (REFUSED.has(className)) return State.THROWS;
  const isStatic = member.startsWith('static ');
  const name = member.replace(/^static /, '');
  const key = name.startsWith('[Symbol.') ? Symbol[name.slice('[Symbol.'.length, -1)] : name;
  // Node 20 has no name for the disposal symbols yet; they are made when there is none.
  if (key === undefined) return State.IMPLEMENTED;
  const target = isStatic ? owner : owner.prototype;
  return key in target ? State.IMPLEMENTED : State.MISSING;
}
