/** What the driver's own bundle shares with the host's: the modules that hold state of the isolate. Filled before the driver is evaluated. */
export let shared;

/** @param {{registry: object, bridge: object, pending: object}} modules as the host's bundle made them */
export function connectShared(modules) {
  shared = modules;
}
