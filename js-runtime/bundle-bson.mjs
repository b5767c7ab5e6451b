/**
 * A step of the bundler: the package bson reserves 17 MB when it is loaded, for a `serialize` that only rare values reach here. It
 * would be part of V8's snapshot. This lets `serialize` reserve it on its first call, and fails when the package has changed.
 */
import { readFile } from 'node:fs/promises';

const RESERVED_AT_ONCE = 'let buffer = ByteUtils.allocate(MAXSIZE);';

export const bsonWithoutBuffer = {
  name: 'bson-without-buffer',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]bson[\\/]lib[\\/]bson[.\w]*\.[cm]?js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (source.split(RESERVED_AT_ONCE).length !== 2) {
        throw new Error(`bson has changed: \`${RESERVED_AT_ONCE}\` is not there exactly once`);
      }
      return { contents: source.replace(RESERVED_AT_ONCE, 'let buffer = ByteUtils.allocate(0);'), loader: 'js' };
    });
  },
};
