/** `path`: POSIX paths, from the package path-browserify; `win32` exists but says that it is not provided. */
import posix from 'path-browserify';
import { builtin } from './registry.js';
import { notProvided, validateObject, validateString } from './errors.js';

const path = { ...posix };

// The package asks a global `process`; ours is lazy and knows the permitted folder.
path.resolve = (...segments) => {
  segments.forEach((segment, index) => validateString(segment, `paths[${index}]`));
  const absolute = segments.some((segment) => segment.startsWith('/'));
  return absolute ? posix.resolve(...segments) : posix.resolve(builtin('process').cwd(), ...segments);
};

path.relative = (from, to) => {
  validateString(from, 'from');
  validateString(to, 'to');
  return from === to ? '' : posix.relative(path.resolve(from), path.resolve(to));
};

for (const [name, argument] of [['isAbsolute', 'path'], ['dirname', 'path'], ['extname', 'path'], ['normalize', 'path'], ['parse', 'path']]) {
  path[name] = (value) => {
    validateString(value, argument);
    return posix[name](value);
  };
}

path.join = (...segments) => {
  segments.forEach((segment) => validateString(segment, 'path'));
  return posix.join(...segments);
};

path.basename = (value, suffix) => {
  if (suffix !== undefined) {
    validateString(suffix, 'suffix');
  }
  validateString(value, 'path');
  return posix.basename(value, suffix);
};

path.format = (parts) => {
  validateObject(parts, 'pathObject');
  const { root = '', dir = root, name = '', ext = '' } = parts;
  const base = parts.base || `${name}${ext === '' || ext.startsWith('.') ? ext : `.${ext}`}`;
  if (!dir) {
    return base;
  }
  return dir === root ? `${dir}${base}` : `${dir}/${base}`;
};

path.toNamespacedPath = (value) => value;
path.matchesGlob = () => {
  throw notProvided('path.matchesGlob', 'use a package such as `minimatch`.');
};
path.posix = path;
path.win32 = new Proxy({ sep: '\\', delimiter: ';' }, {
  get(target, name) {
    if (name in target || typeof name === 'symbol') {
      return target[name];
    }
    return () => {
      throw notProvided(`path.win32.${name}`, 'only POSIX paths exist here; use `path` itself.');
    };
  },
});

export default path;
