/** Brings the many ways of writing a sort into the one the server takes: an ordered map from field to direction. */

import { MongoInvalidArgumentError } from './errors.js';

function direction(value = 1) {
  if (typeof value === 'object' && value != null && typeof value.$meta === 'string') return value;
  switch (`${value}`.toLowerCase()) {
    case 'ascending':
    case 'asc':
    case '1':
      return 1;
    case 'descending':
    case 'desc':
    case '-1':
      return -1;
    default:
      throw new MongoInvalidArgumentError(`Invalid sort direction: ${JSON.stringify(value)}`);
  }
}

function isDirection(value) {
  try {
    direction(value);
    return true;
  } catch {
    return false;
  }
}

function fromPairs(pairs) {
  const sort = new Map();
  for (const [field, value] of pairs) sort.set(`${field}`, direction(value));
  return sort;
}

function fromArray(sort) {
  if (sort.length === 0) return undefined;
  if (Array.isArray(sort[0])) return fromPairs(sort);
  if (sort.length === 2 && isDirection(sort[1])) return fromPairs([sort]);
  return fromPairs(sort.map((field) => [field, 1]));
}

/** The sort as a Map, or undefined when it says nothing. */
export function formatSort(sort, order) {
  if (sort == null) return undefined;
  if (typeof sort === 'string') return new Map([[sort, direction(order)]]);
  if (typeof sort !== 'object') {
    throw new MongoInvalidArgumentError(
      `Invalid sort format: ${JSON.stringify(sort)} Sort must be a valid object`,
    );
  }
  if (Array.isArray(sort)) return fromArray(sort);
  if (sort instanceof Map && sort.size > 0) return fromPairs(sort);
  const pairs = Object.entries(sort);
  return pairs.length > 0 ? fromPairs(pairs) : undefined;
}
