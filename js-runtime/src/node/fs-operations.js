/**
 * Every path-only operation of `fs` once, as a request and a reading of the answer. `fs.js` and `fs-promises.js` make their
 * synchronous, callback and promise forms from this table.
 */
import { builtin } from './registry.js';
import { invalidArgValue, nodeError } from './errors.js';
import { encoded, modeNumber, pathText, readOptions, seconds } from './fs-paths.js';
import { BigIntStats, Dirent, Stats } from './fs-stats.js';

/**
 * @typedef {object} Operation
 * @property {object} request for the native op
 * @property {string} syscall named in errors
 * @property {string} [path]
 * @property {string} [destination]
 * @property {(answer: any) => unknown} [read]
 */

const nothing = () => undefined;

function statistics(op, path, options) {
  const text = pathText(path);
  const Class = options?.bigint ? BigIntStats : Stats;
  return { request: { op, path: text }, syscall: op, path: text, read: (figures) => new Class(figures), absent: options?.throwIfNoEntry === false };
}

function removal(path, options) {
  const text = pathText(path);
  return {
    request: { op: 'rm', path: text, recursive: options?.recursive === true, force: options?.force === true },
    syscall: 'lstat',
    path: text,
    read: nothing,
    refine: (error) => (error.code === 'ERR_FS_EISDIR'
      ? Object.defineProperty(nodeError(Error, 'ERR_FS_EISDIR', `Path is a directory: rm returned EISDIR (is a directory) ${text}`, { errno: 21, syscall: 'rm', path: text }), 'name', { value: 'SystemError', configurable: true })
      : error),
  };
}

function pathNames(text, options) {
  return (value) => (options.encoding && options.encoding !== 'utf8' && options.encoding !== 'utf-8' ? encoded(builtin('buffer').Buffer.from(value), options.encoding) : value);
}

/** @type {Record<string, (...args: any[]) => Operation>} */
export const operations = {
  stat: (path, options) => statistics('stat', path, options),
  lstat: (path, options) => statistics('lstat', path, options),
  access(path, mode = 0) {
    const text = pathText(path);
    return { request: { op: 'access', path: text, mode }, syscall: 'access', path: text, read: nothing };
  },
  mkdir(path, options) {
    const settings = typeof options === 'object' && options !== null ? options : { mode: options };
    const text = pathText(path);
    const request = { op: 'mkdir', path: text, mode: modeNumber(settings.mode, 0o777), recursive: settings.recursive === true };
    return { request, syscall: 'mkdir', path: text, read: (made) => (request.recursive ? (made ?? undefined) : undefined) };
  },
  mkdtemp(prefix, options) {
    const text = pathText(prefix, 'prefix');
    return { request: { op: 'mkdtemp', prefix: text }, syscall: 'mkdtemp', path: `${text}XXXXXX`, read: pathNames(text, readOptions(options)) };
  },
  rmdir(path, options) {
    const text = pathText(path);
    if (options?.recursive) {
      return { ...removal(path, { recursive: true }), syscall: 'rmdir' };
    }
    return { request: { op: 'rmdir', path: text }, syscall: 'rmdir', path: text, read: nothing };
  },
  rm: (path, options) => removal(path, options),
  unlink(path) {
    const text = pathText(path);
    return { request: { op: 'unlink', path: text }, syscall: 'unlink', path: text, read: nothing };
  },
  rename(from, to) {
    const [path, destination] = [pathText(from, 'oldPath'), pathText(to, 'newPath')];
    return { request: { op: 'rename', path, to: destination }, syscall: 'rename', path, destination, read: nothing };
  },
  copyFile(from, to, mode = 0) {
    const [path, destination] = [pathText(from, 'src'), pathText(to, 'dest')];
    return { request: { op: 'copyFile', path, to: destination, exclusive: (mode & 1) === 1 }, syscall: 'copyfile', path, destination, read: nothing };
  },
  realpath(path, options) {
    const text = pathText(path);
    return { request: { op: 'realpath', path: text }, syscall: 'lstat', path: text, read: pathNames(text, readOptions(options)) };
  },
  readlink(path, options) {
    const text = pathText(path);
    return { request: { op: 'readlink', path: text }, syscall: 'readlink', path: text, read: pathNames(text, readOptions(options)) };
  },
  symlink(target, path) {
    const [to, text] = [pathText(target, 'target'), pathText(path)];
    return { request: { op: 'symlink', target: to, path: text }, syscall: 'symlink', path: to, destination: text, read: nothing };
  },
  link(from, to) {
    const [path, destination] = [pathText(from, 'existingPath'), pathText(to, 'newPath')];
    return { request: { op: 'link', path, to: destination }, syscall: 'link', path, destination, read: nothing };
  },
  chmod(path, mode) {
    const text = pathText(path);
    return { request: { op: 'chmod', path: text, mode: modeNumber(mode, 0) }, syscall: 'chmod', path: text, read: nothing };
  },
  utimes(path, accessed, modified) {
    const text = pathText(path);
    return { request: { op: 'utimes', path: text, accessed: seconds(accessed), modified: seconds(modified) }, syscall: 'utime', path: text, read: nothing };
  },
  truncate(path, length = 0) {
    const text = pathText(path);
    return { request: { op: 'truncate', path: text, length }, syscall: 'open', path: text, read: nothing };
  },
};

/** One folder's entries as `[name, kind]` pairs. */
export function readdirOperation(path) {
  const text = pathText(path);
  return { request: { op: 'readdir', path: text }, syscall: 'scandir', path: text, read: (entries) => entries };
}

const FOLDER = 2;

/**
 * Turns pairs into what `readdir` gives, asking `list` for the folders below where `recursive` is set.
 * @returns {Generator<string, unknown[], Array<[string, number]>>} yields folders whose entries it needs
 */
export function* collectEntries(path, options) {
  const root = pathText(path);
  const settings = readOptions(options);
  if (settings.encoding === 'buffer' && settings.withFileTypes) {
    throw invalidArgValue('options.encoding', 'buffer', 'is not supported together with withFileTypes');
  }
  const { join } = builtin('path');
  const results = [];
  const pending = [''];
  while (pending.length > 0) {
    const relative = pending.shift();
    const folder = relative === '' ? root : join(root, relative);
    for (const [name, kind] of yield folder) {
      const below = relative === '' ? name : join(relative, name);
      const shown = settings.encoding === 'buffer' ? builtin('buffer').Buffer.from(below) : below;
      results.push(settings.withFileTypes ? new Dirent(name, kind, folder) : shown);
      if (settings.recursive && kind === FOLDER) {
        pending.push(below);
      }
    }
  }
  return results;
}
