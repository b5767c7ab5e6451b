/**
 * `npm run fuzz -- [--minutes N] [--seed N] [--first N] [--cases N] [--without-buffer]`: compares the codec with npm
 * bson for as long as told, or for a number of cases.
 */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    first: { type: 'string', default: '0' },
    cases: { type: 'string' },
    'without-buffer': { type: 'boolean', default: false }
  }
});

// Before npm bson is loaded: it looks for the class once.
if (values['without-buffer']) delete globalThis.Buffer;
const { runCases } = await import('./differential.mjs');

const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
const first = Number(values.first);
console.log(`seed ${seed}`);
if (values.cases !== undefined) {
  console.log(runCases(seed, Number(values.cases), first));
} else {
  const end = Date.now() + Number(values.minutes) * 60_000;
  let done = first;
  for (; Date.now() < end; done += 1000) runCases(seed, 1000, done);
  console.log(`${done - first} cases, no difference`);
}
