/**
 * Which major of npm `mongodb` a script was written for, and making the facade behave like it: what the user asked for, else what is
 * installed beside the script, else what its package.json wants, else the newest.
 */
import { installedVersion, providePackage } from '../modules/index.js';
import { builtin } from '../node/registry.js';

const NEWEST = 7;
const OLDEST = 3;

/** Must be called before the script is loaded; classes are adapted in place. */
export function playDriverMajor(file, asked) {
  const major = clamp(asked ?? installedMajor(file) ?? wantedMajor(file) ?? NEWEST);
  if (major >= NEWEST) {
    return;
  }
  const { applyCompatibility, adaptBsonClasses } = require('../driver/compat/index.js');
  const driver = applyCompatibility({ ...require('../driver/index.js') }, major);
  const { BSON } = require('../bson/index.js');
  const bson = { ...BSON, ...adaptBsonClasses(BSON, major) };
  providePackage('mongodb', () => driver);
  providePackage('bson', () => bson);
}

function clamp(major) {
  const number = Number.parseInt(major, 10);
  return Number.isNaN(number) ? NEWEST : Math.min(Math.max(number, OLDEST), NEWEST);
}

function installedMajor(file) {
  return installedVersion('mongodb', builtin('path').dirname(file)) ?? undefined;
}

/** The first number of the range in the nearest package.json that names the driver. */
function wantedMajor(file) {
  const path = builtin('path');
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const range = readRange(path.join(folder, 'package.json'));
    if (range !== undefined) {
      return /\d+/.exec(range)?.[0];
    }
    if (folder === path.dirname(folder)) {
      return undefined;
    }
  }
}

function readRange(file) {
  try {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(builtin('fs').readFileSync(file, 'utf8'));
    return dependencies?.mongodb ?? devDependencies?.mongodb ?? peerDependencies?.mongodb;
  } catch {
    // No such file, none of ours to read, or none that parses: it says nothing of the driver.
    return undefined;
  }
}
