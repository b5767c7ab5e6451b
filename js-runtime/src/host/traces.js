/**
 * Whether a migration has left traces where the next one could find them: in JavaScript's own objects, in the globals, in the driver's
 * classes. An isolate without traces may serve the next migration (docs/decisions/0014).
 *
 * What is compared: the keys, values, accessors, prototype and extensibility of every object that is reached from what plain scripts may
 * name (crates/mmk-runtime/src/loader/plain_script.rs). Not compared: what closures, maps and private fields hold, which such scripts
 * don't reach.
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
    this.prototype = getPrototypeOf(method);
  }

  isUnchanged() {
    if (getPrototypeOf(this.method) !== this.prototype) {
      return false;
    }
    // By far the cheapest question about properties; one that is defined without being enumerable goes unnoticed.
    for (const key in this.method) {
      void key;
      return false;
    }
    return true;
  }
}

const isMethod = (object) => typeof object === 'function' && ownKeys(object).every((key) => key === 'length' || key === 'name');

// Nothing below runs code of a script: loops go by index; values are read from descriptors only, which are plain because
// `Object.prototype` was looked at first; what methods inherit was looked at before them, so no proxy is asked for keys.

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
 * @param {object} parts
 * @param {unknown[]} parts.roots those of them that are objects
 * @param {object[]} parts.surface objects that are remembered themselves, but not what they lead to
 * @param {Map<object, string[]>} parts.counters properties that change by themselves
 * @returns {() => boolean} whether all of it is as it was
 */
export function rememberWorld({ roots, surface, counters }) {
  const objects = [];
  const methods = [];
  const seen = new Set();
  const waiting = [...hiddenObjects(), ...roots.filter(isObject), Object.prototype];
  while (waiting.length > 0) {
    const object = waiting.pop();
    if (seen.has(object)) {
      continue;
    }
    seen.add(object);
    if (isMethod(object)) {
      methods.push(new RememberedMethod(object));
    } else {
      const remembered = new Remembered(object, counters.get(object) ?? []);
      objects.push(remembered);
      waiting.push(...remembered.neighbours());
    }
  }
  const world = [...objects, ...surface.map((object) => new Remembered(object, [])), ...methods];
  return () => {
    for (let at = 0; at < world.length; at += 1) {
      if (!world[at].isUnchanged()) {
        return false;
      }
    }
    return true;
  };
}
