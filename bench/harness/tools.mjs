/** The pinned Node tools, installed from their lock files below `target/bench`, once per state of the lock file. */
import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { BENCH, BUILD } from './folders.mjs';

/**
 * @param {string[]} majors
 * @returns {Promise<{ name: string, folder: string }[]>} each folder has a `node_modules`
 */
export async function installTools(majors) {
  const tools = majors.map((major) => {
    const name = `migrate-mongo-${major}`;
    return { name, folder: path.join(BUILD, name) };
  });
  for (const tool of tools) await install(tool);
  return tools;
}

async function install({ name, folder }) {
  const source = path.join(BENCH, 'tools', name);
  const lock = await readFile(path.join(source, 'package-lock.json'), 'utf8');
  const stamp = path.join(folder, 'installed-lock.json');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === lock) return;
  console.error(`installing ${name} …`);
  await cp(source, folder, { recursive: true });
  await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: folder });
  await writeFile(stamp, lock);
}
