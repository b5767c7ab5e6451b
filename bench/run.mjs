#!/usr/bin/env node
/**
 * Measures mmk-js beside Node's migrate-mongo: same migrations, same server, alternating runs. Writes only below `target/bench`
 * and into the databases `mmk_bench` and `mmk_bench_seed`. See README.md.
 */
import { writeFile } from 'node:fs/promises';

import { describeMachine } from './harness/machine.mjs';
import { readOptions } from './harness/options.mjs';
import { compare } from './harness/compare.mjs';
import { renderTable } from './harness/report.mjs';
import { openServer } from './harness/server.mjs';
import { selectScenarios } from './harness/scenarios.mjs';
import { installTools } from './harness/tools.mjs';

const options = readOptions(process.argv.slice(2));
const scenarios = await selectScenarios(options);
const tools = await installTools(options.against);
const server = await openServer(options.uri, tools[0]);

try {
  const machine = await describeMachine(server, options.mmk);
  const results = [];
  for (const scenario of scenarios) {
    results.push(await compareOrReport(scenario));
    if (options.json) await writeFile(options.json, `${JSON.stringify({ machine, options, results }, null, 2)}\n`);
  }
  console.log(renderTable(machine, results));
  if (results.some(({ failure }) => failure)) process.exitCode = 1;
} finally {
  await server.close();
}

/** One scenario that fails must not hide the others. */
async function compareOrReport(scenario) {
  try {
    return await compare({ scenario, tools, server, options });
  } catch (error) {
    console.error(`  FAILED ${error.message}`);
    return { scenario: { name: scenario.name, reach: scenario.reach }, pairs: [], failure: error.message };
  }
}
