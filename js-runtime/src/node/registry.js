/**
 * The one place that holds state shared by the Node modules: the engine's `core`, the native ops, the host's hooks and the
 * modules already made. Every other file here may be bundled on its own as long as this one stays single.
 */

/** What the host gives us; filled once by `setNative` and `setHost` before any user code runs. */
export const native = {
  core: undefined,
  ops: undefined,
  host: {
    /** @param {1|2} stream @param {string|Uint8Array} chunk */
    write: (stream, chunk) => native.ops.op_mmk_print(stream, typeof chunk === 'string' ? chunk : native.core.decode(chunk)),
    /** @param {number} code */
    exit: (code) => native.ops.op_mmk_exit(code),
  },
};

/** @type {Map<string, () => unknown>} */
const factories = new Map();
/** @type {Map<string, unknown>} */
const loaded = new Map();

/**
 * @param {object} core `Deno.core`
 * @param {object} ops the native functions
 */
export function setNative(core, ops) {
  native.core = core;
  native.ops = ops;
}

/** @param {{write?: Function, exit?: Function}} hooks replaces the given hooks and keeps the others */
export function setHost(hooks) {
  Object.assign(native.host, hooks);
}

/** @param {Iterable<[string, () => unknown]>} entries module name (without `node:`) and the function that makes it */
export function registerBuiltins(entries) {
  for (const [name, make] of entries) {
    factories.set(name, make);
  }
}

/** @param {string} name without `node:` */
export function hasBuiltin(name) {
  return factories.has(name);
}

/** Whether somebody has asked for the module yet. */
export function isLoaded(name) {
  return loaded.has(name);
}

/**
 * The module, made on first use.
 * @param {string} name without `node:`
 */
export function builtin(name) {
  if (loaded.has(name)) {
    return loaded.get(name);
  }
  const make = factories.get(name);
  if (make === undefined) {
    throw new Error(`no built-in module is registered as \`${name}\``);
  }
  const module = make();
  loaded.set(name, module);
  return module;
}

/** A script of the engine's web extension, e.g. `web('00_url')`. Loaded once, on first use. */
export function web(name) {
  return native.core.loadExtScript(`ext:deno_web/${name}.js`);
}

/**
 * Defines `name` on `target` as a getter that replaces itself by its value on first use.
 * @param {object} target
 * @param {string|symbol} name
 * @param {() => unknown} make
 * @param {boolean} [enumerable]
 */
export function defineLazy(target, name, make, enumerable = false) {
  const settle = (value) => {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable });
    return value;
  };
  Object.defineProperty(target, name, { get: () => settle(make()), set: settle, configurable: true, enumerable });
}
