/** `fs.Stats` and `fs.Dirent`. */
import { fsConstants } from './constants.js';

const KIND_CHECKS = {
  isDirectory: [fsConstants.S_IFDIR, fsConstants.UV_DIRENT_DIR],
  isFile: [fsConstants.S_IFREG, fsConstants.UV_DIRENT_FILE],
  isBlockDevice: [fsConstants.S_IFBLK, fsConstants.UV_DIRENT_BLOCK],
  isCharacterDevice: [fsConstants.S_IFCHR, fsConstants.UV_DIRENT_CHAR],
  isSymbolicLink: [fsConstants.S_IFLNK, fsConstants.UV_DIRENT_LINK],
  isFIFO: [fsConstants.S_IFIFO, fsConstants.UV_DIRENT_FIFO],
  isSocket: [fsConstants.S_IFSOCK, fsConstants.UV_DIRENT_SOCKET],
};
const TIMES = ['atime', 'mtime', 'ctime', 'birthtime'];

export class Stats {
  /** @param {object} figures as the native op gives them */
  constructor(figures) {
    Object.assign(this, figures);
    for (const name of TIMES) {
      this[name] = new Date(Math.round(figures[`${name}Ms`]));
    }
  }
}

export class BigIntStats {
  constructor(figures) {
    for (const [name, value] of Object.entries(figures)) {
      this[name] = BigInt(Math.trunc(value));
    }
    for (const name of TIMES) {
      this[`${name}Ns`] = BigInt(Math.round(figures[`${name}Ms`] * 1e6));
      this[name] = new Date(Math.round(figures[`${name}Ms`]));
    }
  }
}

const kindSymbol = Symbol('type');

export class Dirent {
  constructor(name, kind, parentPath) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this[kindSymbol] = kind;
  }
}

for (const [method, [mode, kind]] of Object.entries(KIND_CHECKS)) {
  Stats.prototype[method] = function check() {
    return (this.mode & fsConstants.S_IFMT) === mode;
  };
  BigIntStats.prototype[method] = function check() {
    return (this.mode & BigInt(fsConstants.S_IFMT)) === BigInt(mode);
  };
  Dirent.prototype[method] = function check() {
    return this[kindSymbol] === kind;
  };
}
