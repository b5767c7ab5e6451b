/** `events`: the package of that name, plus what Node added since: signals, async iteration options, capture of rejections. */
import EventEmitter from 'events';
import { builtin } from './registry.js';
import { abortError, invalidArgType, validateFunction } from './errors.js';

const captureRejectionSymbol = Symbol.for('nodejs.rejection');
const errorMonitor = Symbol('events.errorMonitor');
const kCapture = Symbol('kCapture');
const plainEmit = EventEmitter.prototype.emit;

EventEmitter.prototype.emit = function emit(type, ...args) {
  if (type === 'error') {
    if (this.listenerCount(errorMonitor) > 0) {
      plainEmit.call(this, errorMonitor, ...args);
    }
    if (!this.listenerCount('error')) {
      throw unhandledError(args[0]);
    }
  }
  if (this[kCapture] !== true) {
    return plainEmit.call(this, type, ...args);
  }
  return emitCapturing(this, type, args);
};

function unhandledError(value) {
  if (value instanceof Error) {
    return value;
  }
  let shown;
  try {
    shown = builtin('internal/inspect').inspect(value);
  } catch {
    shown = String(value);
  }
  const error = new Error(`Unhandled error. (${shown})`);
  error.code = 'ERR_UNHANDLED_ERROR';
  error.context = value;
  return error;
}

function emitCapturing(emitter, type, args) {
  const listeners = emitter.rawListeners(type);
  for (const listener of listeners) {
    const result = Reflect.apply(listener, emitter, args);
    if (typeof result?.then === 'function') {
      result.then(undefined, (error) => builtin('process').nextTick(() => {
        if (typeof emitter[captureRejectionSymbol] === 'function') {
          emitter[captureRejectionSymbol](error, type, ...args);
        } else {
          emitter.emit('error', error);
        }
      }));
    }
  }
  return listeners.length > 0;
}

for (const name of ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener', 'removeListener', 'off']) {
  const plain = EventEmitter.prototype[name];
  EventEmitter.prototype[name] = function checked(type, listener) {
    validateFunction(listener, 'listener');
    return plain.call(this, type, listener);
  };
  Object.defineProperty(EventEmitter.prototype[name], 'name', { value: name });
}

const plainInit = EventEmitter.init;
EventEmitter.init = function init(options) {
  plainInit.call(this, options);
  if (options?.captureRejections === true || NodeEventEmitter.captureRejections === true) {
    Object.defineProperty(this, kCapture, { value: true, writable: true, configurable: true });
  }
};

/** The package's constructor keeps its own `init`; this one hands the options on and can still be called without `new`. */
function NodeEventEmitter(options) {
  EventEmitter.init.call(this, options);
}
NodeEventEmitter.prototype = EventEmitter.prototype;
Object.defineProperty(NodeEventEmitter.prototype, 'constructor', { value: NodeEventEmitter, writable: true, configurable: true });
Object.defineProperty(NodeEventEmitter, 'name', { value: 'EventEmitter', configurable: true });

function isEmitter(value) {
  return typeof value?.on === 'function' && typeof value.removeListener === 'function';
}

function listen(emitter, name, listener, options) {
  if (isEmitter(emitter)) {
    emitter[options?.once ? 'once' : 'on'](name, listener);
  } else if (typeof emitter?.addEventListener === 'function') {
    emitter.addEventListener(name, listener, options);
  } else {
    throw invalidArgType('emitter', 'EventEmitter', emitter);
  }
}

function unlisten(emitter, name, listener) {
  if (isEmitter(emitter)) {
    emitter.removeListener(name, listener);
  } else {
    emitter.removeEventListener(name, listener);
  }
}

