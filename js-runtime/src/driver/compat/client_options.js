/**
 * Connection options of older majors: those that mean something under another name are translated, those that have no
 * effect any more are taken out, with one warning that names them. Options that were never known are left for the
 * client to refuse.
 */

import { emitWarning, emitWarningOnce } from '../warning.js';

/** Old name -> present name, where only the name has changed. */
const RENAMED = {
  poolSize: 'maxPoolSize',
  minSize: 'minPoolSize',
  appname: 'appName',
  sslCA: 'tlsCAFile',
  sslCert: 'tlsCertificateFile',
  sslKey: 'tlsCertificateKeyFile',
  sslPass: 'tlsCertificateKeyFilePassword',
  wtimeout: 'wtimeoutMS',
  j: 'journal',
};

/** Without effect since 4.0, and in so many scripts that majors before 6 say nothing of them. */
const FAMILIAR = new Set(['useNewUrlParser', 'useUnifiedTopology']);

/** Without effect since 4.0, or bound to the old connection handling. */
const WITHOUT_EFFECT = new Set([
  'useNewUrlParser', 'useUnifiedTopology', 'keepAlive', 'keepAliveInitialDelay', 'autoReconnect', 'auto_reconnect',
  'reconnectTries', 'reconnectInterval', 'bufferMaxEntries', 'ha', 'haInterval', 'acceptableLatencyMS',
  'secondaryAcceptableLatencyMS', 'domainsEnabled', 'promiseLibrary', 'loggerLevel', 'logger', 'validateOptions',
  'useRecoveryToken', 'numberOfRetries', 'retryMiliSeconds', 'connectWithNoPrimary', 'connectionTimeoutMS', 'sslCRL',
  'ciphers', 'ecdhCurve', 'native_parser', 'useCreateIndex', 'useFindAndModify', 'server', 'replset', 'mongos', 'db',
  'uri_decode_auth', 'strict', 'fsync',
]);

function translated(name, value) {
  if (name === 'sslValidate') return ['tlsAllowInvalidCertificates', value === false || value === 'false'];
  if (name === 'auth' && value && value.user !== undefined) {
    const { user, ...rest } = value;
    return ['auth', { username: user, ...rest }];
  }
  return [RENAMED[name] ?? name, value];
}

/** @returns {object} options that a client of today takes; names without effect are added to `dropped` */
function adaptOptions(options, dropped) {
  if (options == null || typeof options !== 'object') return options;
  const adapted = {};
  for (const [oldName, oldValue] of Object.entries(options)) {
    if (WITHOUT_EFFECT.has(oldName)) {
      dropped.add(oldName);
      continue;
    }
    const [name, value] = translated(oldName, oldValue);
    if (!Object.hasOwn(options, name) || name === oldName) adapted[name] = value;
  }
  return adapted;
}

function adaptUri(uri, dropped) {
  if (typeof uri !== 'string' || !uri.includes('?')) return uri;
  const [base, query] = uri.split('?');
  const kept = [];
  for (const pair of query.split('&')) {
    const [oldName, oldValue] = pair.split('=');
    if (WITHOUT_EFFECT.has(oldName)) {
      dropped.add(oldName);
    } else {
      const [name, value] = translated(oldName, oldValue);
      kept.push(oldValue === undefined ? pair : `${name}=${value}`);
    }
  }
  return kept.length === 0 ? base : `${base}?${kept.join('&')}`;
}

function warnOf(dropped, major) {
  for (const name of FAMILIAR) {
    if (dropped.delete(name) && major >= 6) {
      emitWarning(
        `${name} is a deprecated option: ${name} has no effect since Node.js Driver version 4.0.0 and will be removed in the next major version`,
      );
    }
  }
  if (dropped.size === 0) return;
  const names = [...dropped];
  emitWarningOnce(`the connection options \`${names.join('`, `')}\` have no effect and are ignored`);
}

/**
 * @param {Function} MongoClient
 * @param {number} major of npm `mongodb`
 * @returns {Function} the same class for `instanceof` and `extends`, taking options of older majors
 */
export function acceptOlderOptions(MongoClient, major) {
  const proxy = new Proxy(MongoClient, {
    construct(target, [uri, options, ...rest], newTarget) {
      const dropped = new Set();
      const args = [adaptUri(uri, dropped), adaptOptions(options, dropped), ...rest];
      warnOf(dropped, major);
      return Reflect.construct(target, args, newTarget === proxy ? target : newTarget);
    },
  });
  return proxy;
}
