/**
 * What a bundle of its own shares with the host's: the modules that hold state. Filled before anything else of the bundle is
 * evaluated.
 */
export let shared;

/** @param {{registry: object, errors: object, access: object}} modules as the host's bundle made them */
export function connectShared(modules) {
  shared = modules;
}
