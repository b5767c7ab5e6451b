/** The bundle of the network modules, by their names without `node:`. Nothing is evaluated before it is asked for. */
/* global require -- replaced by the bundler */
export { connectShared } from './shared.js';

export const modules = {
  dns: () => require('./dns.js').default,
  'dns/promises': () => require('./dns.js').default.promises,
  http: () => require('./http.js').default,
  https: () => require('./https.js').default,
  net: () => require('./net.js').default,
  tls: () => require('./tls.js').default,
  'internal/http-activity': () => require('./activity.js'),
};
