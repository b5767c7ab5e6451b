/**
 * From a request to a file name, for `require`. The search is native; here are the parts that a script can see or change.
 */
import { nodeError } from '../node/errors.js';
import { folderOf, isRelativeOrAbsolute } from './paths.js';
import { engine } from './state.js';

const constructors = { TypeError, SyntaxError };

/** `/a/b/node_modules`, `/a/node_modules`, `/node_modules`. */
export function nodeModulePaths(from) {
  const paths = [];
  const parts = from.split('/').filter(Boolean);
  for (let count = parts.length; count >= 0; count -= 1) {
    if (parts[count - 1] !== 'node_modules') {
      paths.push(`/${[...parts.slice(0, count), 'node_modules'].join('/')}`);
    }
  }
  return paths;
}

/**
 * @param {string} request
 * @param {object|undefined} parent the requiring module
 * @param {{paths?: string[]}} [options]
 * @returns {string} a file name, or `builtin:<name>`
 */
export function resolveRequest(request, parent, options) {
  const importer = parent?.filename ?? '';
  const folders = options?.paths ?? [parent?.path || globalThis.process.cwd()];
  let failure;
  for (const folder of folders) {
    try {
      return engine.ops.op_mmk_modules_resolve(request, folder, importer);
    } catch (error) {
      failure ??= error;
    }
  }
  const found = lookInExtraPaths(request, parent);
  if (found !== undefined) {
    return found;
  }
  if (/^(?:bson|mongodb)\/package\.json$/.test(request)) {
    // Not installed, and here all the same.
    return `builtin:${request}`;
  }
  throw failure?.code && failure.code !== 'MODULE_NOT_FOUND' ? rebuilt(failure) : notFound(request, parent);
}

/** Scripts may add folders to `module.paths`. */
function lookInExtraPaths(request, parent) {
  if (!parent?.filename || isRelativeOrAbsolute(request)) {
    return undefined;
  }
  const usual = new Set(nodeModulePaths(folderOf(parent.filename)));
  for (const folder of parent.paths) {
    if (!usual.has(folder)) {
      try {
        return engine.ops.op_mmk_modules_resolve(`${folder}/${request}`, '/', '');
      } catch {
        // The next folder may have it.
      }
    }
  }
  return undefined;
}

/** An error of the native side with Node's way of printing the code. */
export function rebuilt(error) {
  return error?.code ? nodeError(constructors[error.name] ?? Error, error.code, error.message) : error;
}

function notFound(request, parent) {
  const requireStack = [];
  for (let module = parent; module; module = module.parent) {
    requireStack.push(module.filename || module.id);
  }
  const stack = requireStack.length > 0 ? `\nRequire stack:\n- ${requireStack.join('\n- ')}` : '';
  const error = new Error(`Cannot find module '${request}'${stack}`);
  error.code = 'MODULE_NOT_FOUND';
  error.requireStack = requireStack;
  return error;
}
