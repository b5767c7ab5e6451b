/** Parts of the public API that can't exist here. Each can be named and compared, and says so when it is used. */

import { EventEmitter } from 'events';

import { MongoAPIError } from './errors.js';

/** A class whose construction is refused. */
function unsupportedClass(name, reason) {
  const Unsupported = class {
    constructor() {
      throw new MongoAPIError(`\`${name}\` is not supported: ${reason}`);
    }
  };
  Object.defineProperty(Unsupported, 'name', { value: name });
  return Unsupported;
}

export const ClientEncryption = unsupportedClass(
  'ClientEncryption',
  'client-side field level encryption needs a native library that is not part of this program',
);

export const MongoClientAuthProviders = unsupportedClass(
  'MongoClientAuthProviders',
  'authentication is done by the native client',
);

/** Internal to npm `mongodb`, but exported by it. */
export class CancellationToken extends EventEmitter {
  constructor(...args) {
    super(...args);
    this.on('error', () => {});
  }
}
