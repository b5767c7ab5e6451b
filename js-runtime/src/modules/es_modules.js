/**
 * The border between CommonJS and ES modules: `require` of a module, and what the facades of CommonJS files and built-ins call
 * when a module imports them (crates/mmk-runtime/src/loader/facade.rs).
 */
import { nodeError } from '../node/errors.js';
import { hostModule } from './builtins.js';
import { urlOf } from './paths.js';
import { engine } from './state.js';
import { showPlace } from './syntax_error.js';

/**
 * `require` of an ES module: its namespace, or what it exports as `'module.exports'`.
 * @param {string} filename
 */
export function requireModule(filename) {
  let namespace;
  try {
    namespace = engine.ops.op_import_sync(urlOf(filename));
  } catch (error) {
    throw explained(error, filename);
  }
  return Object.hasOwn(namespace, 'module.exports') ? namespace['module.exports'] : namespace;
}

function explained(error, filename) {
  if (/^Top-level await is not allowed/.test(error?.message)) {
    return nodeError(
      Error,
      'ERR_REQUIRE_ASYNC_MODULE',
      'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await ' +
        `comes from, use --experimental-print-required-tla.\n  Requiring ${filename} `,
    );
  }
  if (/^Cannot require\(\) ES Module .* in a cycle/.test(error?.message)) {
    return nodeError(Error, 'ERR_REQUIRE_CYCLE_MODULE', `Cannot require() ES Module ${filename} in a cycle.`);
  }
  return showPlace(unwrapped(error));
}

/** An error thrown while a module ran comes back from the engine with its class and stack in the message. */
function unwrapped(error) {
  const [, name, message] = /^(?:Uncaught )?(\w+): ([^]*?)\n {4}at /.exec(error?.message) ?? [];
  if (name === undefined) {
    return error;
  }
  const Class = globalThis[name];
  const original = new (Class?.prototype instanceof Error || Class === Error ? Class : Error)(message);
  original.stack = error.message.replace(/^Uncaught /, '');
  if (original.name !== name) {
    original.name = name;
  }
  return error.code === undefined ? original : Object.assign(original, { code: error.code });
}

/** `import()` of a file, from here. */
export async function importModule(filename) {
  try {
    return await import(urlOf(filename));
  } catch (error) {
    throw showPlace(error);
  }
}

/**
 * The functions that facades and the module loader call.
 * @param {(filename: string) => unknown} requireFile
 */
export function facadeHost(requireFile) {
  return {
    /** The `default` export and the whole. */
    commonJs(filename, wasModule) {
      const whole = requireFile(filename);
      const hasDefault = wasModule && whole?.__esModule && Object.hasOwn(whole, 'default');
      return [hasDefault ? whole.default : whole, whole];
    },
    builtin(name) {
      const whole = hostModule(name);
      return [whole, whole];
    },
    pick(whole, names) {
      const holds = whole !== null && (typeof whole === 'object' || typeof whole === 'function');
      return names.map((name) => (holds && Object.hasOwn(whole, name) ? whole[name] : undefined));
    },
    namesOf(name) {
      return Object.keys(hostModule(name));
    },
  };
}
