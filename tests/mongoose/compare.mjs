/** Compares two outputs of play.mjs under the known differences of a major: `compare.mjs EXPECTED ACTUAL MAJOR`; exits 1 and says where they differ. */
import { readFileSync } from 'node:fs';

import { KNOWN_DIFFERENCES } from './known_differences.mjs';

const [expectedFile, actualFile, major] = process.argv.slice(2);
const [expected, actual] = [expectedFile, actualFile].map((path) => JSON.parse(readFileSync(path, 'utf8')));
let failed = 0;
const fail = (name, text) => {
  failed += 1;
  console.log(`DIFFERS ${name}\n${text}`);
};

for (const [name, lines] of Object.entries(expected)) {
  const known = KNOWN_DIFFERENCES[name];
  const applies = known?.majors.includes(Number(major)) === true;
  const adjust = applies ? known.adjust : (each) => each;
  const difference = firstDifference(adjust(lines), adjust(actual[name] ?? []));
  if (difference !== undefined) fail(name, difference);
  // A difference that is gone must leave the list, and with it docs/mongoose.md.
  else if (applies && firstDifference(lines, actual[name]) === undefined) fail(name, 'is listed as a known difference and does not differ');
}
console.log(`${Object.keys(expected).length} cases, ${failed} differ`);
process.exit(failed === 0 ? 0 : 1);

/** The first line that differs, cut to the neighbourhood of its first differing character. */
function firstDifference(expectedLines, actualLines) {
  for (let at = 0; at < Math.max(expectedLines.length, actualLines.length); at += 1) {
    const [a = '', b = ''] = [expectedLines[at], actualLines[at]];
    if (a === b) continue;
    let from = 0;
    while (a[from] === b[from]) from += 1;
    const part = (text) => `${text.slice(0, 30)} … ${text.slice(Math.max(0, from - 120), from + 300)}`;
    return `  Node: ${part(a)}\n  host: ${part(b)}`;
  }
  return undefined;
}
