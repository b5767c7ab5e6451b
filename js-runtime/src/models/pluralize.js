/**
 * The collection's name that mongoose makes of a model's name. The rules are mongoose's (6 to 8), oddities included: data lives in
 * collections that were named by them.
 */

/** The first that matches counts. `(m)an` and the like are anchored at the end only: `Talisman` becomes `talismen`. */
const RULES = [
  [/human$/, 'humans'],
  [/(m)an$/, '$1en'],
  [/(pe)rson$/, '$1ople'],
  [/(child)$/, '$1ren'],
  [/^(ox)$/, '$1en'],
  [/(ax|test)is$/, '$1es'],
  [/(octop|vir)us$/, '$1i'],
  [/(alias|status)$/, '$1es'],
  [/(bu)s$/, '$1ses'],
  [/(buffal|tomat|potat)o$/, '$1oes'],
  [/([ti])um$/, '$1a'],
  [/sis$/, 'ses'],
  [/(?:([^f])fe|([lr])f)$/, '$1$2ves'],
  [/(hive)$/, '$1s'],
  [/([^aeiouy]|qu)y$/, '$1ies'],
  [/(x|ch|ss|sh)$/, '$1es'],
  // `matr|vert|ind` followed by `ix` anywhere, or `ex` at the end.
  [/(matr|vert|ind)ix|ex$/g, '$1ices'],
  [/([m|l])ouse$/, '$1ice'],
  [/(kn|w|l)ife$/, '$1ives'],
  [/(quiz)$/, '$1zes'],
  [/^goose$/, 'geese'],
  [/s$/, 's'],
  [/([^a-z])$/, '$1'],
  [/$/, 's'],
];

const UNCOUNTABLE = new Set(
  (
    'advice energy excretion digestion cooperation health justice labour machinery equipment information pollution sewage paper ' +
    'money species series rain rice fish sheep moose deer news expertise status media'
  ).split(' '),
);

/** @param {string} name of a model */
export function collectionNameOf(name) {
  if (name === 'system.profile' || name === 'system.indexes') {
    return name;
  }
  const word = name.toLowerCase();
  if (UNCOUNTABLE.has(word)) {
    return word;
  }
  const [pattern, replacement] = RULES.find(([candidate]) => word.search(candidate) >= 0);
  return word.replace(pattern, replacement);
}
