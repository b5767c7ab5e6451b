/** Makes the folder in which one tool runs one scenario; it lies below the tool's `node_modules`, so that scripts find packages. */
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { SCENARIOS } from './folders.mjs';
import { DATABASE } from './server.mjs';

/** @returns {Promise<{ folder: string, files: string[], extension: string, config: string }>} `files` are the migrations' names */
export async function makeProject(tool, scenario, { uri, dialect }) {
  const folder = path.join(tool.folder, 'projects', scenario.name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "name": "bench", "private": true }\n');

  const source = path.join(SCENARIOS, scenario.folder ?? scenario.name);
  const files = await copyMigrations(scenario, path.join(source, 'migrations'), path.join(folder, 'migrations'));
  if (scenario.mmkMigrations) {
    await copyMigrations(scenario, path.join(SCENARIOS, scenario.name, scenario.mmkMigrations), path.join(folder, scenario.mmkMigrations));
  }
  const extension = path.extname(files[0]);
  // Under its usual name mmk-js would find it.
  const config = dialect === 'mmk' ? 'config-for-node.js' : 'migrate-mongo-config.js';
  await writeFile(path.join(folder, config), migrateMongoConfig(uri, extension));
  return { folder, files, extension, config };
}

async function copyMigrations({ copies, size }, source, target) {
  if (copies !== 'size times') {
    await cp(source, target, { recursive: true });
    return (await readdir(target)).sort();
  }
  const [file] = await readdir(source);
  await mkdir(target);
  const names = Array.from({ length: size }, (_, index) => `${String(index + 1).padStart(4, '0')}-${file}`);
  for (const name of names) await cp(path.join(source, file), path.join(target, name));
  return names;
}

function migrateMongoConfig(uri, migrationFileExtension) {
  const config = {
    mongodb: { url: uri, databaseName: DATABASE, options: {} },
    migrationsDir: 'migrations',
    changelogCollectionName: 'changelog',
    migrationFileExtension,
    useFileHash: false,
    moduleSystem: 'commonjs',
  };
  return `module.exports = ${JSON.stringify(config, null, 2)};\n`;
}
