/** `async_hooks`: AsyncLocalStorage and AsyncResource over the engine's async context. Hooks themselves never fire. */
import { native } from './registry.js';
import { validateFunction } from './errors.js';

/** The engine's context is one value; ours is an immutable Map from storage to store. */
function contextMap() {
  const context = native.core.getAsyncContext();
  return context instanceof Map ? context : undefined;
}

function runWith(context, callback, self, args) {
  const { core } = native;
  const outer = core.getAsyncContext();
  core.setAsyncContext(context);
  try {
    return Reflect.apply(callback, self, args);
  } finally {
    core.setAsyncContext(outer);
  }
}

export class AsyncLocalStorage {
  #enabled = true;

  static bind(callback) {
    return AsyncResource.bind(callback);
  }

  static snapshot() {
    const context = native.core.getAsyncContext();
    return (callback, ...args) => runWith(context, callback, undefined, args);
  }

  disable() {
    this.#enabled = false;
  }

  getStore() {
    return this.#enabled ? contextMap()?.get(this) : undefined;
  }

  enterWith(store) {
    this.#enabled = true;
    native.core.setAsyncContext(new Map(contextMap()).set(this, store));
  }

  run(store, callback, ...args) {
    this.#enabled = true;
    return runWith(new Map(contextMap()).set(this, store), callback, undefined, args);
  }

  exit(callback, ...args) {
    const context = new Map(contextMap());
    context.delete(this);
    return runWith(context, callback, undefined, args);
  }
}

let lastId = 1;

export class AsyncResource {
  #context = native.core.getAsyncContext();
  #id = (lastId += 1);

  constructor(type) {
    this.type = type;
    Object.defineProperty(this, 'type', { enumerable: false });
  }

  static bind(callback, type, self) {
    return new AsyncResource(type ?? callback.name ?? 'bound-anonymous-fn').bind(callback, self);
  }

  bind(callback, self) {
    validateFunction(callback, 'fn');
    const resource = this;
    const bound = function bound(...args) {
      return resource.runInAsyncScope(callback, self ?? this, ...args);
    };
    Object.defineProperty(bound, 'length', { value: callback.length, configurable: true });
    return bound;
  }

  runInAsyncScope(callback, self, ...args) {
    return runWith(this.#context, callback, self, args);
  }

  emitDestroy() {
    return this;
  }

  asyncId() {
    return this.#id;
  }

  triggerAsyncId() {
    return 1;
  }
}

export function createHook() {
  const hook = { enable: () => hook, disable: () => hook };
  return hook;
}

const asyncWrapProviders = Object.freeze(Object.assign(Object.create(null), { NONE: 0 }));

export default {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId: () => 1,
  triggerAsyncId: () => 0,
  executionAsyncResource: () => ({}),
  asyncWrapProviders,
};
