/** What the shell's cursors have beyond those of the driver; the driver underneath is the synchronous one, so its methods give values. */
import { show } from './print.js';

const common = {
  /** The shell hands out documents to the end; what the callback returns is nobody's concern. */
  forEach(callback) {
    for (const document of this) {
      callback(document);
    }
  },
  itcount() {
    let count = 0;
    for (const _ of this) {
      count += 1;
    }
    return count;
  },
  length() {
    return this.toArray().length;
  },
  pretty() {
    return this;
  },
  isExhausted() {
    return this.isDead && this.bufferedCount() === 0;
  },
  objsLeftInBatch() {
    return this.bufferedCount();
  },
  readPref(mode) {
    return this.withReadPreference(mode);
  },
  noCursorTimeout() {
    return this.addCursorFlag('noCursorTimeout', true);
  },
  /** As it is printed. */
  toShell() {
    return this.toArray();
  },
  toString() {
    return show(this.toArray());
  },
};

/** Counts the matches; `skip` and `limit` are left out unless asked for, as in the shell. */
function countWith(count) {
  return function (applySkipLimit) {
    const counted = this.clone();
    if (applySkipLimit !== true) {
      counted.limit(0);
      counted.skip(0);
    }
    return count.call(counted, {});
  };
}

function add(Class, methods) {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
  }
}

/** Makes the driver's cursors those of the shell. The classes are the shell's own. */
export function adaptCursors({ AbstractCursor, FindCursor }) {
  const count = countWith(FindCursor.prototype.count);
  add(AbstractCursor, common);
  add(FindCursor, {
    count,
    size() {
      return count.call(this, true);
    },
    projection(fields) {
      return this.project(fields);
    },
  });
}
