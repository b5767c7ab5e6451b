/** Every option of a client, in the order npm `mongodb` reads them: how its value is read, and its default. */

import { EXTERNAL_MECHANISMS, MongoCredentials } from './credentials.js';
import { AuthMechanism, Compressor, MongoLoggableComponent, ServerApiVersion, SeverityLevel } from './enums.js';
import { MongoAPIError, MongoInvalidArgumentError, MongoParseError } from './errors.js';
import { DEFAULT_PK_FACTORY } from './primary_key.js';
import { ReadConcern } from './read_concern.js';
import { ReadPreference } from './read_preference.js';
import { WriteConcern } from './write_concern.js';

/** Whether a value is a plain object with the keys. */
export function isRecord(value, requiredKeys = []) {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = value.constructor?.prototype;
  if (prototype !== undefined && !Object.hasOwn(prototype, 'isPrototypeOf')) return false;
  return requiredKeys.every((key) => Object.keys(value).includes(key));
}

/** Reads `true` and `false`, also as text. */
export function readBoolean(name, value) {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new MongoParseError(`${name} must be either "true" or "false"`);
}

function readInteger(name, value) {
  const number = typeof value === 'number' ? Math.trunc(value) : Number.parseInt(String(value), 10);
  if (Number.isNaN(number)) throw new MongoParseError(`Expected ${name} to be stringified int value, got: ${value}`);
  return number;
}

function readUnsigned(name, value) {
  const number = readInteger(name, value);
  if (number < 0) throw new MongoParseError(`${name} can only be a positive int value, got: ${value}`);
  return number;
}

function* readPairs(text) {
  if (text === '') return;
  for (const pair of text.split(',')) {
    const [key, value] = pair.split(/:(.*)/);
    if (value == null) throw new MongoParseError('Cannot have undefined values in key value pairs');
    yield [key, value];
  }
}

// Each of these makes the description of one option; `read` gets the name it is kept
// under, all values given and the options so far.
const boolean = (fallback, target) => ({ fallback, target, read: (name, [value]) => readBoolean(name, value) });
const unsigned = (fallback) => ({ fallback, read: (name, [value]) => readUnsigned(name, value) });
const integer = (fallback) => ({ fallback, read: (name, [value]) => readInteger(name, value) });
const text = (fallback) => ({ fallback, read: (name, [value]) => String(value) });
const any = (target) => ({ target, read: (name, [value]) => value });
const record = (fallback) => ({
  fallback,
  read(name, [value]) {
    if (!isRecord(value)) throw new MongoParseError(`${name} must be an object`);
    return value;
  },
});
const credential = (read) => ({ target: 'credentials', read });
const writeConcern = (addition, deprecated) => ({
  target: 'writeConcern',
  deprecated,
  read: (name, [value], options) =>
    WriteConcern.fromOptions({ writeConcern: { ...options.writeConcern, ...addition(name, value) } }),
});

function readAuth(name, [value], options) {
  if (!isRecord(value, ['username', 'password'])) {
    throw new MongoParseError(`${name} must be an object with 'username' and 'password' properties`);
  }
  return MongoCredentials.merge(options.credentials, { username: value.username, password: value.password });
}

function readMechanism(name, [value], options) {
  const mechanisms = Object.values(AuthMechanism);
  const mechanism = mechanisms.find((each) => each.match(RegExp(String.raw`\b${value}\b`, 'i')));
  if (!mechanism) throw new MongoParseError(`authMechanism one of ${mechanisms}, got ${value}`);
  let { source, password } = options.credentials ?? {};
  if (mechanism === AuthMechanism.MONGODB_PLAIN || EXTERNAL_MECHANISMS.has(mechanism)) source = '$external';
  if (mechanism === AuthMechanism.MONGODB_X509 && password === '') password = undefined;
  return MongoCredentials.merge(options.credentials, { mechanism, source, password });
}

function readMechanismProperties(name, values, options) {
  let mechanismProperties = Object.create(null);
  for (const value of values) {
    if (typeof value !== 'string') {
      if (!isRecord(value)) throw new MongoParseError('AuthMechanismProperties must be an object');
      mechanismProperties = { ...value };
      continue;
    }
    for (const [key, property] of readPairs(value)) {
      const isBoolean = property === 'true' || property === 'false';
      mechanismProperties[key] = isBoolean ? property === 'true' : property;
    }
  }
  return MongoCredentials.merge(options.credentials, { mechanismProperties });
}

function readServerApi(name, [value]) {
  const serverApi = typeof value === 'string' ? { version: value } : value;
  const versions = `["${Object.values(ServerApiVersion).join('", "')}"]`;
  if (!serverApi?.version) {
    throw new MongoParseError(
      `Invalid \`serverApi\` property; must specify a version from the following enum: ${versions}`,
    );
  }
  if (!Object.values(ServerApiVersion).includes(serverApi.version)) {
    throw new MongoParseError(
      `Invalid server API version=${serverApi.version}; must be in the following enum: ${versions}`,
    );
  }
  return serverApi;
}

