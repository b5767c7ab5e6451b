/**
 * Writes what Node prints into the cases that Node decides: `node test/modules/regenerate.mjs`. Needs Node 20.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readCases, unpack } from './cases.mjs';

if (!process.version.startsWith('v20.')) {
  throw new Error(`Node 20 decides what is right, this is ${process.version}`);
}
for (const one of readCases().filter(({ by }) => by === 'node')) {
  const root = unpack(one);
  const { stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', path.join(root, one.entry)], { cwd: root, encoding: 'utf8' });
  fs.rmSync(root, { recursive: true });
  if (stderr) {
    console.error(`${one.name}: ${stderr}`);
  }
  const text = fs.readFileSync(one.file, 'utf8');
  const mark = '-- expected: node --\n';
  fs.writeFileSync(one.file, text.slice(0, text.indexOf(mark) + mark.length) + stdout.replaceAll(root, '<root>'));
}
