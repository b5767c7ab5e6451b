/** Our modules and Node's own, on the same inputs: every difference is a failure. Cases run inside the host as well. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { loadOurs } from './host.mjs';

const load = createRequire(import.meta.url);

/** What inspect can only know inside the engine, where the same cases run again. */
const ENGINE_ONLY = /^inspect (resolved|pending|iterator|setIterator|weak|proxy) /;

/** The cases of these modules need nothing of the engine; all the others run in the host only. */
const FILES = ['assert.cjs', 'buffer.cjs', 'path.cjs', 'url.cjs', 'util.cjs'];

for (const file of FILES) {
  test(file, async () => {
    const run = load(`./cases/${file}`);
    const expected = await run(load);
    const actual = await run(loadOurs);
    const differences = Object.keys(expected).filter((label) => !ENGINE_ONLY.test(label) && actual[label] !== expected[label]);
    const shown = differences.slice(0, 30).map((label) => `${label}\n  node: ${expected[label]}\n  ours: ${actual[label]}`);
    assert.equal(differences.length, 0, `${differences.length} of ${Object.keys(expected).length} differ:\n${shown.join('\n')}`);
  });
}
