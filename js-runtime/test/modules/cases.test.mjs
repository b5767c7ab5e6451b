/**
 * Runs every case with the engine and compares what it prints with what Node printed. The engine is `MMK_MODULES_ENGINE`, a
 * program that takes `run FILE` or `load FILE`; without one the cases are skipped.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCases, unpack } from './cases.mjs';

const engine = process.env.MMK_MODULES_ENGINE;

for (const one of readCases()) {
  test(one.name, { skip: engine === undefined && 'MMK_MODULES_ENGINE is not set' }, () => {
    const root = unpack(one);
    try {
      const { stdout, stderr } = spawnSync(engine, [one.mode, path.join(root, one.entry)], { cwd: root, encoding: 'utf8' });
      assert.equal(stdout.replaceAll(root, '<root>') + stderr, one.expected);
    } finally {
      fs.rmSync(root, { recursive: true });
    }
  });
}
