/** Index descriptions: from the many ways of writing one to what `createIndexes` takes. */

/** Options of an index; others are dropped without a word, as npm `mongodb` does. */
const INDEX_OPTIONS = new Set([
  'background',
  'unique',
  'name',
  'partialFilterExpression',
  'sparse',
  'hidden',
  'expireAfterSeconds',
  'storageEngine',
  'collation',
  'version',
  'weights',
  'default_language',
  'language_override',
  'textIndexVersion',
  '2dsphereIndexVersion',
  'bits',
  'min',
  'max',
  'bucketSize',
  'wildcardProjection',
]);

const RENAMED = new Map([
  ['version', 'v'],
  ['defaultLanguage', 'default_language'],
  ['languageOverride', 'language_override'],
]);

function isDirection(value) {
  return typeof value === 'number' || ['2d', '2dsphere', 'text', 'geoHaystack'].includes(value);
}

function addToKey(key, specification) {
  if (typeof specification === 'string') {
    key.set(specification, 1);
  } else if (Array.isArray(specification)) {
    key.set(specification[0], specification[1] ?? 1);
  } else if (specification instanceof Map) {
    for (const [field, direction] of specification) key.set(field, direction);
  } else if (Object.prototype.toString.call(specification) === '[object Object]') {
    for (const [field, direction] of Object.entries(specification)) key.set(field, direction);
  }
}

/** The ordered key of `createIndex(specification)`. */
export function indexKey(specification) {
  const isOnePair =
    Array.isArray(specification) && specification.length === 2 && isDirection(specification[1]);
  const parts = !Array.isArray(specification) || isOnePair ? [specification] : specification;
  const key = new Map();
  for (const part of parts) addToKey(key, part);
  return key;
}

/** One element of `createIndexes.indexes`. */
export function indexDescription(description, keepsUnknownOptions) {
  const key = description.key instanceof Map ? description.key : new Map(Object.entries(description.key));
  const index = {};
  for (const [option, value] of Object.entries(description)) {
    if (option === 'key' || !(keepsUnknownOptions || INDEX_OPTIONS.has(option))) continue;
    index[RENAMED.get(option) ?? option] = value;
  }
  const name = description.name ?? Array.from(key).flat().join('_');
  return { ...index, name, key };
}

/** The `createIndexes` command. */
export function createIndexesCommand(collection, indexes, options) {
  const command = { createIndexes: collection, indexes };
  if (options.commitQuorum != null) command.commitQuorum = options.commitQuorum;
  return command;
}
