/**
 * Which major of npm `mongodb` a script was written for, and making the facade behave like it: what the user asked for, else what is
 * installed beside the script, else what its package.json wants, else what an installed mongoose needs, else the newest.
 *
 * An installed package gets the major that is installed for it: mongoose brings a driver of its own, which need not be the script's.
 */
import * as bridge from '../bridge.js';
import * as pending from '../driver/pending.js';
import { installedVersion, providePackage } from '../modules/index.js';
import { driverBundle } from '../node/bundles.js';
import { builtin, native } from '../node/registry.js';

const NEWEST = 7;
const OLDEST = 3;

/** Each major of mongoose since 5 has the next major of the driver, from 3 on. */
const MONGOOSE_BEFORE_DRIVER = 2;

/** Major -> what packages of that major are given. */
const facades = new Map();

/** The major of the script's own files. */
let own;

/** Must be called before the script is loaded; classes are adapted in place, so the first call decides for the isolate. */
export function playDriverMajor(file, asked) {
  if (own !== undefined) {
    return;
  }
  own = clamp(asked ?? installedMajor(file) ?? wantedMajor(file) ?? NEWEST);
  providePackage('mongodb', (importer, name) => facadeFor(importer)[name === 'mongodb' ? 'driver' : 'files']);
  providePackage('bson', (importer) => facadeFor(importer).bson);
  if (own !== NEWEST) {
    // The objects that the script is handed must be adapted even where it never asks for the package.
    facadeFor(undefined);
  }
}

function clamp(major) {
  const number = Number.parseInt(major, 10);
  return Number.isNaN(number) ? NEWEST : Math.min(Math.max(number, OLDEST), NEWEST);
}

function installedMajor(file) {
  return installedVersion('mongodb', builtin('path').dirname(file)) ?? throughMongoose(installedVersion('mongoose', builtin('path').dirname(file)));
}

function throughMongoose(range) {
  const major = Number.parseInt(/\d+/.exec(range ?? '')?.[0], 10);
  return Number.isNaN(major) ? undefined : major - MONGOOSE_BEFORE_DRIVER;
}

/** The first number of the range in the nearest package.json that names the driver. */
function wantedMajor(file) {
  const path = builtin('path');
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const major = wantedIn(path.join(folder, 'package.json'));
    if (major !== undefined) {
      return major;
    }
    if (folder === path.dirname(folder)) {
      return undefined;
    }
  }
}

function wantedIn(file) {
  try {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(builtin('fs').readFileSync(file, 'utf8'));
    const all = { ...peerDependencies, ...devDependencies, ...dependencies };
    return /\d+/.exec(all.mongodb ?? '')?.[0] ?? throughMongoose(all.mongoose);
  } catch {
    // No such file, none of ours to read, or none that parses: it says nothing of the driver.
    return undefined;
  }
}

/** Folder of an installed package -> the major it gets. */
const majorsOfPackages = new Map();

function majorFor(importer) {
  const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(importer ?? '')?.[0];
  if (folder === undefined) {
    return own;
  }
  if (!majorsOfPackages.has(folder)) {
    const installed = installedVersion('mongodb', folder);
    majorsOfPackages.set(folder, installed == null ? own : clamp(installed));
  }
  return majorsOfPackages.get(folder);
}

function facadeFor(importer) {
  const major = majorFor(importer);
  if (!facades.has(major)) {
    facades.set(major, major === own ? ownFacade() : anotherFacade(major));
  }
  return facades.get(major);
}

/** In Node such a package has a driver of its own too; documents may pass between the two, classes are not the same. */
function anotherFacade(major) {
  const { Buffer } = globalThis;
  return driverBundle({ bridge, pending }).facade(major, { Buffer, decodeUtf8: native.ops.op_mmk_decode_utf8 });
}

function ownFacade() {
  const { facade } = require('../driver/facade.js');
  return facade(own);
}
