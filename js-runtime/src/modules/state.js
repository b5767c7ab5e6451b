/**
 * What the module system was started with, in one place. Filled once, before any user code runs.
 */

/** @type {{core: object, ops: object, settings: object}} */
export const engine = { core: undefined, ops: undefined, settings: {} };
