/**
 * Cases whose outcomes differ on purpose: what differs, in which majors, and a function that brings both to what must still be equal.
 * docs/mongoose.md has the same table (check_docs.mjs), and compare.mjs fails when one no longer differs.
 */

const replaced = (pattern, text) => (lines) => lines.map((line) => line.replaceAll(pattern, text));

/** @type {Record<string, {what: string, majors: number[], adjust: (lines: string[]) => string[]}>} */
export const KNOWN_DIFFERENCES = {
  'types: ids': {
    what: '`ObjectId()` without `new`: the message names the class `_ObjectId`',
    majors: [9],
    adjust: replaced('constructor _ObjectId', 'constructor ObjectId'),
  },
  'types: schema types': {
    what: '`-0` is stored as a double, as since bson 5, not as the integer 0',
    majors: [6],
    adjust: replaced(/minusZero: (?:-?0|\w+\("0"\))/g, 'minusZero'),
  },
  'types: big integers and useBigInt64': {
    what: 'options that came with a later driver are taken',
    majors: [6],
    adjust: () => [],
  },
};

/** The table's rows as the documentation shows them. */
export const rows = Object.entries(KNOWN_DIFFERENCES).map(([name, { what, majors }]) => `| ${name} | ${majors.join(', ')} | ${what} |`);
