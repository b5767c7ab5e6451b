/** The two sides of a comparison: the command line of each, and where each keeps its records. */
import path from 'node:path';

import { DATABASE } from './server.mjs';

/** @typedef {{ name: string, argv: string[], countApplied(database: object): Promise<number> }} Side */

/** @returns {Side} */
export function nodeSide(tool, scenario, project) {
  const program = path.join(tool.folder, 'node_modules/migrate-mongo/bin/migrate-mongo.js');
  // Node 20 reads no TypeScript by itself.
  const loader = project.extension === '.ts' ? ['--import', 'tsx'] : [];
  return {
    name: tool.name,
    argv: [process.execPath, ...loader, program, scenario.command, '-f', project.config],
    countApplied: countInChangelog,
  };
}

/** @returns {Side} */
export function mmkSide({ mmk, dialect }, scenario, uri) {
  const folder = scenario.mmkMigrations ?? 'migrations';
  const folderFlags = scenario.mmkMigrations ? ['--dir', folder] : [];
  const flags = dialect === 'mmk' ? ['--uri', uri, '--db', DATABASE, '--dir', folder] : folderFlags;
  return {
    name: 'mmk-js',
    argv: [mmk, scenario.command, ...flags],
    countApplied: dialect === 'mmk' ? countInMmkRecords : countInChangelog,
  };
}

function countInChangelog(database) {
  return database.collection('changelog').countDocuments({ appliedAt: { $type: 'date' } });
}

function countInMmkRecords(database) {
  return database.collection('_mmk_migrations').countDocuments({ status: 'applied' });
}
