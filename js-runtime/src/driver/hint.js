/** Index hints as the server takes them. */

/** A name stays a name; a list of fields becomes an ascending key; an object is copied. */
export function normalizeHint(hint) {
  if (typeof hint === 'string') return hint;
  if (Array.isArray(hint)) return Object.fromEntries(hint.map((field) => [field, 1]));
  if (hint == null || typeof hint !== 'object') return undefined;
  const copy = {};
  for (const field in hint) copy[field] = hint[field];
  return copy;
}
