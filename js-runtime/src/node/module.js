/**
 * `module`: lists the built-ins. Everything that resolves or loads files comes from the CommonJS loader, which fills in
 * `createRequire` and the Module class through `provideLoader`.
 */
import { builtin, hasBuiltin } from './registry.js';
import { builtins } from './index.js';
import { notProvided } from './errors.js';

const bare = (name) => name.replace(/^node:/, '');

export function isBuiltin(name) {
  return typeof name === 'string' && builtins.has(bare(name));
}

class Module {
  constructor(id = '', parent = undefined) {
    this.id = id;
    this.path = id.slice(0, Math.max(0, id.lastIndexOf('/')));
    this.exports = {};
    this.filename = null;
    this.loaded = false;
    this.children = [];
    this.parent = parent;
    this.paths = [];
  }
}

Object.assign(Module, {
  Module,
  builtinModules: [...builtins.keys()],
  isBuiltin,
  getBuiltinModule: (name) => (isBuiltin(name) && hasBuiltin(bare(name)) ? builtin(bare(name)) : undefined),
  createRequire() {
    throw notProvided('module.createRequire', 'the loader is not ready yet.');
  },
  register() {},
  syncBuiltinESMExports() {},
  findSourceMap: () => undefined,
  enableCompileCache: () => ({ status: 3 }),
  wrap: (source) => `(function (exports, require, module, __filename, __dirname) { ${source}\n});`,
});

/** @param {{createRequire: Function}} parts what the CommonJS loader adds, by name */
export function provideLoader(parts) {
  Object.assign(Module, parts);
}

export default Module;
