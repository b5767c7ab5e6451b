/**
 * The facade as major N against npm `mongodb` of major N, call by call on the same server. Needs `MMK_TEST_URI` (a replica set) and
 * `MMK_MAJORS` (a folder with installed packages `3`, `4`, `5`, `6`, `7`, each with `node_modules/mongodb`); skipped without.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { KNOWN_DIFFERENCES } from '../../spec-runner/majors/known_differences.mjs';

const { MMK_TEST_URI: uri, MMK_MAJORS: majors } = process.env;
const skip = uri && majors ? false : 'set MMK_TEST_URI and MMK_MAJORS to compare with older drivers';
const PROBE = fileURLToPath(new URL('../../spec-runner/majors/run-probe.mjs', import.meta.url));

/** A process each, as compatibility changes classes for good. */
async function outcomesOf(...options) {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, '--uri', uri, ...options], { maxBuffer: 1 << 24 });
  const lines = stdout.trim().split('\n').map((line) => line.split(/: (.*)/s));
  // bson 1 and 4 call the type `ObjectID`; the codec takes both.
  return Object.fromEntries(lines.map(([name, outcome]) => [name, outcome.replaceAll('<ObjectID>', '<ObjectId>')]));
}

for (const major of Object.keys(KNOWN_DIFFERENCES)) {
  test(`major ${major}`, { skip }, async () => {
    const expected = await outcomesOf('--driver', join(majors, major, 'node_modules', 'mongodb'));
    const actual = await outcomesOf('--driver', 'facade', '--major', major);
    for (const name of Object.keys(KNOWN_DIFFERENCES[major])) {
      delete expected[name];
      delete actual[name];
    }
    assert.deepEqual(actual, expected);
  });
}
