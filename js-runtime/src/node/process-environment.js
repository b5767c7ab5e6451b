/** `process.env`: reads through to the allowed variables, keeps changes here, and stores everything as text, as Node does. */
import { native } from './registry.js';
import { accessDenied } from './access.js';

/** @typedef {Map<string, string|null>} Changes null marks a deleted variable */

function read(changes, name) {
  if (changes.has(name)) {
    return changes.get(name) ?? undefined;
  }
  try {
    return native.ops.op_node_env_get(name) ?? undefined;
  } catch (error) {
    throw accessDenied(error);
  }
}

function names(changes) {
  const all = new Set(JSON.parse(native.ops.op_node_env_keys()));
  for (const [name, value] of changes) {
    if (value === null) {
      all.delete(name);
    } else {
      all.add(name);
    }
  }
  return [...all];
}

export function makeEnvironment() {
  /** @type {Changes} */
  const changes = new Map();
  return new Proxy({}, {
    get: (target, name) => (typeof name === 'string' ? (read(changes, name) ?? target[name]) : target[name]),
    has: (target, name) => typeof name === 'string' && read(changes, name) !== undefined,
    set(_target, name, value) {
      if (typeof name === 'symbol' || typeof value === 'symbol') {
        throw new TypeError('Cannot convert a Symbol value to a string');
      }
      changes.set(name, `${value}`);
      return true;
    },
    deleteProperty(_target, name) {
      if (typeof name === 'string') {
        changes.set(name, null);
      }
      return true;
    },
    defineProperty(_target, name, descriptor) {
      changes.set(String(name), `${descriptor.value}`);
      return true;
    },
    ownKeys: () => names(changes),
    getOwnPropertyDescriptor(_target, name) {
      const value = typeof name === 'string' ? read(changes, name) : undefined;
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
  });
}
