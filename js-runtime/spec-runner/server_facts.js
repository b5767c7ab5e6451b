/** Asks the server what `runOnRequirements` may be about: version, topology, parameters, authentication. */

/**
 * @typedef {object} ServerFacts
 * @property {string} version
 * @property {string} topology `single`, `replicaset`, `sharded` or `load-balanced`
 * @property {object} parameters
 * @property {boolean} auth
 * @property {string[]} authMechanisms
 * @property {boolean} hasSecondary
 */

function topologyOf(hello, uri) {
  if (/[?&]loadBalanced=true/i.test(uri)) return 'load-balanced';
  if (hello.msg === 'isdbgrid') return 'sharded';
  return hello.setName ? 'replicaset' : 'single';
}

/**
 * @param {object} client an open client with full rights
 * @param {string} uri its connection string (only looked at for credentials)
 * @returns {Promise<ServerFacts>}
 */
export async function readServerFacts(client, uri) {
  const admin = client.db('admin');
  const hello = await admin.command({ hello: 1 });
  const build = await admin.command({ buildInfo: 1 });
  const parameters = await admin.command({ getParameter: '*' });
  return {
    version: build.version,
    topology: topologyOf(hello, uri),
    parameters,
    hasSecondary: (hello.hosts?.length ?? 0) > 1,
    auth: /^[^/]+:\/\/[^/?]*@/.test(uri),
    authMechanisms: parameters.authenticationMechanisms ?? []
  };
}
