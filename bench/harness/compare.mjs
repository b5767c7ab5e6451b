/**
 * One scenario, measured: in each round every Node tool runs next to mmk-js, who goes first changes from round to round, and a
 * ratio is always of two runs that were neighbours. A run whose work can't be found in the database ends its scenario.
 */
import { mmkSide, nodeSide } from './contestants.mjs';
import { measure } from './measure.mjs';
import { makeProject } from './project.mjs';
import { copyDocuments } from './seed.mjs';
import { summarise } from './statistics.mjs';

/** @returns {Promise<{ scenario: object, pairs: object[] }>} one pair per Node tool */
export async function compare({ scenario, tools, server, options }) {
  console.error(`${scenario.name}: ${scenario.title}`);
  await server.database.dropDatabase();
  if (scenario.data === 'documents') await copyDocuments(server, scenario.size);

  const pairs = [];
  for (const tool of tools) {
    const project = await makeProject(tool, scenario, { uri: server.uri, dialect: options.dialect });
    const sides = [nodeSide(tool, scenario, project), mmkSide(options, scenario, server.uri)];
    pairs.push({ tool, project, sides, runs: sides.map(() => []) });
  }
  // The first round fills caches (the server's, the disk's) and isn't counted.
  for (let round = options.quick ? 1 : 0; round <= options.runs; round += 1) {
    for (const pair of pairs) await runPair(pair, { round, scenario, server });
  }
  return {
    scenario: { name: scenario.name, title: scenario.title, size: scenario.size, reach: scenario.reach },
    pairs: pairs.map(({ tool, runs: [node, mmk] }) => ({ against: tool.name, node, mmk, ...summarise(node, mmk) })),
  };
}

async function runPair({ project, sides, runs }, { round, scenario, server }) {
  const order = round % 2 === 0 ? [0, 1] : [1, 0];
  for (const side of order) {
    const used = await runOnce(sides[side], { project, scenario, server });
    if (round > 0) runs[side].push(used);
    const { wall, cpu, peak, server: busy } = used;
    console.error(
      `  ${round || '-'} ${sides[side].name.padEnd(16)} ${wall.toFixed(3)} s, CPU ${cpu.toFixed(3)} s, ${Math.round(peak / 1e6)} MB, server ${busy.toFixed(2)} s`,
    );
  }
}

async function runOnce(side, { project, scenario, server }) {
  await reset(scenario, server);
  const { size } = scenario;
  const environment = { BENCH_SIZE: String(size), BENCH_URI: server.uri };
  const before = await server.cpuSeconds();
  const { output, ...own } = await measure(side.argv, { cwd: project.folder, environment });
  const used = { ...own, server: (await server.cpuSeconds()) - before };
  try {
    const expected = scenario.command === 'up' ? project.files.length : 0;
    const applied = await side.countApplied(server.database);
    if (applied !== expected) throw new Error(`${applied} migrations are recorded as applied, not ${expected}`);
    await scenario.expect({ database: server.database, size, output });
  } catch (error) {
    throw new Error(`${side.name} did not do the work of \`${scenario.name}\`: ${error.message}\nIt printed:\n${output}`, { cause: error });
  }
  return used;
}

/** Records are emptied and not dropped: most runs of a team find the tool's collections in place. */
async function reset(scenario, server) {
  if (scenario.writes === 'documents') await copyDocuments(server, scenario.size);
  for (const { name } of await server.database.listCollections({}, { nameOnly: true }).toArray()) {
    if (name === 'documents') continue;
    const collection = server.database.collection(name);
    if (name === 'changelog' || name.startsWith('_mmk_')) await collection.deleteMany({});
    else await collection.drop();
  }
}