function readCompressors(name, values) {
  const chosen = new Set();
  for (const value of values) {
    const list = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(list)) {
      throw new MongoInvalidArgumentError('compressors must be an array or a comma-delimited list of strings');
    }
    for (const each of list.map(String)) {
      if (!Object.keys(Compressor).includes(each)) {
        throw new MongoInvalidArgumentError(
          `${each} is not a valid compression mechanism. Must be one of: ${Object.keys(Compressor)}.`,
        );
      }
      chosen.add(each);
    }
  }
  return [...chosen];
}

function readFamily(name, [value]) {
  const family = readInteger(name, value);
  if (family === 4 || family === 6) return family;
  throw new MongoParseError(`Option 'family' must be 4 or 6 got ${family}.`);
}

function readMaxConnecting(name, [value]) {
  const maxConnecting = readUnsigned(name, value);
  if (maxConnecting === 0) throw new MongoInvalidArgumentError('maxConnecting must be > 0 if specified');
  return maxConnecting;
}

function readMaxStaleness(name, [value], { readPreference }) {
  const maxStalenessSeconds = readUnsigned(name, value);
  if (!readPreference) return new ReadPreference('secondary', undefined, { maxStalenessSeconds });
  return ReadPreference.fromOptions({ readPreference: { ...readPreference, maxStalenessSeconds } });
}

function readPkFactory(name, [value]) {
  if (isRecord(value, ['createPk']) && typeof value.createPk === 'function') return value;
  throw new MongoParseError(`Option pkFactory must be an object with a createPk function, got ${value}`);
}

function readReadConcern(name, [value], options) {
  if (value instanceof ReadConcern || isRecord(value, ['level'])) {
    return ReadConcern.fromOptions({ ...options.readConcern, ...value });
  }
  throw new MongoParseError(`ReadConcern must be an object, got ${JSON.stringify(value)}`);
}

function readReadPreference(name, [value], options) {
  const before = options.readPreference;
  if (value instanceof ReadPreference || isRecord(value, ['mode'])) {
    return ReadPreference.fromOptions({ readPreference: { ...before, ...value }, ...value });
  }
  if (typeof value === 'string') {
    const { hedge, maxStalenessSeconds } = before ?? {};
    return new ReadPreference(value, before?.tags, { hedge, maxStalenessSeconds });
  }
  throw new MongoParseError(`Unknown ReadPreference value: ${value}`);
}

function readTags(name, values, { readPreference }) {
  const sets = Array.isArray(values[0]) ? values[0] : values;
  const readPreferenceTags = sets.map((set) =>
    Object.assign(Object.create(null), typeof set === 'string' ? Object.fromEntries(readPairs(set)) : set),
  );
  return ReadPreference.fromOptions({ readPreference, readPreferenceTags });
}

function readWriteConcern(name, [value], options) {
  if (isRecord(value) || value instanceof WriteConcern) {
    return WriteConcern.fromOptions({ writeConcern: { ...options.writeConcern, ...value } });
  }
  if (value === 'majority' || typeof value === 'number') {
    return WriteConcern.fromOptions({ writeConcern: { ...options.writeConcern, w: value } });
  }
  throw new MongoParseError(`Invalid WriteConcern cannot parse: ${JSON.stringify(value)}`);
}

function readMonitoringMode(name, [value]) {
  if (['auto', 'poll', 'stream'].includes(value)) return value;
  throw new MongoParseError('serverMonitoringMode must be one of `auto`, `poll`, or `stream`');
}

function readFunction(name, [value]) {
  if (typeof value !== 'function') throw new MongoParseError(`${name} must be a function`);
  return value;
}

function readLogPath(name, [value]) {
  if (value === 'stderr' || value === 'stdout' || typeof value?.write === 'function') return value;
  throw new MongoAPIError(`Option 'mongodbLogPath' must be of type 'stderr' | 'stdout' | MongoDBLogWritable`);
}

function readLogSeverities(name, [value]) {
  if (typeof value !== 'object' || !value) {
    throw new MongoAPIError(`Option 'mongodbLogComponentSeverities' must be a non-null object`);
  }
  for (const [key, severity] of Object.entries(value)) {
    if (!Object.values(MongoLoggableComponent).includes(key) && key !== 'default') {
      throw new MongoAPIError(
        `User input for option 'mongodbLogComponentSeverities' contains invalid key: ${key}`,
      );
    }
    if (!Object.values(SeverityLevel).includes(severity)) {
      throw new MongoAPIError(
        `Option 'mongodbLogComponentSeverities' does not support ${severity} as a value for ${key}`,
      );
    }
  }
  return value;
}

