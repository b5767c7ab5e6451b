/** Fails when docs/mongoose.md and the list of known differences disagree. */
import { readFileSync } from 'node:fs';

import { rows } from './known_differences.mjs';

const text = readFileSync(new URL('../../docs/mongoose.md', import.meta.url), 'utf8');
const table = text.split('| case | majors | what |\n|---|---|---|\n')[1] ?? '';
const written = table.split('\n').filter((line) => line.startsWith('|'));
if (written.join('\n') !== rows.join('\n')) {
  console.log(`docs/mongoose.md must have these rows:\n${rows.join('\n')}`);
  process.exit(1);
}
