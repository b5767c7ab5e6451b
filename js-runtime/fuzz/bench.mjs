/** `npm run bench:bson`: nanoseconds per document of the codec and of npm bson, each in a process of its own, in turns. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CONTENDERS = ['codec', 'js-bson', 'codec-plain', 'js-bson-plain'];
const TURNS = 3;
const script = fileURLToPath(new URL('./bench-one.mjs', import.meta.url));

const runs = Object.fromEntries(CONTENDERS.map((contender) => [contender, []]));
for (let turn = 0; turn < TURNS; turn++) {
  for (const contender of CONTENDERS) {
    runs[contender].push(
      JSON.parse(execFileSync(process.execPath, ['--expose-gc', script, contender], { encoding: 'utf8' }))
    );
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const table = {};
for (const task of Object.keys(runs.codec[0])) {
  table[task] = {};
  for (const contender of CONTENDERS)
    table[task][contender] = Math.round(median(runs[contender].map((run) => run[task])));
  table[task]['times faster'] = (table[task]['js-bson'] / table[task].codec).toFixed(2);
  table[task]['times faster, plain'] = (table[task]['js-bson-plain'] / table[task]['codec-plain']).toFixed(2);
}
console.log(`ns per document, node ${process.version}, ${process.arch}; plain: without a Buffer class`);
console.table(table);
