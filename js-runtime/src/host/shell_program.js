/**
 * Runs a script for MongoDB's shell: loads the shell, which no other script pays for, and runs the file as a script of the global scope, so
 * that what it declares is there for files that it loads. Which files are such scripts is decided by crates/mmk-runtime/src/loader/shell_script.rs.
 */
/* global require -- replaced by the bundler */
import { createRequire } from '../modules/index.js';
import { folderOf, urlOf } from '../modules/paths.js';
import { rebuilt } from '../modules/resolve.js';
import { engine } from '../modules/state.js';
import { showPlace } from '../modules/syntax_error.js';
import { builtin } from '../node/registry.js';

const SHELL = 'ext:mmk/shell.js';

/** What the shell's bundle has in common with this one. */
const SHARED = {
  native: () => engine,
  inspect: () => builtin('internal/inspect'),
  'bson/index.js': () => require('../bson/index.js'),
  'bson/buffer-class.js': () => require('../bson/buffer-class.js'),
  'driver/errors.js': () => require('../driver/errors.js'),
};

/** Defines what a file finds of Node's world; a loaded file gets its own for the time it runs. */
function enterFile(path) {
  const module = { id: '.', filename: path, exports: {}, loaded: false, children: [], paths: [] };
  const names = { require: createRequire(path), module, exports: module.exports, __filename: path, __dirname: folderOf(path) };
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** Runs the file's text; a promise where it has `await` outside of functions. */
function evaluate(path) {
  let file;
  try {
    file = engine.ops.op_mmk_modules_shell_script(path);
  } catch (error) {
    throw error instanceof SyntaxError ? showPlace(error) : rebuilt(error);
  }
  const source = file.awaits ? `(async () => {${file.code}\n})()` : file.code;
  const [value, failure] = engine.core.evalContext(source, urlOf(path));
  if (failure) {
    throw failure.isNativeError || failure.thrown instanceof Error ? showPlace(failure.thrown) : failure.thrown;
  }
  return file.awaits ? value : undefined;
}

/** `load(file)`: relative to the working directory, as in the shell. */
function load(file) {
  const outer = globalThis.__filename;
  const path = engine.ops.op_mmk_modules_real_path(builtin('path').resolve(String(file)));
  enterFile(path);
  try {
    const running = evaluate(path);
    return running ?? true;
  } finally {
    enterFile(outer);
  }
}

/**
 * @param {object} program
 * @param {string} program.path
 * @param {string} program.database where `db` points at first
 */
export async function runShellProgram({ path, database }) {
  const filename = engine.ops.op_mmk_modules_real_path(path);
  globalThis.process.argv[1] = filename;
  const { startShell } = engine.core.loadExtScript(SHELL)((name) => SHARED[name]());
  startShell({ database, load });
  enterFile(filename);
  await evaluate(filename);
}
