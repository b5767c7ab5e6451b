/** Decides from `runOnRequirements` whether a test can be played on the server at hand. */

/** @returns {number} negative, zero or positive, comparing dotted version numbers; missing parts are 0 */
export function compareVersions(left, right) {
  const leftParts = left.split('-')[0].split('.').map(Number);
  const rightParts = right.split('-')[0].split('.').map(Number);
  for (let index = 0; index < 3; index++) {
    const difference = (leftParts[index] ?? 0) - (rightParts[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `maxServerVersion: "4.0"` means all of 4.0.x is too new but `4.0.99` isn't: the text is taken literally, as the format says. */
const CHECKS = {
  minServerVersion: (value, server) => (compareVersions(server.version, value) >= 0 ? null : `server >= ${value}`),
  maxServerVersion: (value, server) => (compareVersions(server.version, value) <= 0 ? null : `server <= ${value}`),
  topologies: (value, server) => {
    const accepted = value.map(name => (name === 'sharded-replicaset' ? 'sharded' : name));
    return accepted.includes(server.topology) ? null : `topology ${value.join('/')}`;
  },
  serverParameters: (value, server) => {
    const missing = Object.entries(value).filter(([name, wanted]) => !sameParameter(server.parameters[name], wanted));
    return missing.length === 0 ? null : `server parameter ${missing.map(([name]) => name).join(', ')}`;
  },
  serverless: value => (value === 'require' ? 'serverless' : null),
  auth: (value, server) => (value === server.auth ? null : value ? 'authentication' : 'no authentication'),
  authMechanism: (value, server) => (server.auth && server.authMechanisms.includes(value) ? null : `authentication by ${value}`),
  csfle: value => (value === false ? null : 'client-side encryption')
};

function sameParameter(actual, wanted) {
  if (actual === undefined) return false;
  return typeof wanted === 'object' ? JSON.stringify(actual) === JSON.stringify(wanted) : String(actual) === String(wanted);
}

function unmet(requirement, server) {
  const reasons = [];
  for (const [name, value] of Object.entries(requirement)) {
    const reason = CHECKS[name] ? CHECKS[name](value, server) : `unknown requirement ${name}`;
    if (reason) reasons.push(reason);
  }
  return reasons.join(' and ');
}

/**
 * @param {object[] | undefined} requirements one of which must be met
 * @param {import('./server_facts.js').ServerFacts} server
 * @returns {string | null} why the test is skipped, or null if it can run
 */
export function skipReason(requirements, server) {
  if (!requirements || requirements.length === 0) return null;
  const reasons = requirements.map(requirement => unmet(requirement, server));
  if (reasons.includes('')) return null;
  return `needs ${[...new Set(reasons)].join(', or ')}`;
}
