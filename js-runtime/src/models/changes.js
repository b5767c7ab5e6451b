/**
 * What a document's save writes: the difference between the fields as they were read and as they are now, in the operators that mongoose
 * would use. Arrays that changed their length otherwise than by growth are replaced and raise `__v`, so that somebody else's positional
 * change can't hit the wrong element.
 */
import { cloned, isPlain, same, withoutEmpty } from './values.js';

/** Bits of `Changes.version`. */
const GUARD = 1;
const RAISE = 2;

/** Collects the operators of one update. */
export class Changes {
  set = {};
  unset = {};
  push = {};
  paths = [];
  version = 0;

  get isEmpty() {
    return this.paths.length === 0;
  }

  /** The filter must name the version that was read. */
  get isGuarded() {
    return (this.version & GUARD) !== 0;
  }

  get raisesVersion() {
    return (this.version & RAISE) !== 0;
  }

  /** The update document. */
  toUpdate() {
    const update = {};
    for (const [operator, fields] of [
      ['$set', this.set],
      ['$unset', this.unset],
      ['$push', this.push],
    ]) {
      if (Object.keys(fields).length > 0) {
        update[operator] = fields;
      }
    }
    if (this.raisesVersion) {
      update.$inc = { __v: 1 };
    }
    return update;
  }

  /** A field that is written whole. */
  replace(path, value) {
    const stored = isPlain(value) ? withoutEmpty(value) : cloned(value);
    if (stored === undefined) {
      this.remove(path);
      return;
    }
    this.paths.push(path);
    this.set[path] = stored;
    if (Array.isArray(value)) {
      this.version |= GUARD | RAISE;
    } else if (/\.\d+(?:\.|$)/.test(path)) {
      this.version |= GUARD;
    }
  }

  /** The field as it is now, whatever it was. */
  write(path, value) {
    if (value === undefined) {
      this.remove(path);
    } else {
      this.replace(path, value);
    }
  }

  remove(path) {
    this.paths.push(path);
    this.unset[path] = 1;
  }

  append(path, values) {
    this.paths.push(path);
    this.push[path] = { $each: cloned(values) };
    this.version |= /\.\d+(?:\.|$)/.test(path) ? GUARD | RAISE : RAISE;
  }

  /**
   * Notes how one field changed.
   * @param {string} path
   * @param {unknown} before as read; `undefined` where there was none
   * @param {unknown} now
   * @param {boolean} isAssigned the script put another array or object in place of the one that was read
   */
  compare(path, before, now, isAssigned) {
    if (same(before, now)) {
      return;
    }
    if (now === undefined || isAssigned) {
      this.write(path, now);
    } else if (Array.isArray(before) && Array.isArray(now)) {
      this.#compareArrays(path, before, now);
    } else if (isPlain(before) && isPlain(now) && hasPlainNames(before) && hasPlainNames(now)) {
      this.#compareFields(path, before, now);
    } else {
      this.replace(path, now);
    }
  }

  #compareFields(path, before, now) {
    const names = Object.keys(now);
    const kept = Object.keys(before).filter((name) => Object.hasOwn(now, name));
    if (!kept.every((name, at) => names[at] === name)) {
      // Fields in another order: only writing the whole keeps it.
      this.replace(path, now);
      return;
    }
    for (const name of new Set([...Object.keys(before), ...names])) {
      this.compare(`${path}.${name}`, before[name], now[name], false);
    }
  }

  #compareArrays(path, before, now) {
    if (now.length === before.length) {
      now.forEach((item, at) => this.compare(`${path}.${at}`, before[at], item === undefined ? null : item, false));
    } else if (now.length > before.length && before.every((item, at) => same(item, now[at]))) {
      this.append(path, now.slice(before.length));
    } else {
      this.replace(path, now);
    }
  }
}

/** Names that a dotted path can name. */
function hasPlainNames(fields) {
  return Object.keys(fields).every((name) => name !== '' && !name.includes('.') && !name.startsWith('$'));
}
