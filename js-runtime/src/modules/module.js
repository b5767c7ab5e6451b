/**
 * CommonJS: the class `Module`, its cache, and `require`. Libraries reach into Node's underscore methods, so those are here under
 * their names and call one another the way Node's do.
 */
import { invalidArgValue, notProvided, validateString } from '../node/errors.js';
import { builtinModules, hostModule, isBuiltin } from './builtins.js';
import { compileCommonJs } from './compile.js';
import { requireModule } from './es_modules.js';
import { folderOf, isRelativeOrAbsolute, pathOf } from './paths.js';
import { nodeModulePaths, rebuilt, resolveRequest } from './resolve.js';
import { engine } from './state.js';
import { showPlace } from './syntax_error.js';

const BUILTIN = 'builtin:';

/** Thrown inside `_compile` when the entry file turns out to be an ES module: the caller imports it instead. */
export class EntryIsModule {}

/** The module being loaded as an entry, for which `EntryIsModule` is wanted. */
let entry;

/**
 * Runs `work` with the given file name as entry.
 * @template T
 * @param {string} filename
 * @param {() => T} work
 * @returns {T}
 */
export function asEntry(filename, work) {
  entry = filename;
  try {
    return work();
  } finally {
    entry = undefined;
  }
}

export class Module {
  constructor(id = '', parent = undefined) {
    this.id = id;
    this.path = folderOf(id);
    this.exports = {};
    Object.defineProperty(this, 'parent', { value: parent, writable: true, configurable: true, enumerable: false });
    parent?.children?.push(this);
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.paths = [];
  }

  /** `require` as a method. */
  require(id) {
    validateString(id, 'id');
    if (id === '') {
      throw invalidArgValue('id', id, 'must be a non-empty string');
    }
    return Module._load(id, this, false);
  }

  /** Reads and runs the file. */
  load(filename) {
    this.filename = filename;
    this.paths = Module._nodeModulePaths(folderOf(filename));
    Module._extensions[registeredExtension(filename)](this, filename);
    this.loaded = true;
  }

  /** Runs a text as the module's body. */
  _compile(content, filename) {
    const { fn, error } = compileCommonJs(content, filename);
    if (fn === undefined) {
      return this.#settle(content, filename, error);
    }
    const require = makeRequire(this);
    return Reflect.apply(fn, this.exports, [this.exports, require, this, filename, folderOf(filename)]);
  }

  /** V8 refused the text as CommonJS: it may be an ES module, or a mixture that the loader translates. */
  #settle(content, filename, error) {
    const file = error instanceof SyntaxError ? settled(filename) : undefined;
    if (file?.format === 'module') {
      if (entry === filename) {
        throw new EntryIsModule();
      }
      this.exports = requireModule(filename);
      return undefined;
    }
    if (file === undefined || file.code === content) {
      throw showPlace(error);
    }
    return this._compile(file.code, filename);
  }
}

Object.assign(Module, {
  Module,
  _cache: Object.create(null),
  _pathCache: Object.create(null),
  _extensions: Object.create(null),
  globalPaths: [],
  _debug() {},
  _preloadModules() {},
  _initPaths() {},
  isBuiltin,
  createRequire,
  register() {},
  registerHooks() {
    throw notProvided('module.registerHooks', 'modules are loaded by mmk-js itself.');
  },
  syncBuiltinESMExports() {},
  findSourceMap: () => undefined,
  enableCompileCache: () => ({ status: 3 }),
  wrap: (source) => `${Module.wrapper[0]}${source}${Module.wrapper[1]}`,
  wrapper: ['(function (exports, require, module, __filename, __dirname) { ', '\n});'],

  _nodeModulePaths: nodeModulePaths,

  _resolveLookupPaths(request, parent) {
    if (isBuiltin(request)) {
      return null;
    }
    if (!isRelativeOrAbsolute(request) || request.startsWith('/')) {
      return parent?.paths?.length ? [...parent.paths] : nodeModulePaths(parent?.path || globalThis.process.cwd());
    }
    return [parent?.filename ? folderOf(parent.filename) : '.'];
  },

  _resolveFilename(request, parent, _isMain, options) {
    const found = resolveRequest(request, parent, options);
    // Node answers with the name as it was asked for.
    return found.startsWith(BUILTIN) ? request : found;
  },

  _load(request, parent, isMain) {
    const known = parent && resolved.get(parent.path)?.get(request);
    if (known !== undefined && Module._cache[known] !== undefined) {
      return fromCache(Module._cache[known], parent);
    }
    const filename = Module._resolveFilename(request, parent, isMain);
    if (!filename.startsWith('/')) {
      return hostModule(resolveRequest(filename, parent).slice(BUILTIN.length), parent?.filename);
    }
    if (parent) {
      remember(parent.path, request, filename);
    }
    const cached = Module._cache[filename];
    if (cached !== undefined) {
      return fromCache(cached, parent);
    }
    return loadFresh(filename, parent, isMain);
  },
});

