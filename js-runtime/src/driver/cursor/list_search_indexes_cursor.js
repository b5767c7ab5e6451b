/** The cursor of `collection.listSearchIndexes`. */

import { AggregationCursor } from './aggregation_cursor.js';

/** Descriptions of the search indexes of a collection, all or the one of a name. */
export class ListSearchIndexesCursor extends AggregationCursor {
  constructor(collection, name, options = {}) {
    const stage = { $listSearchIndexes: name == null ? {} : { name } };
    super(collection.client, collection.fullNamespace, [stage], options, collection.nothingInherited);
  }
}
