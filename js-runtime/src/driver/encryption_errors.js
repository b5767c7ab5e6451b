/** The errors of client-side encryption. They exist so that `instanceof` works; nothing here throws them. */

import { MongoError } from './errors.js';

/** The root of the encryption errors. */
export class MongoCryptError extends MongoError {
  get name() {
    return 'MongoCryptError';
  }
}

export class MongoCryptInvalidArgumentError extends MongoCryptError {
  get name() {
    return 'MongoCryptInvalidArgumentError';
  }
}

export class MongoCryptCreateDataKeyError extends MongoCryptError {
  constructor(encryptedFields, { cause }) {
    super(`Unable to complete creating data keys: ${cause.message}`, { cause });
    this.encryptedFields = encryptedFields;
  }

  get name() {
    return 'MongoCryptCreateDataKeyError';
  }
}

export class MongoCryptCreateEncryptedCollectionError extends MongoCryptError {
  constructor(encryptedFields, { cause }) {
    super(`Unable to create collection: ${cause.message}`, { cause });
    this.encryptedFields = encryptedFields;
  }

  get name() {
    return 'MongoCryptCreateEncryptedCollectionError';
  }
}

export class MongoCryptAzureKMSRequestError extends MongoCryptError {
  constructor(message, body) {
    super(message);
    this.body = body;
  }

  get name() {
    return 'MongoCryptAzureKMSRequestError';
  }
}

export class MongoCryptKMSRequestNetworkTimeoutError extends MongoCryptError {
  get name() {
    return 'MongoCryptKMSRequestNetworkTimeoutError';
  }
}
