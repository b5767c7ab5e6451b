/**
 * The connection string that the native client gets: rebuilt from checked options, so that it holds only what that
 * client knows, with npm `mongodb`'s defaults where they differ.
 */

import { AuthMechanism } from './enums.js';

const COPIED = [
  'appName',
  'connectTimeoutMS',
  'directConnection',
  'heartbeatFrequencyMS',
  'loadBalanced',
  'localThresholdMS',
  'maxConnecting',
  'maxIdleTimeMS',
  'maxPoolSize',
  'minPoolSize',
  'proxyHost',
  'proxyPassword',
  'proxyPort',
  'proxyUsername',
  'replicaSet',
  'retryReads',
  'retryWrites',
  'serverSelectionTimeoutMS',
  'srvMaxHosts',
  'srvServiceName',
  'tls',
  'tlsAllowInvalidHostnames',
  'tlsCAFile',
  'tlsCertificateKeyFile',
  'tlsInsecure',
  'waitQueueTimeoutMS',
  'zlibCompressionLevel',
];

/** Values that mean "not set" and need not be said, or that the native client refuses to hear. */
const UNSAID = new Map([
  ['directConnection', false],
  ['loadBalanced', false],
  ['maxIdleTimeMS', 0],
  ['srvMaxHosts', 0],
  ['srvServiceName', 'mongodb'],
  ['tlsAllowInvalidHostnames', false],
  ['tlsInsecure', false],
  ['waitQueueTimeoutMS', 0],
  ['zlibCompressionLevel', 0],
]);

function addCredentials(parameters, { mechanism, mechanismProperties, source }) {
  parameters.push(['authSource', source]);
  if (mechanism !== AuthMechanism.MONGODB_DEFAULT) parameters.push(['authMechanism', mechanism]);
  const properties = Object.entries(mechanismProperties).filter(([, value]) => typeof value !== 'function');
  if (properties.length > 0) {
    parameters.push(['authMechanismProperties', properties.map(([key, value]) => `${key}:${value}`).join(',')]);
  }
}

function addReadPreference(parameters, { mode, tags, maxStalenessSeconds }) {
  if (mode === 'primary') return;
  parameters.push(['readPreference', mode]);
  for (const set of tags ?? []) {
    parameters.push(['readPreferenceTags', Object.entries(set).map(([key, value]) => `${key}:${value}`).join(',')]);
  }
  if (maxStalenessSeconds) parameters.push(['maxStalenessSeconds', maxStalenessSeconds]);
}

function userInfo(credentials) {
  if (!credentials?.username) return '';
  const user = encodeURIComponent(credentials.username);
  return credentials.password ? `${user}:${encodeURIComponent(credentials.password)}@` : `${user}@`;
}

/** The connection string for `connectClient`. */
export function nativeUri(options) {
  const { credentials, srvHost } = options;
  const parameters = [];
  for (const name of COPIED) {
    if (options[name] !== undefined && UNSAID.get(name) !== options[name]) parameters.push([name, options[name]]);
  }
  if (options.rejectUnauthorized === false && !options.tlsInsecure) {
    parameters.push(['tlsAllowInvalidCertificates', true]);
  }
  if (options.passphrase !== undefined) parameters.push(['tlsCertificateKeyFilePassword', options.passphrase]);
  const compressors = options.compressors.filter((name) => name !== 'none');
  if (compressors.length > 0) parameters.push(['compressors', compressors.join(',')]);
  if (credentials !== undefined) addCredentials(parameters, credentials);
  addReadPreference(parameters, options.readPreference);
  const hosts = srvHost === undefined ? options.hosts.map(encodeHost).join(',') : srvHost;
  const scheme = srvHost === undefined ? 'mongodb' : 'mongodb+srv';
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${scheme}://${userInfo(credentials)}${hosts}/${encodeURIComponent(options.dbName)}?${query}`;
}

function encodeHost(address) {
  return address.socketPath ? encodeURIComponent(address.socketPath) : String(address);
}
