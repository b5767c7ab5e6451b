/**
 * Makes the driver behave like an older major of npm `mongodb`. What differs is listed in docs/driver-majors.md; where
 * majors don't differ nothing is touched. The classes are changed in place, so an isolate has one major for good.
 */

import { takeKnownStageOptionsOnly } from '../change_stream.js';
import { hideRecentFields } from '../errors.js';
import { adaptBsonClasses } from './bson_classes.js';
import { printAsBefore } from './bson_printing.js';
import { addBulkRemove, nameCountsAsServer, showRawBulkResult } from './bulk_results.js';
import { addCallbacks } from './callbacks.js';
import { acceptOlderOptions } from './client_options.js';
import { addCursorMethods, refuseReadingPastEnd, rewindForReading } from './cursors.js';
import { returnMetadata } from './find_and_modify_results.js';
import { keepFileFields } from './gridfs_files.js';
import { adaptFind, addMapReduce, addOldCollectionMethods, addStats, refuseFindCallbacks } from './legacy_collection.js';
import { addNoOperations, addOldDatabaseMethods, addUsers } from './legacy_database.js';
import { addLegacyWrites, addServerWrites } from './legacy_writes.js';
import { refuseMissingCollections } from './missing_collections.js';
import { nameErrorsAsBefore } from './old_errors.js';
import { returnReplies } from './transaction_results.js';
import { acceptConcernAmongOptions } from './write_concern_options.js';
import { countNothingUnacknowledged, returnServerResults } from './write_results.js';

export { adaptBsonClasses } from './bson_classes.js';

/** The major that the facade is; nothing is changed for it. */
export const CURRENT_MAJOR = 7;
/** Scripts for majors before this one get this one. */
export const OLDEST_MAJOR = 3;

let appliedMajor;

/** Majors 3 to 5 differ from 6 in these. */
function adaptBefore6(classes, major) {
  hideRecentFields();
  if (major >= 4) countNothingUnacknowledged(classes);
  printAsBefore(classes, major);
  returnMetadata(classes, major);
  returnReplies(classes, major);
  nameCountsAsServer();
  refuseReadingPastEnd(classes, major);
  addStats(classes);
  addUsers(classes);
}

function adapt3(classes) {
  acceptConcernAmongOptions(classes);
  addServerWrites(classes);
  returnServerResults(classes);
  addOldCollectionMethods(classes);
  addOldDatabaseMethods(classes);
  addNoOperations(classes);
  addMapReduce(classes);
  addBulkRemove();
  showRawBulkResult(classes);
  adaptFind(classes);
  rewindForReading(classes);
  addCursorMethods(classes);
  addCallbacks(classes, null);
  return nameErrorsAsBefore(classes);
}

function adapt4(classes) {
  showRawBulkResult(classes);
  addLegacyWrites(classes);
  addMapReduce(classes);
  refuseFindCallbacks(classes);
  addNoOperations(classes);
  addCallbacks(classes, undefined);
  return {};
}

/**
 * @param {object} driver the driver's exports; its classes are changed
 * @param {number} major 3 to 7
 * @returns {object} the exports that scripts of that major get
 */
export function applyCompatibility(driver, major) {
  const wanted = Math.max(major, OLDEST_MAJOR);
  if (wanted >= CURRENT_MAJOR) return driver;
  if (appliedMajor !== undefined) {
    throw new Error(`compatibility with major ${appliedMajor} has been applied already`);
  }
  appliedMajor = wanted;
  refuseMissingCollections(driver);
  keepFileFields(driver);
  takeKnownStageOptionsOnly();
  if (wanted <= 5) adaptBefore6(driver, wanted);
  let changed = {};
  if (wanted === 4) changed = adapt4(driver);
  if (wanted === 3) changed = adapt3(driver);
  return {
    ...driver,
    ...changed,
    ...adaptBsonClasses(driver, wanted),
    MongoClient: acceptOlderOptions(driver.MongoClient, wanted),
  };
}
