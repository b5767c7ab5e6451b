/** Who the client says it is. */

import { AuthMechanism, GSSAPICanonicalizationValue } from './enums.js';
import { MongoAPIError, MongoMissingCredentialsError } from './errors.js';

const NEED_A_USER = new Set([
  AuthMechanism.MONGODB_GSSAPI,
  AuthMechanism.MONGODB_PLAIN,
  AuthMechanism.MONGODB_SCRAM_SHA1,
  AuthMechanism.MONGODB_SCRAM_SHA256,
]);

/** Mechanisms whose users are not in a database. */
export const EXTERNAL_MECHANISMS = new Set([
  AuthMechanism.MONGODB_GSSAPI,
  AuthMechanism.MONGODB_AWS,
  AuthMechanism.MONGODB_OIDC,
  AuthMechanism.MONGODB_X509,
]);

/** User, password and how they are shown to the server. */
export class MongoCredentials {
  constructor({ username, password, source, db, mechanism, mechanismProperties }) {
    this.username = username ?? '';
    this.password = password;
    this.source = source || db;
    this.mechanism = mechanism || AuthMechanism.MONGODB_DEFAULT;
    this.mechanismProperties = Object.freeze(mechanismProperties || {});
    Object.freeze(this);
  }

  static merge(credentials, options) {
    return new MongoCredentials({
      username: options.username ?? credentials?.username ?? '',
      password: options.password ?? credentials?.password ?? '',
      mechanism: options.mechanism ?? credentials?.mechanism ?? AuthMechanism.MONGODB_DEFAULT,
      mechanismProperties: options.mechanismProperties ?? credentials?.mechanismProperties ?? {},
      source: options.source ?? options.db ?? credentials?.source ?? 'admin',
    });
  }

  equals(other) {
    return ['mechanism', 'username', 'password', 'source'].every((field) => this[field] === other[field]);
  }

  /** Refuses combinations that no server accepts. */
  validate() {
    const { mechanism, source, password } = this;
    if (NEED_A_USER.has(mechanism) && !this.username) {
      throw new MongoMissingCredentialsError(`Username required for mechanism '${mechanism}'`);
    }
    if (EXTERNAL_MECHANISMS.has(mechanism) && source != null && source !== '$external') {
      throw new MongoAPIError(`Invalid source '${source}' for mechanism '${mechanism}' specified.`);
    }
    if (mechanism === AuthMechanism.MONGODB_PLAIN && source == null) {
      throw new MongoAPIError('PLAIN Authentication Mechanism needs an auth source');
    }
    if (mechanism === AuthMechanism.MONGODB_X509 && password) {
      throw new MongoAPIError(`Password not allowed for mechanism MONGODB-X509`);
    }
    const canonicalization = this.mechanismProperties.CANONICALIZE_HOST_NAME ?? false;
    if (!Object.values(GSSAPICanonicalizationValue).includes(canonicalization)) {
      throw new MongoAPIError(`Invalid CANONICALIZE_HOST_NAME value: ${canonicalization}`);
    }
  }
}
