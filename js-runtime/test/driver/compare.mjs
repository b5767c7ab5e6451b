/** Compares two outputs of play.mjs under the known differences: `compare.mjs EXPECTED ACTUAL`; exits 1 and says where they differ. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { KNOWN_DIFFERENCES } from './known_differences.mjs';

const [expected, actual] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
let failed = 0;
for (const [name, lines] of Object.entries(expected)) {
  const adjust = KNOWN_DIFFERENCES[name] ?? ((each) => each);
  try {
    assert.deepEqual(adjust(actual[name]), adjust(lines));
  } catch (error) {
    failed += 1;
    console.log(`DIFFERS ${name}\n${error.message}`);
  }
}
console.log(`${Object.keys(expected).length} cases, ${failed} differ`);
process.exit(failed === 0 ? 0 : 1);
