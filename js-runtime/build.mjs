/**
 * Bundles src/host/main.js into one script for the binary: `node build.mjs OUTPUT`. Called by crates/mmk-runtime/build.rs with
 * NODE_PATH pointing at the installed packages. Modules reached only through `require` in a function are evaluated on first use.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { bsonWithoutBuffer } from './bundle-bson.mjs';
import { inspectWithNatives } from './bundle-inspect.mjs';

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

await esbuild.build({
  entryPoints: [path.join(here, 'src/host/main.js')],
  outfile: process.argv[2],
  bundle: true,
  format: 'iife',
  globalName: 'host',
  banner: { js: '(function () {' },
  footer: { js: 'return host; })()' },
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
  plugins: [bsonWithoutBuffer, inspectWithNatives, standIns, ...(process.env.MMK_STUB ? [stub] : [])],
});
