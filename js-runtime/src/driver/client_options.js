/** From a connection string and an options object to the options of a client, checked as npm `mongodb` checks them. */

import { CLIENT_OPTIONS, readBoolean } from './client_option_table.js';
import { parseConnectionString } from './connection_string.js';
import { EXTERNAL_MECHANISMS, MongoCredentials } from './credentials.js';
import { AuthMechanism } from './enums.js';
import { MongoAPIError, MongoInvalidArgumentError, MongoParseError } from './errors.js';
import { HostAddress } from './host_address.js';
import { emitWarning } from './warning.js';

const SRV_ONLY = ['srvMaxHosts', 'srvServiceName', 'srvAllowedHostsSuffix', 'srvHostValidator'];

/** Values by option name, whatever the case in which the name was written. */
class ValuesByName extends Map {
  get(name) {
    return super.get(name.toLowerCase());
  }

  /** `get` for a name that is in lower case already. */
  asKept(lowerCased) {
    return super.get(lowerCased);
  }

  has(name) {
    return super.has(name.toLowerCase());
  }

  set(name, value) {
    return super.set(name.toLowerCase(), value);
  }
}

function refuseContradictingLongs(options) {
  if (options.useBigInt64 && (options.promoteLongs === false || options.promoteValues === false)) {
    throw new MongoAPIError('Must request either bigint or Long for int64 deserialization');
  }
}

function valuesOfUri(uri) {
  const values = new ValuesByName();
  if (uri.database) values.set('dbName', [uri.database]);
  if (uri.username !== '') values.set('auth', [{ username: uri.username, password: uri.password }]);
  const parameters = new ValuesByName();
  for (const [name, value] of uri.parameters) {
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  }
  for (const name of new Set(uri.parameters.keys())) {
    const given = parameters.get(name);
    const areTags = /readPreferenceTags/i.test(name);
    if (!areTags && given.length > 1) {
      throw new MongoInvalidArgumentError(
        `URI option "${name}" cannot appear more than once in the connection string`,
      );
    }
    if (!areTags && given.includes('') && !/^timeoutMS$/i.test(name)) {
      throw new MongoAPIError(`URI option "${name}" cannot be specified with no value`);
    }
    if (!values.has(name)) values.set(name, given);
  }
  return values;
}

function refuseMisplaced(fromUri, fromObject) {
  for (const name of ['serverApi', 'srvHostValidator']) {
    if (fromUri.has(name)) {
      throw new MongoParseError(`URI cannot contain \`${name}\`, it can only be passed to the client`);
    }
  }
  for (const property of fromUri.get('authMechanismProperties') ?? []) {
    if (/(^|,)ALLOWED_HOSTS:/.test(property)) {
      throw new MongoParseError('Auth mechanism property ALLOWED_HOSTS is not allowed in the connection string.');
    }
  }
  if (fromObject.has('loadBalanced')) throw new MongoParseError('loadBalanced is only a valid option in the URI');
}

function merge(fromUri, fromObject) {
  const all = new ValuesByName();
  for (const name of new Set([...fromUri.keys(), ...fromObject.keys()])) {
    all.set(name, [...(fromObject.has(name) ? [fromObject.get(name)] : []), ...(fromUri.get(name) ?? [])]);
  }
  return all;
}

function refuseContradictingTls(all) {
  const wishes = [...(all.get('tls') ?? []), ...(all.get('ssl') ?? [])].map((value) => readBoolean('tls/ssl', value));
  if (new Set(wishes).size > 1) throw new MongoParseError('All values of tls/ssl must be the same.');
  for (const other of ['tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames']) {
    if (all.has('tlsInsecure') && all.has(other)) {
      throw new MongoAPIError(`The 'tlsInsecure' option cannot be used with the '${other}' option`);
    }
  }
}

/** Each option with its name as `ValuesByName` keeps it: a client is made for each migration. */
const DESCRIPTIONS = Object.entries(CLIENT_OPTIONS).map(([name, description]) => ({ name, lowerCased: name.toLowerCase(), description }));
const KNOWN = new Set(DESCRIPTIONS.map(({ lowerCased }) => lowerCased));

function refuseUnknown(all) {
  const unknown = [...all.keys()].filter((name) => !KNOWN.has(name));
  if (unknown.length === 0) return;
  const [word, verb] = unknown.length > 1 ? ['options', 'are'] : ['option', 'is'];
  throw new MongoParseError(`${word} ${unknown.join(', ')} ${verb} not supported`);
}

