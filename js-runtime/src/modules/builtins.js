/**
 * The modules that come with the host: Node's own, and the packages we stand in for. Each is made on first use.
 */
/* global require -- replaced by the bundler */
import { notProvided } from '../node/errors.js';
import { builtin, builtins } from '../node/index.js';
import { loaderPackage } from './loader_packages.js';
import { engine } from './state.js';

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
  const [, packageName] = /^(bson|mongodb)\/package\.json$/.exec(name) ?? [];
  if (packageName !== undefined) {
    return packageJson(packageName);
  }
  const make = packages.get(name) ?? packages.get(name.split('/')[0]);
  if (make !== undefined) {
    return make(importer, name);
  }
  return name.startsWith('node:') ? nodeModule(name.slice(5)) : loaderPackage(name);
}

/** What the drivers that we stand in for say of themselves, where none is installed. */
const VERSIONS = { bson: '7.3.4', mongodb: '7.8.0' };

function packageJson(name) {
  const version = engine.ops.op_mmk_modules_installed_version(name, globalThis.process.cwd()) ?? VERSIONS[name];
  return { name, version, main: 'lib/index.js', types: `${name}.d.ts`, license: 'Apache-2.0' };
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
