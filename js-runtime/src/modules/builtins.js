/**
 * The modules that come with the host: Node's own, and the packages we stand in for. Each is made on first use.
 */
/* global require -- replaced by the bundler */
import { notProvided } from '../node/errors.js';
import { builtin, builtins } from '../node/index.js';
import { loaderPackage } from './loader_packages.js';

/** Modules that don't come from ../node, by name; everything below `mongodb/lib/` is answered by the driver itself. */
const packages = new Map([
  ['bson', () => require('../driver/bson.js')],
  ['mongodb', () => require('../driver/index.js')],
]);

/** Node modules that exist only with the `node:` prefix. */
const onlyWithPrefix = new Set(['sea', 'test', 'test/reporters']);

/** Names that Node has and we don't: `require` says so. */
const notServed = new Set([...onlyWithPrefix, 'wasi']);

/** Names of Node's modules, as `module.builtinModules` lists them. */
export function builtinModules() {
  return [...builtins.keys()].filter((name) => !onlyWithPrefix.has(name));
}

/** Whether `require(request)` means a module of Node's. */
export function isBuiltin(request) {
  if (typeof request !== 'string') {
    return false;
  }
  const name = request.replace(/^node:/, '');
  return (builtins.has(name) || notServed.has(name)) && (name !== request || !onlyWithPrefix.has(name));
}

/**
 * The exports of a module that the host serves.
 * @param {string} name canonical, as resolution gives it: `node:fs`, `mongodb`
 * @param {string} [importer] the file that asks: packages may differ by it
 */
export function hostModule(name, importer) {
  const make = packages.get(name) ?? packages.get(name.split('/')[0]);
  if (make !== undefined) {
    return make(importer, name);
  }
  return name.startsWith('node:') ? nodeModule(name.slice(5)) : loaderPackage(name);
}

function nodeModule(name) {
  if (notServed.has(name) && !builtins.has(name)) {
    throw notProvided(`node:${name}`, 'leave it out of the migration.');
  }
  return builtin(name);
}

/**
 * Adds or replaces a module.
 * @param {string} name canonical, as above
 * @param {(importer: string | undefined, name: string) => object} make
 */
export function providePackage(name, make) {
  packages.set(name, make);
}
