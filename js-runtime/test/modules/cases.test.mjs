/**
 * Runs every case with the engine and compares what it prints with what Node printed. The engine is `MMK_MODULES_ENGINE`, a
 * program that takes `run FILE` or `load FILE`; without one the cases are skipped. `MMK_MODULES_REGENERATE=1` writes what
 * Node 20 prints into the cases that Node decides, and runs no engine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCases, unpack } from './cases.mjs';

const engine = process.env.MMK_MODULES_ENGINE;
/** What the engine can be told to do; loading a migration needs a database, `run` doesn't. */
const modes = (process.env.MMK_MODULES_MODES ?? 'run,load').split(',');

function skipReason({ mode }) {
  if (engine === undefined) return 'MMK_MODULES_ENGINE is not set';
  return modes.includes(mode) ? false : `the engine has no mode ${mode}`;
}

const regenerate = process.env.MMK_MODULES_REGENERATE === '1';

/** Standard output and error of a program that is given the entry of a case. */
function print(one, program, ...leading) {
  const root = unpack(one);
  try {
    const { stdout, stderr } = spawnSync(program, [...leading, path.join(root, one.entry)], { cwd: root, encoding: 'utf8' });
    return (stdout + stderr).replaceAll(root, '<root>');
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

function writeExpected(one) {
  assert.match(process.version, /^v20\./, 'Node 20 decides what is right');
  const text = fs.readFileSync(one.file, 'utf8');
  const mark = '-- expected: node --\n';
  fs.writeFileSync(one.file, text.slice(0, text.indexOf(mark) + mark.length) + print(one, process.execPath, '--no-warnings'));
}

for (const one of readCases()) {
  if (regenerate) {
    test(one.name, { skip: one.by !== 'node' }, () => writeExpected(one));
  } else {
    test(one.name, { skip: skipReason(one) }, () => {
      assert.equal(print(one, engine, one.mode), one.expected);
    });
  }
}
