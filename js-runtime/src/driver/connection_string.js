/** Takes a `mongodb://` or `mongodb+srv://` URI apart and refuses wrong ones in the words of npm `mongodb`. */

/** npm `mongodb` throws this class for malformed strings: its own name, but not the driver's class of that name. */
class MongoParseError extends Error {
  get name() {
    return 'MongoParseError';
  }
}

const PARTS =
  /^(?<protocol>[^/]+):\/\/(?:(?<username>[^:@]*)(?::(?<password>[^@]*))?@)?(?<hosts>(?!:)[^/?@]*)(?<rest>.*)/;
const MUST_BE_ESCAPED = /[:/?#[\]@]/i;

function refuseBadUser(uri, { protocol, username, password }) {
  try {
    decodeURIComponent(username ?? '');
    decodeURIComponent(password ?? '');
  } catch (error) {
    throw new MongoParseError(error.message);
  }
  if (username !== undefined && MUST_BE_ESCAPED.test(username)) {
    throw new MongoParseError(`Username contains unescaped characters ${username}`);
  }
  if (!username || !password) {
    const afterProtocol = uri.replace(`${protocol}://`, '');
    if (afterProtocol.startsWith('@') || afterProtocol.startsWith(':')) {
      throw new MongoParseError('URI contained empty userinfo section');
    }
  }
  if (password !== undefined && MUST_BE_ESCAPED.test(password)) {
    throw new MongoParseError('Password contains unescaped characters');
  }
}

function refuseBadServiceName(hosts) {
  if (hosts.length !== 1) throw new MongoParseError('mongodb+srv URI cannot have multiple service names');
  if (hosts[0].includes(':')) throw new MongoParseError('mongodb+srv URI cannot have port number');
}

/** Splits what follows the hosts into the path and the query, without a fragment. */
function splitRest(rest) {
  const [withoutFragment] = rest.split('#', 1);
  const question = withoutFragment.indexOf('?');
  if (question === -1) return { path: withoutFragment, query: '' };
  return { path: withoutFragment.slice(0, question), query: withoutFragment.slice(question + 1) };
}

/**
 * The parts of a connection string.
 * @param {string} uri
 */
export function parseConnectionString(uri) {
  // A missing string fails here as it does there, with a TypeError.
  if (!uri.startsWith('mongodb://') && !uri.startsWith('mongodb+srv://')) {
    throw new MongoParseError(
      'Invalid scheme, expected connection string to start with "mongodb://" or "mongodb+srv://"',
    );
  }
  const parts = uri.match(PARTS)?.groups;
  if (parts === undefined) throw new MongoParseError('Invalid connection string');
  const { protocol, username, password, rest } = parts;
  if (!protocol || !parts.hosts) throw new MongoParseError('Protocol and host list are required in the uri');
  refuseBadUser(uri, parts);
  if (/^[^/?]*@/.test(rest)) throw new MongoParseError('Invalid connection string');
  const hosts = parts.hosts.split(',');
  const isSrv = protocol.toLowerCase().includes('srv');
  if (isSrv) refuseBadServiceName(hosts);
  const { path, query } = splitRest(rest);
  return {
    isSrv,
    hosts,
    username: username === undefined ? '' : decodeURIComponent(username),
    password: password === undefined ? '' : decodeURIComponent(password),
    database: decodeURIComponent(path.replace(/^\//, '')),
    parameters: new URLSearchParams(query),
  };
}
