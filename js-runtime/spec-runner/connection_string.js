/** Adds options to a connection string as text. Plain ECMAScript: the host may not have `URL`. */

function splitUri(uri) {
  const [base, query = ''] = uri.split('?');
  const afterScheme = base.indexOf('://') + 3;
  const withPath = base.indexOf('/', afterScheme) === -1 ? `${base}/` : base;
  return { base: withPath, pairs: query.split('&').filter(Boolean) };
}

/** @returns {string} `uri` with `options` set, replacing keys that are there (names are case-insensitive) */
export function withUriOptions(uri, options = {}) {
  const { base, pairs } = splitUri(uri);
  const names = new Set(Object.keys(options).map(name => name.toLowerCase()));
  const kept = pairs.filter(pair => !names.has(pair.split('=')[0].toLowerCase()));
  const added = Object.entries(options).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const query = [...kept, ...added].join('&');
  return query ? `${base}?${query}` : base;
}

/** @returns {string} `uri` with its first host only, for tests that want one mongos */
export function withSingleHost(uri) {
  return uri.replace(/^([^/]+:\/\/(?:[^@/]*@)?)([^,/?]+)(?:,[^/?]+)?/, '$1$2');
}

/** @returns {number} how many hosts the connection string names */
export function hostCount(uri) {
  const hosts = uri.replace(/^[^/]+:\/\//, '').replace(/^[^/]*@/, '').split(/[/?]/)[0];
  return hosts.split(',').length;
}
