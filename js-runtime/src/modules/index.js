/**
 * The module system as the host uses it: start it, load a migration, run a program.
 */
import { registerBuiltins } from '../node/registry.js';
import { hostModule, providePackage } from './builtins.js';
import { facadeHost, importModule } from './es_modules.js';
import { EntryIsModule, Module, asEntry } from './module.js';
import { engine } from './state.js';

export { hostModule, providePackage };
export { Module, createRequire } from './module.js';
export { showPlace, syntaxPlace } from './syntax_error.js';

/** Must be called once, before any other function here and before user code. */
export function startModules({ core, ops, settings }) {
  Object.assign(engine, { core, ops, settings });
  registerBuiltins([['module', () => Module]]);
  // Whoever asked before the loader was there has got the stand-in of ../node; scripts get the real one.
  providePackage('node:module', () => Module);
  ops.op_mmk_modules_connect(facadeHost((filename) => Module._load(filename, undefined, false)));
}

/**
 * The version of an installed package as `require(name)` from a folder would find it.
 * @param {string} name
 * @param {string} folder
 * @returns {string | null}
 */
export function installedVersion(name, folder) {
  return engine.ops.op_mmk_modules_installed_version(name, folder);
}

/**
 * Loads a file as migration tools do: `module.exports` of CommonJS, the namespace of an ES module.
 * @param {string} path absolute
 * @returns {Promise<unknown>}
 */
export async function loadMigration(path) {
  return loadEntry(path, false);
}

/**
 * Runs a file as a program: `require.main === module` holds in it, and `process.argv[1]` is its path.
 * @param {string} path absolute
 * @returns {Promise<unknown>} what the file exports
 */
export async function runMain(path) {
  globalThis.process.argv[1] = engine.ops.op_mmk_modules_real_path(path);
  return loadEntry(path, true);
}

async function loadEntry(path, isMain) {
  const filename = engine.ops.op_mmk_modules_real_path(path);
  try {
    return asEntry(filename, () => Module._load(filename, null, isMain));
  } catch (error) {
    if (error instanceof EntryIsModule) {
      globalThis.process.mainModule = undefined;
      return importModule(filename);
    }
    throw error;
  }
}
