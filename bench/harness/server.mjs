/** The server that both sides talk to: a given one, or the project's sandbox with its data in memory, ended with this process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { REPOSITORY } from './folders.mjs';

/** What scenarios read and write. Dropped before and after. */
export const DATABASE = 'mmk_bench';
/** Generated data, kept while the harness runs. */
export const SEED_DATABASE = 'mmk_bench_seed';

/**
 * @param {string | undefined} uri
 * @param {{ folder: string }} tool whose driver the harness itself uses
 */
export async function openServer(uri, tool) {
  const sandbox = uri ? undefined : await startSandbox();
  const require = createRequire(path.join(tool.folder, 'package.json'));
  const driver = require('mongodb');
  const client = await driver.MongoClient.connect(uri ?? sandbox.uri);
  return {
    uri: uri ?? sandbox.uri,
    driver,
    client,
    database: client.db(DATABASE),
    seed: client.db(SEED_DATABASE),
    /** CPU time of the server so far, where its system tells; 0 elsewhere. */
    async cpuSeconds() {
      const { extra_info: info } = await client.db('admin').command({ serverStatus: 1 });
      return (Number(info?.user_time_us ?? 0) + Number(info?.system_time_us ?? 0)) / 1e6;
    },
    async close() {
      await client.db(DATABASE).dropDatabase();
      await client.db(SEED_DATABASE).dropDatabase();
      await client.close();
      sandbox?.process.stdin.end();
    },
  };
}

async function startSandbox() {
  const command = ['run', '--quiet', '-p', 'mmk-sandbox', '--example', 'sandbox', '--', '--memory'];
  const child = spawn('cargo', command, { cwd: REPOSITORY, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the sandbox ended before it was ready');
  });
  ended.catch(() => {});
  const [uri] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  return { uri, process: child };
}