export function once(emitter, name, options) {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const stop = () => {
      unlisten(emitter, name, onEvent);
      if (isEmitter(emitter) && name !== 'error') {
        unlisten(emitter, 'error', onError);
      }
      signal?.removeEventListener('abort', onAbort);
    };
    const onEvent = (...args) => {
      stop();
      resolve(args);
    };
    const onError = (error) => {
      stop();
      reject(error);
    };
    const onAbort = () => {
      stop();
      reject(abortError(signal));
    };
    listen(emitter, name, onEvent, { once: true });
    if (isEmitter(emitter) && name !== 'error') {
      listen(emitter, 'error', onError, { once: true });
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function on(emitter, name, options = {}) {
  const { signal, close: closeNames = [] } = options;
  if (signal?.aborted) {
    throw abortError(signal);
  }
  const events = [];
  const waiting = [];
  let failure;
  let finished = false;

  const onEvent = (...args) => {
    const next = waiting.shift();
    if (next) {
      next.resolve({ value: args, done: false });
    } else {
      events.push(args);
    }
  };
  const onError = (error) => {
    const next = waiting.shift();
    if (next) {
      next.reject(error);
    } else {
      failure = error;
    }
    finish();
  };
  const onAbort = () => onError(abortError(signal));
  const onClose = () => finish();
  const finish = () => {
    finished = true;
    unlisten(emitter, name, onEvent);
    if (isEmitter(emitter)) {
      unlisten(emitter, 'error', onError);
    }
    closeNames.forEach((closeName) => unlisten(emitter, closeName, onClose));
    signal?.removeEventListener('abort', onAbort);
    waiting.splice(0).forEach((next) => next.resolve({ value: undefined, done: true }));
    return Promise.resolve({ value: undefined, done: true });
  };

  listen(emitter, name, onEvent);
  if (isEmitter(emitter) && name !== 'error') {
    listen(emitter, 'error', onError);
  }
  closeNames.forEach((closeName) => listen(emitter, closeName, onClose));
  signal?.addEventListener('abort', onAbort, { once: true });

  return {
    next() {
      if (events.length > 0) {
        return Promise.resolve({ value: events.shift(), done: false });
      }
      if (failure !== undefined) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      return finished ? Promise.resolve({ value: undefined, done: true }) : new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return: finish,
    throw(error) {
      failure = error;
      finish();
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export function getEventListeners(emitter, name) {
  return isEmitter(emitter) ? emitter.listeners(name) : [];
}

export function addAbortListener(signal, listener) {
  if (signal.aborted) {
    queueMicrotask(() => listener());
  } else {
    signal.addEventListener('abort', listener, { once: true });
  }
  const remove = () => signal.removeEventListener('abort', listener);
  return { [Symbol.dispose ?? Symbol.for('nodejs.dispose')]: remove };
}

class EventEmitterAsyncResource extends NodeEventEmitter {
  constructor(options = {}) {
    super(options);
    const { AsyncResource } = builtin('async_hooks');
    this.asyncResource = new AsyncResource(options.name ?? new.target.name, options);
  }

  emit(...args) {
    return this.asyncResource.runInAsyncScope(super.emit, this, ...args);
  }
}

Object.defineProperty(NodeEventEmitter, 'defaultMaxListeners', Object.getOwnPropertyDescriptor(EventEmitter, 'defaultMaxListeners'));
Object.assign(NodeEventEmitter, {
  EventEmitter: NodeEventEmitter,
  EventEmitterAsyncResource,
  once,
  on,
  getEventListeners,
  addAbortListener,
  getMaxListeners: (emitter) => emitter.getMaxListeners?.() ?? NodeEventEmitter.defaultMaxListeners,
  setMaxListeners(count = NodeEventEmitter.defaultMaxListeners, ...emitters) {
    if (emitters.length === 0) {
      NodeEventEmitter.defaultMaxListeners = count;
    }
    emitters.forEach((emitter) => emitter.setMaxListeners?.(count));
  },
  listenerCount: (emitter, name) => emitter.listenerCount(name),
  init: EventEmitter.init,
  captureRejections: false,
  captureRejectionSymbol,
  errorMonitor,
  usingDomains: false,
});

export { NodeEventEmitter as EventEmitter };
export default NodeEventEmitter;
