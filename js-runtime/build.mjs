/**
 * Bundles src/host/main.js into one script for the binary, and what few scripts need into scripts of their own beside it:
 * `node build.mjs OUTPUT`. Called by crates/mmk-runtime/build.rs with
 * NODE_PATH pointing at the installed packages. Modules reached only through `require` in a function are evaluated on first use.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { bsonWithoutBuffer } from './bundle-bson.mjs';
import { inspectWithNatives } from './bundle-inspect.mjs';
import { synchronous } from './bundle-synchronous.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const packages = process.env.NODE_PATH ? path.join(process.env.NODE_PATH, 'x.js') : path.join(here, 'x.js');
const esbuild = createRequire(packages)('esbuild');

/** What npm packages expect of Node, answered by our own modules; getters, because nothing may be loaded before it is needed. */
const STAND_INS = {
  'abort-controller': 'module.exports = { get AbortController() { return globalThis.AbortController; }, get AbortSignal() { return globalThis.AbortSignal; } };',
  buffer: 'module.exports = { get Buffer() { return globalThis.Buffer; }, get Blob() { return globalThis.Blob; } };',
  // readable-stream prefers Node's own when it is told to; there is none.
  stream: 'module.exports = undefined;',
  process: 'module.exports = globalThis.process;',
  string_decoder: 'module.exports = require("./src/node/string_decoder.js").default;',
};

const standIns = {
  name: 'stand-ins',
  setup(build) {
    build.onResolve({ filter: /^(abort-controller|buffer|process|stream|string_decoder)\/?$/ }, ({ path: request }) => ({
      path: request.replace(/\/$/, ''),
      namespace: 'stand-in',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path: name }) => ({ contents: STAND_INS[name], resolveDir: here }));
  },
};

/** Node's modules as the bundled packages ask for them. */
const BUILTIN = /^(node:.*|assert|buffer|events|net|stream|tls|util|url|http|https)$/;

/** Shared by all bundles: what one of them can't be without, taken from the host's bundle, which made it. */
const sharedModules = {
  name: 'shared-modules',
  setup(build) {
    const file = (name) => path.join(here, 'src/node', `${name}.js`);
    const shared = new Map(['registry', 'errors', 'access'].map((name) => [file(name), name]));
    build.onResolve({ filter: /\/(registry|errors|access)\.js$/ }, ({ path: request, resolveDir }) => {
      const name = shared.get(path.resolve(resolveDir, request));
      return name === undefined ? undefined : { path: name, namespace: 'shared' };
    });
    build.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path: name }) => ({
      contents: `module.exports = require("./src/network/shared.js").shared.${name};`,
      resolveDir: here,
    }));
    build.onResolve({ filter: BUILTIN }, ({ path: request }) => ({ path: request.replace(/^node:/, ''), namespace: 'builtin' }));
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path: name }) => ({
      contents: `module.exports = require("./src/network/shared.js").shared.registry.builtin(${JSON.stringify(name)});`,
      resolveDir: here,
    }));
    // Of the two builds of undici's parser, the one for processors without SIMD; V8 has it on all that we build for.
    build.onLoad({ filter: /llhttp[/\\]llhttp-wasm\.js$/ }, () => ({ contents: 'module.exports = undefined;' }));
    // HTTP/2 is off in `fetch` unless asked for, and no module here serves it.
    build.onLoad({ filter: /dispatcher[/\\]client-h2\.js$/ }, () => ({ contents: 'module.exports = undefined;' }));
  },
};

/** The driver's bundle gets the connections, the list of calls under way, and Node's modules from the host's. */
const sharedWithDriver = {
  name: 'shared-with-driver',
  setup(build) {
    const from = (name) => `module.exports = require("./src/driver/bundle_shared.js").shared.${name};`;
    const contents = {
      bridge: from('bridge'),
      pending: from('pending'),
      events: from('registry.builtin("events")'),
      'readable-stream': from('registry.builtin("stream")'),
    };
    build.onResolve({ filter: /\/(bridge|pending)\.js$|^events$|^readable-stream$/ }, ({ path: request }) => ({
      path: path.basename(request, '.js'),
      namespace: 'shared-with-driver',
    }));
    build.onLoad({ filter: /.*/, namespace: 'shared-with-driver' }, ({ path: name }) => ({ contents: contents[name], resolveDir: here }));
  },
};

const common = {
  bundle: true,
  format: 'iife',
  banner: { js: '(function () {' },
  nodePaths: process.env.NODE_PATH ? [process.env.NODE_PATH] : [],
  platform: 'neutral',
  mainFields: ['browser', 'module', 'main'],
  conditions: ['import', 'require', 'default'],
  target: 'es2024',
  charset: 'ascii',
  legalComments: 'none',
  minifyWhitespace: true,
  // Names of classes and functions are printed (`Readable {`); the bundler would number those that occur twice.
  keepNames: true,
  logLevel: 'error',
};

await esbuild.build({
  ...common,
  entryPoints: [path.join(here, 'src/host/main.js')],
  outfile: process.argv[2],
  globalName: 'host',
  footer: { js: 'return host; })()' },
  plugins: [bsonWithoutBuffer, inspectWithNatives, standIns],
});

for (const name of ['network', 'fetch']) {
  await esbuild.build({
    ...common,
    entryPoints: [path.join(here, `src/network/${name}-bundle.js`)],
    outfile: path.join(path.dirname(process.argv[2]), `${name}.js`),
    globalName: name,
    footer: { js: `return ${name}; })()` },
    mainFields: ['main'],
    // As in Node's own build of undici: it names itself `node` to servers.
    define: { esbuildDetection: 'true' },
    plugins: [sharedModules],
  });
}

/** Promises that are settled when they are made, and timers that are waited for: what is left of them in a driver without `async`. */
const SYNCHRONOUS_GLOBALS = `
const sleep = (work, milliseconds) => { shared('native').ops.op_mmk_sleep_sync(milliseconds); work(); };
class Promise { constructor(start) { start(() => {}, (error) => { throw error; }); } static resolve(value) { return value; } static reject(error) { throw error; } static all(values) { return values; } static race([value]) { return value; } }
const setTimeout = sleep;`;

await esbuild.build({
  ...common,
  entryPoints: [path.join(here, 'src/shell/main.js')],
  outfile: path.join(path.dirname(process.argv[2]), 'shell.js'),
  globalName: 'shell',
  banner: { js: `(function (shared) {${SYNCHRONOUS_GLOBALS}` },
  footer: { js: 'return shell; })' },
  plugins: [synchronous, standIns],
});

// A function that evaluates the driver anew each time: one for each major that a script's packages have besides its own.
await esbuild.build({
  ...common,
  entryPoints: [path.join(here, 'src/driver/bundle.js')],
  outfile: path.join(path.dirname(process.argv[2]), 'driver.js'),
  banner: { js: '(function () { return function makeDriver() {' },
  globalName: 'driver',
  footer: { js: 'return driver; }; })()' },
  plugins: [bsonWithoutBuffer, sharedWithDriver],
});
