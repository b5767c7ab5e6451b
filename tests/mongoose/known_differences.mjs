/**
 * Cases whose outcomes differ on purpose: why, in which majors (all if not said), and a function that brings both to what must still be
 * equal. docs/mongoose.md tells users of them; compare.mjs fails when one no longer differs.
 */

const replaced = (pattern, text) => (lines) => lines.map((line) => line.replace(pattern, text));

/** @type {Record<string, {why: string, majors?: number[], sometimes?: boolean, adjust: (lines: string[]) => string[]}>} */
export const KNOWN_DIFFERENCES = {
  'types: ids': {
    why: 'V8 names the class `_ObjectId` when it is called without `new`',
    majors: [9],
    adjust: replaced(/constructor _ObjectId/, 'constructor ObjectId'),
  },
};
