/** Adds up what the commands of a `client.bulkWrite` did. */

import { MongoClientBulkWriteError, MongoWriteConcernError } from '../errors.js';

const COUNTS = {
  insertedCount: 'nInserted',
  upsertedCount: 'nUpserted',
  matchedCount: 'nMatched',
  modifiedCount: 'nModified',
  deletedCount: 'nDeleted',
};

/** The result when nobody waits for the server. */
export const UNACKNOWLEDGED = Object.freeze({
  acknowledged: false,
  insertedCount: 0,
  upsertedCount: 0,
  matchedCount: 0,
  modifiedCount: 0,
  deletedCount: 0,
  insertResults: undefined,
  updateResults: undefined,
  deleteResults: undefined,
});

/** Collects results and errors over all commands. */
export class BulkWriteResults {
  constructor({ verboseResults, ordered }) {
    this.isVerbose = verboseResults;
    this.isOrdered = ordered;
    this.writeConcernErrors = [];
    this.writeErrors = new Map();
    const details = () => (verboseResults ? new Map() : undefined);
    this.result = {
      ...UNACKNOWLEDGED,
      acknowledged: true,
      insertResults: details(),
      updateResults: details(),
      deleteResults: details(),
    };
  }

  get hasErrors() {
    return this.writeConcernErrors.length > 0 || this.writeErrors.size > 0;
  }

  /** Runs a cursor to its end; an ordered write stops at the first failed statement. */
  async merge(cursor) {
    try {
      for await (const document of cursor) this.#add(cursor.batch, document);
    } catch (error) {
      if (!(error instanceof MongoWriteConcernError)) throw error;
      this.#addWriteConcernError(cursor.batch, error.result);
    } finally {
      if (cursor.summary !== undefined) this.#count(cursor.summary);
    }
  }

  #add(batch, document) {
    const index = batch.firstIndex + document.idx;
    if (document.ok === 1) {
      if (this.isVerbose) this.#note(batch.statements[document.idx], index, document);
      return;
    }
    const failure = { code: document.code, message: document.errmsg };
    if (!this.isOrdered) {
      this.writeErrors.set(index, failure);
      return;
    }
    const error = new MongoClientBulkWriteError({
      message: 'Mongo client ordered bulk write encountered a write error.',
    });
    error.writeErrors.set(index, failure);
    error.partialResult = this.result;
    throw error;
  }

  #note(statement, index, document) {
    if ('insert' in statement) this.result.insertResults.set(index, { insertedId: statement.document._id });
    if ('update' in statement) {
      const update = {
        matchedCount: document.n,
        modifiedCount: document.nModified ?? 0,
        didUpsert: document.upserted != null,
      };
      if (document.upserted) update.upsertedId = document.upserted._id;
      this.result.updateResults.set(index, update);
    }
    if ('delete' in statement) this.result.deleteResults.set(index, { deletedCount: document.n });
  }

  #addWriteConcernError(batch, reply) {
    if (this.isVerbose) {
      for (const document of reply.cursor?.firstBatch ?? []) {
        if (document.ok === 1) this.#note(batch.statements[document.idx], batch.firstIndex + document.idx, document);
      }
    }
    this.#count(reply);
    const { code, errmsg } = reply.writeConcernError;
    this.writeConcernErrors.push({ code, message: errmsg });
  }

  #count(reply) {
    for (const [count, field] of Object.entries(COUNTS)) this.result[count] += reply[field] ?? 0;
  }
}
