/**
 * Every Node module we serve, by its name without `node:`. Each `require` here is a bundler's lazy module: nothing is evaluated
 * before the first use of that name.
 */
/* global require -- replaced by the bundler */
import { fromBundle } from './bundles.js';
import { builtin, hasBuiltin, registerBuiltins } from './registry.js';

const refused = (name) => () => require('./refused.js').makeRefusedModule(name);

/** @type {Map<string, () => unknown>} public names */
export const builtins = new Map([
  ['assert', () => require('./assert.js').default],
  ['assert/strict', () => require('./assert.js').default.strict],
  ['async_hooks', () => require('./async_hooks.js').default],
  ['buffer', () => require('./buffer.js').default],
  ['child_process', () => require('./child_process.js').default],
  ['cluster', refused('cluster')],
  ['console', () => require('../host/console.js').createConsole()],
  ['constants', () => require('./constants.js').allConstants()],
  ['crypto', () => require('./crypto.js').default],
  ['dgram', refused('dgram')],
  ['diagnostics_channel', () => require('./diagnostics_channel.js').default],
  ['dns', fromBundle('network', 'dns')],
  ['dns/promises', fromBundle('network', 'dns/promises')],
  ['domain', refused('domain')],
  ['events', () => require('./events.js').default],
  ['fs', () => require('./fs.js').default],
  ['fs/promises', () => require('./fs-promises.js').default],
  ['http', fromBundle('network', 'http')],
  ['http2', refused('http2')],
  ['https', fromBundle('network', 'https')],
  ['inspector', refused('inspector')],
  ['inspector/promises', refused('inspector/promises')],
  ['module', () => require('./module.js').default],
  ['net', fromBundle('network', 'net')],
  ['os', () => require('./os.js').default],
  ['path', () => require('./path.js').default],
  ['path/posix', () => require('./path.js').default.posix],
  ['path/win32', () => require('./path.js').default.win32],
  ['perf_hooks', () => require('./perf_hooks.js').default],
  ['process', () => require('./process.js').default],
  ['punycode', () => require('./punycode.js').default],
  ['querystring', () => require('./querystring.js').default],
  ['readline', () => require('./readline.js').default],
  ['readline/promises', () => require('./readline.js').default.promises],
  ['repl', refused('repl')],
  ['stream', () => require('./stream.js').default],
  ['stream/consumers', () => require('./stream-consumers.js').default],
  ['stream/promises', () => require('./stream.js').default.promises],
  ['stream/web', () => require('./stream-web.js').default],
  ['string_decoder', () => require('./string_decoder.js').default],
  ['sys', () => builtin('util')],
  ['timers', () => require('./timers.js').default],
  ['timers/promises', () => require('./timers-promises.js').default],
  ['tls', fromBundle('network', 'tls')],
  ['trace_events', refused('trace_events')],
  ['tty', () => require('./tty.js').default],
  ['url', () => require('./url.js').default],
  ['util', () => require('./util.js').default],
  ['util/types', () => builtin('util').types],
  ['v8', () => require('./v8.js').default],
  ['vm', refused('vm')],
  ['worker_threads', () => require('./worker_threads.js').default],
  ['zlib', () => require('./zlib.js').default],
]);

registerBuiltins(builtins);
registerBuiltins([
  ['internal/fetch', fromBundle('fetch', 'internal/fetch')],
  ['internal/http-activity', fromBundle('network', 'internal/http-activity')],
  ['internal/inspect', () => require('./inspect.js').default],
  ['internal/parse-args', () => require('./parse-args.js')],
  ['internal/fs-streams', () => require('./fs-streams.js')],
  ['internal/process-events', () => require('./process.js')],
  ['internal/process-streams', () => require('./process-streams.js')],
]);

export { builtin, hasBuiltin };
export { installGlobals } from './globals.js';
export { setHost, setNative } from './registry.js';
