/** `client.bulkWrite`: writes into several collections by the `bulkWrite` command of MongoDB 8. */

import {
  MongoClientBulkWriteError,
  MongoClientBulkWriteExecutionError,
  MongoInvalidArgumentError,
  MongoServerError,
} from '../errors.js';
import { execute } from '../execute.js';
import { DEFAULT_PK_FACTORY } from '../primary_key.js';
import { resolveSettings } from '../settings.js';
import { BulkWriteCursor, bulkWriteOperation } from './bulk_write_cursor.js';
import { splitIntoBatches } from './command_batches.js';
import { BulkWriteResults, UNACKNOWLEDGED } from './results.js';

function refuseUnacknowledged(options) {
  if (options.verboseResults) {
    throw new MongoInvalidArgumentError('Cannot request unacknowledged write concern and verbose results');
  }
  if (options.ordered) {
    throw new MongoInvalidArgumentError('Cannot request unacknowledged write concern and ordered writes');
  }
}

/** Performs the models' writes. */
export async function clientBulkWrite(client, models, given) {
  if (models.length === 0) {
    throw new MongoClientBulkWriteExecutionError('No client bulk write models were provided.');
  }
  const options = { ordered: true, bypassDocumentValidation: false, verboseResults: false, ...given };
  const settings = resolveSettings(client.settings, options);
  const isUnacknowledged = settings.writeConcern?.w === 0;
  if (isUnacknowledged) refuseUnacknowledged(options);
  if (!client.isConnected) await client.open();
  const pkFactory = client.options.pkFactory ?? DEFAULT_PK_FACTORY;
  const batches = splitIntoBatches(models, { facts: client.facts, pkFactory, bson: settings.bson });
  if (isUnacknowledged) {
    for (const batch of batches) await execute(bulkWriteOperation(client, batch, options, settings));
    return UNACKNOWLEDGED;
  }
  return await runBatches(client, batches, options, settings);
}

async function runBatches(client, batches, options, settings) {
  const results = new BulkWriteResults(options);
  for (const batch of batches) {
    try {
      await results.merge(new BulkWriteCursor(client, batch, options, settings));
    } catch (error) {
      throw isPlainServerError(error) ? wrapped(error, results) : error;
    }
  }
  if (!results.hasErrors) return results.result;
  const error = new MongoClientBulkWriteError({
    message: 'Mongo client bulk write encountered errors during execution.',
  });
  error.writeConcernErrors = results.writeConcernErrors;
  error.writeErrors = results.writeErrors;
  error.partialResult = results.result;
  throw error;
}

function isPlainServerError(error) {
  return error instanceof MongoServerError && !(error instanceof MongoClientBulkWriteError);
}

function wrapped(cause, results) {
  const error = new MongoClientBulkWriteError({
    message: 'Mongo client bulk write encountered an error during execution',
  });
  error.cause = cause;
  error.partialResult = results.result;
  return error;
}