/** Options by name. */
export const CLIENT_OPTIONS = {
  enableOverloadRetargeting: boolean(false),
  appName: text(),
  auth: credential(readAuth),
  authMechanism: credential(readMechanism),
  authMechanismProperties: credential(readMechanismProperties),
  authSource: credential((name, [value], options) =>
    MongoCredentials.merge(options.credentials, { source: String(value) }),
  ),
  autoEncryption: record(),
  autoSelectFamily: boolean(true),
  autoSelectFamilyAttemptTimeout: unsigned(),
  bsonRegExp: boolean(),
  serverApi: { read: readServerApi },
  checkKeys: boolean(),
  compressors: { fallback: 'none', read: readCompressors },
  connectTimeoutMS: unsigned(30000),
  dbName: text(),
  directConnection: boolean(false),
  driverInfo: record({}),
  enableUtf8Validation: boolean(true),
  family: { read: readFamily },
  fieldsAsRaw: record(),
  forceServerObjectId: boolean(false),
  fsync: writeConcern((name, value) => ({ fsync: readBoolean(name, value) }), 'Please use journal instead'),
  heartbeatFrequencyMS: unsigned(10000),
  ignoreUndefined: boolean(),
  j: writeConcern((name, value) => ({ journal: readBoolean(name, value) }), 'Please use journal instead'),
  journal: writeConcern((name, value) => ({ journal: readBoolean(name, value) })),
  loadBalanced: boolean(false),
  localThresholdMS: unsigned(15),
  maxAdaptiveRetries: unsigned(2),
  maxConnecting: { fallback: 2, read: readMaxConnecting },
  maxIdleTimeMS: unsigned(0),
  maxPoolSize: unsigned(100),
  maxStalenessSeconds: { target: 'readPreference', read: readMaxStaleness },
  minInternalBufferSize: unsigned(),
  minPoolSize: unsigned(0),
  minHeartbeatFrequencyMS: unsigned(500),
  monitorCommands: boolean(false),
  name: { target: 'driverInfo', read: (name, [value], options) => ({ ...options.driverInfo, name: String(value) }) },
  noDelay: boolean(true),
  pkFactory: { fallback: DEFAULT_PK_FACTORY, read: readPkFactory },
  promoteBuffers: boolean(),
  promoteLongs: boolean(),
  promoteValues: boolean(),
  useBigInt64: boolean(),
  proxyHost: text(),
  proxyPassword: text(),
  proxyPort: unsigned(),
  proxyUsername: text(),
  raw: boolean(false),
  readConcern: { read: readReadConcern },
  readConcernLevel: {
    target: 'readConcern',
    read: (name, [level], options) => ReadConcern.fromOptions({ ...options.readConcern, level }),
  },
  readPreference: { fallback: ReadPreference.primary, read: readReadPreference },
  readPreferenceTags: { target: 'readPreference', read: readTags },
  replicaSet: text(),
  retryReads: boolean(true),
  retryWrites: boolean(true),
  runtimeAdapters: record(),
  serializeFunctions: boolean(),
  serverMonitoringMode: { fallback: 'auto', read: readMonitoringMode },
  serverSelectionTimeoutMS: unsigned(30000),
  servername: text(),
  socketTimeoutMS: unsigned(0),
  srvAllowedHostsSuffix: text(),
  srvHostValidator: { read: readFunction },
  srvMaxHosts: unsigned(0),
  srvServiceName: text('mongodb'),
  ssl: boolean(undefined, 'tls'),
  timeoutMS: { deprecated: 'timeoutMS has no effect and will be removed in a future release', isIgnored: true },
  tls: boolean(),
  tlsAllowInvalidCertificates: { target: 'rejectUnauthorized', read: (name, [value]) => !readBoolean(name, value) },
  tlsAllowInvalidHostnames: boolean(),
  tlsCAFile: text(),
  tlsCRLFile: text(),
  tlsCertificateKeyFile: text(),
  tlsCertificateKeyFilePassword: any('passphrase'),
  tlsInsecure: boolean(),
  w: writeConcern((name, value) => ({ w: value })),
  waitQueueTimeoutMS: unsigned(0),
  writeConcern: { read: readWriteConcern },
  wtimeout: writeConcern((name, value) => ({ wtimeout: readUnsigned('wtimeout', value) }), 'Please use wtimeoutMS instead'),
  wtimeoutMS: writeConcern((name, value) => ({ wtimeoutMS: readUnsigned('wtimeoutMS', value) })),
  zlibCompressionLevel: integer(0),
  mongodbLogPath: { read: readLogPath },
  mongodbLogComponentSeverities: { read: readLogSeverities },
  mongodbLogMaxDocumentLength: unsigned(),
};

// Options of Node's sockets and TLS; they are accepted and mean nothing here.
for (const name of [
  'connectionType', 'srvPoller', 'allowPartialTrustChain', 'minDHSize', 'pskCallback', 'secureContext', 'enableTrace',
  'requestCert', 'rejectUnauthorized', 'checkServerIdentity', 'keepAliveInitialDelay', 'ALPNProtocols', 'SNICallback',
  'session', 'requestOCSP', 'localAddress', 'localPort', 'hints', 'lookup', 'ca', 'cert', 'ciphers', 'crl', 'ecdhCurve',
  'key', 'passphrase', 'pfx', 'secureProtocol', 'index',
]) {
  CLIENT_OPTIONS[name] = any();
}
