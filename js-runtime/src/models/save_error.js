/** The failure of a save that was collected: which document it was, and what had been written before it. */

import { OWN_COMMAND } from './held_reads.js';

/** What callers look at in an error of the driver. */
const KEPT = ['code', 'codeName', 'writeErrors', 'keyPattern', 'keyValue', 'errInfo', 'errorLabels', 'kind'];

export class SaveError extends Error {
  get name() {
    return 'SaveError';
  }

  /**
   * @param {string} message
   * @param {Error} cause
   * @param {unknown} [documentId]
   */
  constructor(message, cause, documentId) {
    super(message, { cause });
    for (const field of KEPT) {
      if (cause[field] !== undefined) {
        this[field] = cause[field];
      }
    }
    if (documentId !== undefined) {
      this.documentId = documentId;
    }
  }

  hasErrorLabel(label) {
    return this.cause.hasErrorLabel?.(label) ?? false;
  }

  /** A bulk write that failed. */
  static ofBulk(error, { collection, changes, before }) {
    if (error?.kind === 'fence') {
      return error;
    }
    const [first] = [error.writeErrors ?? []].flat();
    const index = first?.index;
    if (index === undefined) {
      const range = `${show(changes[0])} to ${show(changes.at(-1))}`;
      const message = `${changes.length} collected saves in \`${collection.namespace}\` failed (${range}): ${error.message}; ${told(before, undefined)}`;
      return new SaveError(message, error);
    }
    const change = changes[index];
    const reason = first.errmsg ?? error.message;
    const after = changes.length - index - 1;
    return new SaveError(sentence(collection, change, reason, before + index, after), error, change.filter._id);
  }

  /** A bulk write in which some document was not matched: somebody deleted it, or changed its arrays. */
  static async ofMissing({ collection, changes, before, matched }) {
    const ids = changes.map(({ filter }) => filter._id);
    const found = await collection.distinct('_id', { _id: { $in: ids } }, { [OWN_COMMAND]: true }).catch(() => undefined);
    const present = new Set((found ?? ids).map(String));
    const change = changes.find(({ filter }) => !present.has(String(filter._id))) ?? changes.find(({ filter }) => filter.__v !== undefined) ?? changes[0];
    const failure = change.failure();
    const message = `${sentence(collection, change, failure.message, before + matched, undefined)}`;
    return new SaveError(message, failure, change.filter._id);
  }
}

function sentence(collection, change, reason, before, after) {
  return `saving the document ${show(change)} in \`${collection.namespace}\` failed: ${reason}; ${told(before, after)}`;
}

function told(before, after) {
  const written = `${before} ${before === 1 ? 'save' : 'saves'} of this migration ${before === 1 ? 'was' : 'were'} written`;
  return after === undefined || after === 0 ? written : `${written}, ${after} collected after it ${after === 1 ? 'was' : 'were'} not`;
}

function show({ filter }) {
  const { _id } = filter;
  return `\`_id: ${_id?._bsontype === 'ObjectId' || typeof _id !== 'object' ? String(_id) : JSON.stringify(_id)}\``;
}
