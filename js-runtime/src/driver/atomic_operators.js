/** Tells update documents from replacement documents. */

import { MongoInvalidArgumentError } from './errors.js';

/** Whether the document's first key is an operator; of a pipeline, whether any stage's is. */
export function hasAtomicOperators(document, bson) {
  if (Array.isArray(document)) return document.some((stage) => hasAtomicOperators(stage));
  const keys = Object.keys(document);
  if (bson?.ignoreUndefined && keys.every((key) => document[key] === undefined)) {
    throw new MongoInvalidArgumentError(
      'Update operations require that all atomic operators have defined values, but none were provided.',
    );
  }
  return keys.length > 0 && keys[0][0] === '$';
}
