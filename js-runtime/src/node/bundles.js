/**
 * Modules that live in bundles of their own, because most scripts never ask for them: evaluates a bundle once and lends it the
 * modules that hold state.
 */
import * as access from './access.js';
import * as errors from './errors.js';
import * as registry from './registry.js';

const loaded = new Map();

/** @param {'network'|'fetch'} bundle @param {string} name as the bundle lists it */
export function fromBundle(bundle, name) {
  return () => {
    let exports = loaded.get(bundle);
    if (exports === undefined) {
      exports = registry.native.core.loadExtScript(`ext:mmk/${bundle}.js`);
      exports.connectShared({ registry, errors, access });
      loaded.set(bundle, exports);
    }
    return exports.modules[name]();
  };
}

/**
 * A driver of its own: every call makes another.
 * @param {{bridge: object, pending: object}} shared what it must have in common with the host's
 */
export function driverBundle(shared) {
  const bundle = registry.native.core.loadExtScript('ext:mmk/driver.js')();
  bundle.connectShared({ ...shared, registry });
  return bundle;
}
