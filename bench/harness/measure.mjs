/** Runs one command to its end and returns what the process used. Throws, with its output, when it failed. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { BENCH, BUILD } from './folders.mjs';

const MEASURE = path.join(BENCH, 'harness/measure.py');
const REPORT = path.join(BUILD, 'measured.json');

/** @returns {Promise<{ wall: number, cpu: number, peak: number, output: string }>} seconds, seconds, bytes */
export async function measure(argv, { cwd, environment }) {
  const { stdout, stderr } = await promisify(execFile)('python3', [MEASURE, REPORT, ...argv], {
    cwd,
    env: { ...cleanEnvironment(), ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  const { exit, ...used } = JSON.parse(await readFile(REPORT, 'utf8'));
  if (exit !== 0) throw new Error(`\`${argv.join(' ')}\` ended with ${exit}:\n${stdout}${stderr}`);
  return { ...used, output: stdout };
}

/** Ours, without what would steer one of the two sides. */
function cleanEnvironment() {
  const steering = /^(MMK_|NODE_|npm_|NO_COLOR$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steering.test(name)));
}
