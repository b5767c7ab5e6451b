/**
 * Whether a migration has left traces where the next one could find them: in JavaScript's own objects, in the globals, in the driver's
 * classes. An isolate without traces may serve the next migration (docs/decisions/0014).
 *
 * What is compared: the keys, values, accessors, prototype and extensibility of every object that the globals and the driver's exports
 * lead to. Not compared: what closures, maps and private fields hold. A script that could reach such state is not one whose isolate is
 * kept (crates/mmk-runtime/src/loader/plain_script.rs).
 */

// In hand before any script runs, and called without `this`: no script can replace them.
const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible, ownKeys } = Reflect;
const { is } = Object;
const { isView } = ArrayBuffer;

/** What no property of a global leads to: only syntax and methods give these. */
function hiddenObjects() {
  const iterator = (iterable) => getPrototypeOf(iterable[Symbol.iterator]());
  return [
    getPrototypeOf(async () => {}),
    getPrototypeOf(function* () {}),
    getPrototypeOf(async function* () {}),
    iterator([]),
    iterator(''),
    iterator(new Map()),
    iterator(new Set()),
    getPrototypeOf('a'.matchAll(/a/g)),
    getPrototypeOf(Iterator.from([]).map((each) => each)),
    getPrototypeOf(Iterator.from({ next() {} })),
  ];
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** An object as it was. Accessors are only described, so that nothing lazy is made by looking at it. */
class Remembered {
  constructor(object, counters) {
    this.object = object;
    this.prototype = getPrototypeOf(object);
    this.isExtensible = isExtensible(object);
    this.keys = ownKeys(object);
    this.values = [];
    this.accessors = [];
    // The bytes of a shared pool change all the time.
    for (const key of isView(object) ? [] : this.keys) {
      const { value, get, set } = getOwnPropertyDescriptor(object, key);
      if (get === undefined && set === undefined) {
        if (!counters.includes(key)) {
          this.values.push({ key, value });
        }
      } else {
        this.accessors.push({ key, get, set });
      }
    }
  }

  /** Objects that this one leads to. */
  neighbours() {
    const all = [this.prototype, ...this.values.map(({ value }) => value), ...this.accessors.flatMap(({ get, set }) => [get, set])];
    return all.filter(isObject);
  }

  isUnchanged() {
    const { object, keys, values, accessors } = this;
    return (
      getPrototypeOf(object) === this.prototype &&
      isExtensible(object) === this.isExtensible &&
      sameKeys(ownKeys(object), keys) &&
      sameValues(object, values) &&
      sameAccessors(object, accessors)
    );
  }
}

/** Most of the world: a function that is no constructor. Its name and length say nothing that others rely on. */
class RememberedMethod {
  constructor(method) {
    this.method = method;
  }

  neighbours() {
    return [];
  }

  isUnchanged() {
    return ownKeys(this.method).length === METHOD_KEYS && isExtensible(this.method);
  }
}

/** `length` and `name`. */
const METHOD_KEYS = 2;

function remember(object, counters) {
  const isMethod = typeof object === 'function' && isExtensible(object) && ownKeys(object).length === METHOD_KEYS;
  return isMethod ? new RememberedMethod(object) : new Remembered(object, counters);
}

// Nothing below runs code of a script: loops go by index, and values are read from descriptors only, which are plain because
// `Object.prototype` was looked at first.

function sameKeys(now, before) {
  let same = now.length === before.length;
  for (let at = 0; same && at < before.length; at += 1) {
    same = now[at] === before[at];
  }
  return same;
}

function sameValues(object, before) {
  for (let at = 0; at < before.length; at += 1) {
    const { key, value } = before[at];
    const now = getOwnPropertyDescriptor(object, key);
    if (now.get !== undefined || now.set !== undefined || !is(now.value, value)) {
      return false;
    }
  }
  return true;
}

function sameAccessors(object, before) {
  for (let at = 0; at < before.length; at += 1) {
    const { key, get, set } = before[at];
    const now = getOwnPropertyDescriptor(object, key);
    if (now.get !== get || now.set !== set) {
      return false;
    }
  }
  return true;
}

/**
 * Remembers how everything is that the given objects lead to. To be called before user code runs.
 * @param {object[]} roots
 * @param {Map<object, string[]>} counters properties that change by themselves
 * @returns {() => boolean} whether all of it is as it was
 */
export function rememberWorld(roots, counters) {
  const world = [];
  const seen = new Set();
  const waiting = [...hiddenObjects(), ...roots, Object.prototype];
  while (waiting.length > 0) {
    const object = waiting.pop();
    if (!seen.has(object)) {
      seen.add(object);
      const remembered = remember(object, counters.get(object) ?? []);
      world.push(remembered);
      waiting.push(...remembered.neighbours());
    }
  }
  return () => {
    for (let at = 0; at < world.length; at += 1) {
      if (!world[at].isUnchanged()) {
        return false;
      }
    }
    return true;
  };
}
