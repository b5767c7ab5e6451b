/**
 * A step of the bundler: the package node-inspect-extracted guesses what only the engine knows (the state of a promise, what is
 * behind a proxy). This replaces its guesses by calls of src/node/inspect-natives.js, and fails when the package has changed.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const natives = fileURLToPath(new URL('./src/node/inspect-natives.js', import.meta.url));

const REPLACEMENTS = [
  ['getPromiseDetails:function(){return[c,void 0]}', 'getPromiseDetails:function(p){var d=natives.promiseDetails(p);return[d[0]===0?c:d[0]===2?l:1,d[1]]}'],
  ['getProxyDetails:a.getProxyDetails', 'getProxyDetails:natives.proxyDetails'],
  ['previewEntries:function(t){return[[],!1]}', 'previewEntries:natives.previewEntries'],
];

export const inspectWithNatives = {
  name: 'inspect-with-natives',
  setup(build) {
    build.onLoad({ filter: /node-inspect-extracted[\\/]dist[\\/]inspect\.js$/ }, async ({ path }) => {
      let source = await readFile(path, 'utf8');
      for (const [guess, call] of REPLACEMENTS) {
        if (source.split(guess).length !== 2) {
          throw new Error(`node-inspect-extracted has changed: \`${guess}\` is not there exactly once`);
        }
        source = source.replace(guess, () => call);
      }
      return { contents: `var natives = require(${JSON.stringify(natives)});\n${source}`, loader: 'js' };
    });
  },
};
