/**
 * The cases of the module system: each file in cases/ is a folder tree as text. Unpacks them; runs nothing.
 *
 *     What the case is about.
 *     -- main.cjs --                 a file
 *     -- link -> target/dir --       a symbolic link
 *     -- expected: node --           what `main.*` prints; made by Node 20 (`ours`: where we go further than Node)
 *
 * A case with `migration.*` in place of `main.*` is loaded as a migration; its exported names are printed.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;

/** @typedef {{name: string, mode: 'run'|'load', by: 'node'|'ours', entry: string, expected: string, entries: object[], file: string}} Case */

/** @returns {Case[]} */
export function readCases() {
  const folder = path.join(here, 'cases');
  return fs.readdirSync(folder).sort().map((file) => parse(path.join(folder, file)));
}

function parse(file) {
  const entries = [];
  let current;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const mark = /^-- (.+) --$/.exec(line);
    if (mark) {
      const [name, target] = mark[1].split(' -> ');
      current = { name, target, lines: [] };
      entries.push(current);
    } else {
      current?.lines.push(line);
    }
  }
  const expected = entries.pop();
  const entry = entries.find(({ name }) => /^(main|migration)\.\w+$/.test(name)).name;
  return {
    name: path.basename(file, '.txt'),
    file,
    by: expected.name.replace('expected: ', ''),
    mode: entry.startsWith('main') ? 'run' : 'load',
    entry,
    entries,
    expected: expected.lines.join('\n'),
  };
}

/**
 * Writes the tree of a case into a new folder.
 * @param {Case} one
 * @returns {string} the folder
 */
export function unpack(one) {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mmk-modules-')));
  for (const { name, target, lines } of one.entries) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (target) {
      fs.symlinkSync(target, file);
    } else {
      fs.writeFileSync(file, lines.join('\n'));
    }
  }
  return root;
}
