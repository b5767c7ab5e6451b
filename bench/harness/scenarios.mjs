/** Reads `scenarios/NAME/scenario.mjs`. Each default-exports what README.md describes. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { SCENARIOS } from './folders.mjs';

/**
 * @typedef {object} Scenario
 * @property {string} name the folder's
 * @property {string} title
 * @property {number} order where it stands in the table
 * @property {number} size documents, migrations or rounds; the migration reads it from `BENCH_SIZE`
 * @property {number} quickSize
 * @property {'up' | 'status'} command
 * @property {'documents' | 'nothing'} data what is loaded before
 * @property {'documents' | 'results'} writes what a run changes: `documents` are copied anew before each run
 * @property {'default' | 'on request'} [set]
 * @property {'once' | 'size times'} [copies] how often the one migration file is repeated, under numbered names
 * @property {string} [folder] another scenario whose migrations are used
 * @property {string} [mmkMigrations] mmk-js runs this folder of the scenario's own in place of `migrations`, to show a feature of its own
 * @property {{ wall?: number, memory?: number }} reach ratios to Node that we aim at
 * @property {(run: { database: object, size: number, output: string }) => Promise<void>} expect throws when the work wasn't done
 */

/** @returns {Promise<Scenario[]>} */
export async function selectScenarios({ scenarios: wanted, quick, share }) {
  const all = await readAll();
  const unknown = wanted.find((name) => !all.some((scenario) => scenario.name === name));
  if (unknown) throw new Error(`there is no scenario \`${unknown}\`; there are ${all.map(({ name }) => name).join(', ')}`);
  return all
    .filter(({ name, set }) => (wanted.length > 0 ? wanted.includes(name) : set !== 'on request'))
    .map((scenario) => ({ ...scenario, size: quick ? Math.max(scenario.quickSize, Math.ceil(scenario.size / share)) : scenario.size }));
}

async function readAll() {
  const names = (await readdir(SCENARIOS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const scenarios = await Promise.all(
    names.map(async ({ name }) => {
      const module = await import(pathToFileURL(path.join(SCENARIOS, name, 'scenario.mjs')).href);
      return { name, ...module.default };
    }),
  );
  return scenarios.sort((first, second) => first.order - second.order);
}
