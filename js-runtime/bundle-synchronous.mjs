/**
 * A step of the bundler: builds the driver a second time without `async` and `await`, for scripts in the style of MongoDB's shell,
 * where `db.users.findOne()` is the document. It knows our driver's sources only and fails where they hold a form it can't turn.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('./src/', import.meta.url));
const shellBridge = path.join(source, 'shell/bridge.js');

/** Modules that both bundles must have in common, or `instanceof` would not hold between them. */
const SHARED = ['bson/index.js', 'bson/buffer-class.js', 'driver/errors.js'];

/** What turns the text of an async function into that of a plain one. Comments have these words too, which does no harm. */
const REPLACEMENTS = [
  [/\bfor await\b/g, 'for'],
  [/\basync\s+(?=function\b|\*|\(|\[|#?[A-Za-z_$][\w$]*\s*[(=])/g, ''],
  [/\bawait\s+(?=[\w([#{!'"`])/g, ''],
  [/Symbol\.asyncIterator/g, 'Symbol.iterator'],
  // Closing never fails, and its result is nobody's concern.
  [/\.catch\(\(\) => \{\}\)/g, ''],
];

/** @param {string} text a source file of the driver */
export function withoutAsync(text) {
  return REPLACEMENTS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

export const synchronous = {
  name: 'synchronous',
  setup(build) {
    build.onResolve({ filter: /\.js$/ }, ({ path: request, resolveDir, importer }) => {
      if (!request.startsWith('.')) {
        return undefined;
      }
      const file = path.resolve(resolveDir, request);
      const name = path.relative(source, file).split(path.sep).join('/');
      if (name === 'bridge.js' && importer !== shellBridge) {
        return { path: shellBridge };
      }
      return SHARED.includes(name) ? { path: name, namespace: 'shared' } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path: name }) => ({ contents: `module.exports = shared(${JSON.stringify(name)});` }));
    build.onLoad({ filter: /[\\/]src[\\/]driver[\\/].*\.js$/ }, async ({ path: file }) => {
      const contents = withoutAsync(await readFile(file, 'utf8'));
      const left = /^[^*/]*\b(?:async|await)\b.*$/m.exec(contents);
      if (left !== null) {
        throw new Error(`${file}: can't be made synchronous: ${left[0].trim()}`);
      }
      return { contents, loader: 'js' };
    });
  },
};