function readAll(all, options) {
  for (const { name, lowerCased, description } of DESCRIPTIONS) {
    const { fallback, target, deprecated, isIgnored, read } = description;
    const values = all.asKept(lowerCased);
    if (values !== undefined && deprecated) emitWarning(`${name} is a deprecated option: ${deprecated}`);
    if (isIgnored) continue;
    const key = target ?? name;
    if (values !== undefined) options[key] = read(key, values, options);
    else if (fallback !== undefined) options[key] = read(key, [fallback], options);
  }
}

function settleCredentials(options, all) {
  const { credentials } = options;
  if (credentials === undefined) return;
  const { mechanism } = credentials;
  const hasSource = all.has('authSource');
  const isKerberosOrX509 = mechanism === AuthMechanism.MONGODB_GSSAPI || mechanism === AuthMechanism.MONGODB_X509;
  if (isKerberosOrX509 && hasSource && credentials.source !== '$external') {
    throw new MongoParseError(`authMechanism ${mechanism} requires an authSource of '$external'`);
  }
  if (!EXTERNAL_MECHANISMS.has(mechanism) && options.dbName && !hasSource) {
    options.credentials = MongoCredentials.merge(credentials, { source: options.dbName });
  }
  if (mechanism === AuthMechanism.MONGODB_AWS && (credentials.username || credentials.password)) {
    throw new MongoAPIError(
      'username and password cannot be provided when using MONGODB-AWS. Credentials must be provided in a manner that can be read by the AWS SDK.',
    );
  }
  options.credentials.validate();
  const isEmpty =
    credentials.username === '' &&
    credentials.password === '' &&
    mechanism === AuthMechanism.MONGODB_DEFAULT &&
    Object.keys(credentials.mechanismProperties).length === 0;
  if (isEmpty) delete options.credentials;
}

function refuseBadLoadBalancing(uri, options) {
  if (!options.loadBalanced) return;
  if (uri.hosts.length > 1) {
    throw new MongoParseError('loadBalanced option only supported with a single host in the URI');
  }
  if (options.replicaSet) throw new MongoParseError('loadBalanced option not supported with a replicaSet option');
  if (options.directConnection) {
    throw new MongoParseError('loadBalanced option not supported when directConnection is provided');
  }
  if (uri.isSrv && options.srvMaxHosts > 0) {
    throw new MongoParseError('Cannot limit srv hosts with loadBalanced enabled');
  }
}

function settleSrv(uri, options, all) {
  if (!uri.isSrv) {
    const misplaced = SRV_ONLY.filter((name) => all.has(name));
    if (misplaced.length > 0) {
      throw new MongoParseError(`Cannot use ${misplaced.join(', ')} with a non-srv connection string`);
    }
    return;
  }
  [options.srvHost] = uri.hosts;
  if (options.directConnection) throw new MongoAPIError('SRV URI does not support directConnection');
  if (options.srvMaxHosts > 0 && typeof options.replicaSet === 'string') {
    throw new MongoParseError('Cannot use srvMaxHosts option with replicaSet');
  }
  if (options.srvAllowedHostsSuffix != null && options.srvHostValidator != null) {
    throw new MongoParseError('Cannot use srvAllowedHostsSuffix together with srvHostValidator');
  }
  if (!all.has('tls') && !all.has('ssl')) options.tls = true;
}

function refuseBadProxy(options) {
  const { proxyHost, proxyPort, proxyUsername, proxyPassword } = options;
  if (!proxyHost && (proxyPort || proxyUsername || proxyPassword)) {
    throw new MongoParseError('Must specify proxyHost if other proxy options are passed');
  }
  if (!proxyUsername !== !proxyPassword) {
    throw new MongoParseError('Can only specify both of proxy username/password or neither');
  }
}

/** The options of a client; throws for everything that npm `mongodb` refuses in its constructor. */
export function parseClientOptions(uriText, given = {}) {
  refuseContradictingLongs(given);
  const uri = parseConnectionString(uriText);
  const options = Object.create(null);
  options.hosts = uri.isSrv ? [] : uri.hosts.map(HostAddress.fromString);
  const fromUri = valuesOfUri(uri);
  const fromObject = new ValuesByName();
  for (const [name, value] of Object.entries(given)) if (value != null) fromObject.set(name, value);
  refuseMisplaced(fromUri, fromObject);
  const all = merge(fromUri, fromObject);
  refuseContradictingTls(all);
  refuseUnknown(all);
  readAll(all, options);
  settleCredentials(options, all);
  if (!options.dbName) options.dbName = 'test';
  refuseBadLoadBalancing(uri, options);
  options.userSpecifiedAuthSource = all.has('authSource');
  options.userSpecifiedReplicaSet = all.has('replicaSet');
  settleSrv(uri, options, all);
  if (options.directConnection && options.hosts.length !== 1) {
    throw new MongoParseError('directConnection option requires exactly one host');
  }
  refuseBadProxy(options);
  return options;
}
