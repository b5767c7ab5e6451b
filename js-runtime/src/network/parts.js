/** The parts of the host's bundle that the network modules use, under short names. */
import * as sharedErrors from '../node/errors.js';
import * as registry from '../node/registry.js';

export const errors = sharedErrors;
export const { native, builtin } = registry;
