/** How compatibility changes classes: methods are replaced or added in place, invisible to enumeration as methods are. */

/** Replaces a method by what `make` returns for the present one; a class without the method is left alone. */
export function replaceMethod(Class, name, make) {
  const original = Class.prototype[name];
  if (typeof original === 'function') defineMethod(Class, name, make(original));
}

/** Adds a method, or replaces it. */
export function defineMethod(Class, name, method) {
  Object.defineProperty(Class.prototype, name, { value: method, writable: true, configurable: true });
}

/** Adds a read-only property that is computed. */
export function defineGetter(Class, name, get) {
  Object.defineProperty(Class.prototype, name, { get, configurable: true });
}
