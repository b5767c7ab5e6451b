/** `dns`: `lookup` through the system's resolver. Queries for records are not provided. */
import { errors, native } from './parts.js';
import { isIP } from './ip-address.js';
import { networkError } from './network-error.js';

const { invalidArgType, invalidArgValue, notProvided, validateFunction } = errors;
const ADVICE = 'only `lookup` is, which asks the system; ask for other records outside of the migration.';
const RECORDS = ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCaa', 'resolveCname', 'resolveMx', 'resolveNaptr', 'resolveNs',
  'resolvePtr', 'resolveSoa', 'resolveSrv', 'resolveTxt', 'reverse', 'lookupService'];
const CODES = ['NODATA', 'FORMERR', 'SERVFAIL', 'NOTFOUND', 'NOTIMP', 'REFUSED', 'BADQUERY', 'BADNAME', 'BADFAMILY', 'BADRESP', 'CONNREFUSED',
  'TIMEOUT', 'EOF', 'FILE', 'NOMEM', 'DESTRUCTION', 'BADSTR', 'BADFLAGS', 'NONAME', 'BADHINTS', 'NOTINITIALIZED', 'LOADIPHLPAPI',
  'ADDRGETNETWORKPARAMS', 'CANCELLED'];
let order = 'verbatim';

function familyOf(value) {
  if (value === undefined || value === 0) {
    return 0;
  }
  const family = { IPv4: 4, IPv6: 6 }[value] ?? value;
  if (family !== 4 && family !== 6) {
    throw invalidArgValue('family', value, 'must be one of: 0, 4, 6');
  }
  return family;
}

function readOptions(options) {
  if (options !== null && typeof options === 'object') {
    return { family: familyOf(options.family), all: options.all === true, order: options.order ?? (options.verbatim === false ? 'ipv4first' : order) };
  }
  return { family: familyOf(options ?? 0), all: false, order };
}

const IPV4_FIRST = (one, other) => one.family - other.family;

async function find(hostname, { family, order: wanted }) {
  const kind = isIP(hostname);
  if (kind !== 0) {
    return [{ address: hostname, family: kind }];
  }
  // While files are only checked, nobody is asked and nobody answers.
  if (native.host.offline) {
    return new Promise(() => {});
  }
  let addresses;
  try {
    addresses = JSON.parse(await native.ops.op_net_lookup(hostname));
  } catch (error) {
    throw networkError(error, 'getaddrinfo', { hostname });
  }
  const found = addresses.map((address) => ({ address, family: isIP(address) })).filter((item) => family === 0 || item.family === family);
  if (found.length === 0) {
    throw networkError({ code: 'ENOTFOUND', errno: -3008 }, 'getaddrinfo', { hostname });
  }
  return wanted === 'ipv4first' ? found.sort(IPV4_FIRST) : found;
}

/** @param {string} hostname @param {object|number|Function} options @param {Function} [callback] */
export function lookup(hostname, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  validateFunction(done, 'callback');
  const settings = readOptions(typeof options === 'function' ? undefined : options);
  if (hostname && typeof hostname !== 'string') {
    throw invalidArgType('hostname', 'string', hostname);
  }
  const tell = (...args) => process.nextTick(done, ...args);
  if (!hostname) {
    tell(null, ...(settings.all ? [[]] : [null, settings.family === 6 ? 6 : 4]));
    return {};
  }
  find(hostname, settings).then(
    (found) => tell(null, ...(settings.all ? [found] : [found[0].address, found[0].family])),
    (error) => tell(error),
  );
  return {};
}

const promises = {
  async lookup(hostname, options) {
    const settings = readOptions(options);
    const found = await find(hostname, settings);
    return settings.all ? found : found[0];
  },
};

function Resolver() {
  throw notProvided('dns.Resolver', ADVICE);
}

const dns = { lookup, promises, ADDRCONFIG: 32, ALL: 16, V4MAPPED: 8 };
for (const [module, prefix] of [[dns, 'dns'], [promises, 'dns.promises']]) {
  for (const name of RECORDS) {
    module[name] = () => {
      throw notProvided(`${prefix}.${name}`, ADVICE);
    };
  }
  Object.assign(module, {
    Resolver,
    getServers: () => [],
    setServers() {},
    getDefaultResultOrder: () => order,
    setDefaultResultOrder(value) {
      if (value !== 'verbatim' && value !== 'ipv4first') {
        throw invalidArgValue('dnsOrder', value, "must be one of: 'verbatim', 'ipv4first'");
      }
      order = value;
    },
  });
  for (const code of CODES) {
    module[code] = `E${code}`;
  }
}

export default dns;