Object.defineProperty(Module, 'builtinModules', { get: builtinModules, enumerable: true, configurable: true });

Module._extensions['.js'] = function loadScript(module, filename) {
  const file = read(filename);
  if (file.format === 'module') {
    if (entry === filename) {
      throw new EntryIsModule();
    }
    module.exports = requireModule(filename);
  } else {
    module._compile(file.code, filename);
  }
};

Module._extensions['.json'] = function loadJson(module, filename) {
  const { code } = read(filename);
  try {
    module.exports = JSON.parse(code);
  } catch (error) {
    error.message = `${filename}: ${error.message}`;
    throw error;
  }
};

Module._extensions['.node'] = function refuseAddon(_module, filename) {
  read(filename);
};

/** Folder -> request -> file. As in Node, what was resolved for a folder once stays so while the file is in `Module._cache`. */
const resolved = new Map();

function remember(folder, request, filename) {
  let requests = resolved.get(folder);
  if (requests === undefined) {
    requests = new Map();
    resolved.set(folder, requests);
  }
  requests.set(request, filename);
}

function fromCache(module, parent) {
  if (parent && !parent.children.includes(module)) {
    parent.children.push(module);
  }
  return module.exports;
}

function read(filename) {
  try {
    return engine.ops.op_mmk_modules_read(filename, false);
  } catch (error) {
    throw error instanceof SyntaxError ? showPlace(error) : rebuilt(error);
  }
}

/** The file with its format decided by its text; nothing when there is no such file (a text compiled by hand). */
function settled(filename) {
  try {
    return engine.ops.op_mmk_modules_read(filename, true);
  } catch {
    return undefined;
  }
}

function loadFresh(filename, parent, isMain) {
  const module = new Module(filename, parent);
  if (isMain) {
    setMain(module);
  }
  Module._cache[filename] = module;
  try {
    module.load(filename);
  } catch (error) {
    delete Module._cache[filename];
    const children = parent?.children;
    if (children?.at(-1) === module) {
      children.pop();
    }
    throw error;
  }
  return module.exports;
}

function setMain(module) {
  module.id = '.';
  globalThis.process.mainModule = module;
}

/** The longest extension somebody registered, `.js` for all others. */
function registeredExtension(filename) {
  const name = filename.slice(filename.lastIndexOf('/') + 1);
  for (let at = name.indexOf('.', 1); at > 0; at = name.indexOf('.', at + 1)) {
    if (Module._extensions[name.slice(at)]) {
      return name.slice(at);
    }
  }
  return '.js';
}

function makeRequire(module) {
  const require = function require(path) {
    return module.require(path);
  };
  require.resolve = function resolve(request, options) {
    validateString(request, 'request');
    return Module._resolveFilename(request, module, false, options);
  };
  require.resolve.paths = function paths(request) {
    validateString(request, 'request');
    return Module._resolveLookupPaths(request, module);
  };
  require.main = globalThis.process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/**
 * A `require` for a file that has none, or for a folder (with a slash at the end).
 * @param {string|URL} filename
 */
export function createRequire(filename) {
  const path = typeof filename === 'string' && filename.startsWith('/') ? filename : pathOf(filename);
  if (path === undefined) {
    throw invalidArgValue('filename', filename, 'must be a file URL object, file URL string, or absolute path string');
  }
  const module = new Module(path.endsWith('/') ? `${path}noop.js` : path);
  module.filename = module.id;
  module.paths = Module._nodeModulePaths(module.path);
  return makeRequire(module);
}
