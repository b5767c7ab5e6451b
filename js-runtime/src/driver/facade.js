/** What `require('mongodb')`, `require('mongodb/lib/...')` and `require('bson')` give a script written for a major of npm `mongodb`. */
import { BSON } from '../bson/index.js';
import { BulkWriteResult } from './bulk/bulk_write_result.js';
import { adaptBsonClasses, applyCompatibility, CURRENT_MAJOR } from './compat/index.js';
import * as driver from './index.js';
import { MongoDBNamespace } from './namespace.js';

/**
 * Changes the driver's classes for good, so there is one major for each instance of these modules.
 * @param {number} major 3 to 7
 * @returns {{driver: object, files: object, bson: object}} `files` is every file below `mongodb/lib`: all names, as libraries pick from
 *   them what they don't find among the exports
 */
export function facade(major) {
  const isCurrent = major >= CURRENT_MAJOR;
  const adapted = isCurrent ? driver : applyCompatibility({ ...driver }, major);
  const bson = isCurrent ? BSON : { ...BSON, ...adaptBsonClasses(BSON, major) };
  return { driver: adapted, files: { ...bson, ...adapted, BulkWriteResult, MongoDBNamespace }, bson };
}
