/**
 * Packages that teach Node to load TypeScript, ES syntax or path aliases. The loader does that by itself, so requiring one of them
 * does nothing: a compiler of some megabytes is not loaded, and no hook is installed twice.
 * (Names: crates/mmk-runtime/src/loader/builtin_names.rs.)
 */

/** `register()` of ts-node and its like: gives back what callers sometimes touch. */
function register() {
  return { ignored: () => false, enabled: () => true, unregister() {} };
}

/**
 * @param {string} name
 * @returns {unknown} the exports of the package, or `undefined` when it isn't one of these
 */
export function loaderPackage(name) {
  if (name === 'esm') {
    return (module) => (request) => module.require(request);
  }
  const known = /^(?:@babel\/register|@swc-node\/register|@swc\/register|babel-register|esbuild-register|sucrase|ts-node|tsconfig-paths|tsx)(?:\/|$)/;
  return known.test(name) ? Object.assign(register, { register, default: register }) : undefined;
}
