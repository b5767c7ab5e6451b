/** Our modules and Node's own, on the same inputs: every difference is a failure. Cases run inside the host as well. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { loadOurs } from './host.mjs';

const load = createRequire(import.meta.url);

/** What inspect can only know inside the engine, where the same cases run again. */
const ENGINE_ONLY = /^inspect (resolved|pending|iterator|setIterator|weak|proxy) /;
const folder = new URL('./cases/', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.cjs') && !/^(show|run-all)\.cjs$/.test(name))) {
  test(file, async () => {
    const run = load(`./cases/${file}`);
    const expected = await run(load);
    const actual = await run(loadOurs);
    const differences = Object.keys(expected).filter((label) => !ENGINE_ONLY.test(label) && actual[label] !== expected[label]);
    const shown = differences.slice(0, 30).map((label) => `${label}\n  node: ${expected[label]}\n  ours: ${actual[label]}`);
    assert.equal(differences.length, 0, `${differences.length} of ${Object.keys(expected).length} differ:\n${shown.join('\n')}`);
  });
}
