/** docs/driver-surface.md says what is so: no export or member has come, gone or changed its state since it was made. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { exportNames, State, stateOfExport, stateOfMember } from '../../scripts/surface_state.mjs';

const sections = readFileSync(new URL('../../../docs/driver-surface.md', import.meta.url), 'utf8')
  .split('\n## ')
  .slice(1)
  .map((section) => ({
    title: section.split('\n', 1)[0],
    rows: [...section.matchAll(/^\| `(.+)` \| (\w+) \|$/gm)].map(([, name, state]) => ({ name, state })),
  }));

test('the list has content', () => {
  assert.ok(sections.length > 20);
  assert.ok(sections.flatMap(({ rows }) => rows).length > 300);
});

for (const { title, rows } of sections) {
  test(`the states of ${title}`, () => {
    const stateOf = title === 'Exports' ? stateOfExport : (member) => stateOfMember(title, member);
    assert.deepEqual(rows.map(({ name }) => ({ name, state: stateOf(name) })), rows);
  });
}

test('every export is listed', () => {
  const listed = new Set(sections[0].rows.map(({ name }) => name));
  assert.deepEqual(exportNames.filter((name) => !listed.has(name)), []);
});

test('nothing is missing', () => {
  const missing = sections.flatMap(({ title, rows }) =>
    rows.filter(({ state }) => state === State.MISSING).map(({ name }) => `${title}.${name}`),
  );
  assert.deepEqual(missing, []);
});
