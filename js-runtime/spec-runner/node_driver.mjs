/** The driver module that a Node front end was asked for: an installed npm `mongodb`, or the facade over the Node bridge. */

import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** Name that stands for the facade instead of a path. */
const FACADE = 'facade';

/** Kinds of events that the facade can't report: connections and monitoring are native. */
const FACADE_UNOBSERVED = ['cmap', 'sdam'];

/**
 * @param {string} name `facade`, a package name or a path
 * @param {string} uri what the facade's own connection goes to
 * @param {number} [major] which major of npm `mongodb` the facade plays
 * @returns {Promise<{driver: object, unobserved: string[], version: string}>}
 */
export async function loadDriver(name, uri, major) {
  if (name !== FACADE) {
    const requireFromHere = createRequire(resolve('package.json'));
    const path = /^[./]/.test(name) ? resolve(name) : name;
    return { driver: requireFromHere(path), unobserved: [], version: major === undefined ? requireFromHere(`${path}/package.json`).version : `${major}.0.0` };
  }
  const [facade, { setBridge }, { nodeBridge }, { applyCompatibility }] = await Promise.all([
    import('../src/driver/index.js'),
    import('../src/bridge.js'),
    import('./node_bridge.mjs'),
    import('../src/driver/compat/index.js')
  ]);
  setBridge(nodeBridge(uri));
  const driver = applyCompatibility({ ...facade }, major ?? 7);
  return { driver, unobserved: FACADE_UNOBSERVED, version: `${major ?? 7}.0.0` };
}
