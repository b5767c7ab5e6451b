/** What a reader must know to compare numbers. Names no machine and no path. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

export async function describeMachine(server, binary) {
  const size = await stat(binary).catch(() => {
    throw new Error(`there is no \`${binary}\`; \`cargo build --release -p mmk-cli\` makes it`);
  });
  const { stdout } = await promisify(execFile)(binary, ['--version']);
  const { version } = await server.database.admin().buildInfo();
  return {
    cores: os.availableParallelism(),
    memory: os.totalmem(),
    platform: `${os.platform()} ${os.arch()}`,
    node: process.version,
    mongod: version,
    mmk: stdout.trim(),
    mmkSize: size.size,
  };
}
