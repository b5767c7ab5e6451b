/**
 * The globals a script finds: everything sits behind a getter that is replaced by its value on first use, so that a script which
 * needs nothing pays nothing. Installs no module system and never hands out `core` or the ops.
 */
import { nodeError } from './errors.js';
import { builtin, defineLazy, setNative, web } from './registry.js';

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** Names of the engine's web classes by the script that holds them. Not enumerable, as in Node. */
const WEB_CLASSES = {
  '00_url': ['URL', 'URLSearchParams'],
  '01_dom_exception': ['DOMException'],
  '02_event': ['Event', 'EventTarget', 'CustomEvent', 'MessageEvent'],
  '03_abort_signal': ['AbortController', 'AbortSignal'],
  '06_streams': [
    'ByteLengthQueuingStrategy', 'CountQueuingStrategy', 'ReadableByteStreamController', 'ReadableStream',
    'ReadableStreamBYOBReader', 'ReadableStreamBYOBRequest', 'ReadableStreamDefaultController', 'ReadableStreamDefaultReader',
    'TransformStream', 'TransformStreamDefaultController', 'WritableStream', 'WritableStreamDefaultController',
    'WritableStreamDefaultWriter',
  ],
  '08_text_encoding': ['TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream'],
  '09_file': ['Blob', 'File'],
  '13_message_port': ['MessageChannel', 'MessagePort'],
  '14_compression': ['CompressionStream', 'DecompressionStream'],
  '15_performance': ['Performance', 'PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure', 'PerformanceObserver'],
};

/** Fields Node shows when it prints one of the engine's classes; their data lives behind getters. */
const SHOWN_FIELDS = {
  URL: ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash'],
  AbortController: ['signal'],
  AbortSignal: ['aborted'],
  Blob: ['size', 'type'],
  File: ['size', 'type', 'name', 'lastModified'],
  ReadableStream: ['locked'],
  WritableStream: ['locked'],
  TransformStream: ['readable', 'writable'],
};

function showFields(Class, name, fields) {
  Object.defineProperty(Class.prototype, inspectCustom, {
    value(depth, options, inspect) {
      if (typeof depth === 'number' && depth < 0) {
        return this;
      }
      const shown = {};
      for (const field of fields) {
        shown[field] = this[field];
      }
      // As Node: a URL's fields count as its own, those of the other classes as one level deeper.
      const deeper = name === 'URL' || options.depth === null ? options.depth : options.depth - 1;
      return `${name} ${inspect(shown, { ...options, depth: deeper })}`;
    },
    writable: true,
    configurable: true,
  });
}

function showSearchParams(Class) {
  Object.defineProperty(Class.prototype, inspectCustom, {
    value(depth, options, inspect) {
      if (typeof depth === 'number' && depth < 0) {
        return '[Object]';
      }
      const pairs = [...this].map(([key, value]) => `${inspect(key, options)} => ${inspect(value, options)}`);
      const line = pairs.join(', ');
      // eslint-disable-next-line no-control-regex
      const width = line.replace(/\u001b\[\d+m/g, '').length;
      if (pairs.length === 0) {
        return 'URLSearchParams {}';
      }
      return width <= options.breakLength ? `URLSearchParams { ${line} }` : `URLSearchParams {\n  ${pairs.join(',\n  ')} }`;
    },
    writable: true,
    configurable: true,
  });
}

/** `performance`, with its time origin set. */
function measuring() {
  const { performance, setTimeOrigin } = web('15_performance');
  setTimeOrigin();
  return performance;
}

/** The engine's class, except that a text which is no URL is refused as Node does. */
function nodeUrl(Class) {
  const checked = new Proxy(Class, {
    construct(target, args, newTarget) {
      try {
        return Reflect.construct(target, args, newTarget);
      } catch (error) {
        if (args.length === 0) {
          throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified');
        }
        if (!(error instanceof TypeError)) {
          throw error;
        }
        throw nodeError(TypeError, 'ERR_INVALID_URL', 'Invalid URL', { input: `${args[0]}`, ...(args[1] === undefined ? {} : { base: `${args[1]}` }) });
      }
    },
  });
  Class.prototype.constructor = checked;
  return checked;
}

/** Node's streams, and libraries with them, ask web streams for their state by these symbols. */
function tellStreamStates({ ReadableStream, _state, isReadableStreamDisturbed }) {
  const answers = {
    'nodejs.stream.disturbed': (stream) => isReadableStreamDisturbed(stream),
    'nodejs.stream.errored': (stream) => stream[_state] === 'errored',
    'nodejs.stream.readable': (stream) => stream[_state] === 'readable',
  };
  for (const [name, answer] of Object.entries(answers)) {
    Object.defineProperty(ReadableStream.prototype, Symbol.for(name), { get() {
      return answer(this);
    }, configurable: true });
  }
}

/** A reason in Node's words where none is given. */
function wordAborts({ AbortController, AbortSignal }) {
  const reasonOf = (reason) => (reason === undefined ? new globalThis.DOMException('This operation was aborted', 'AbortError') : reason);
  const plainAbort = AbortController.prototype.abort;
  const plainAborted = AbortSignal.abort;
  Object.assign(AbortController.prototype, { abort(reason = undefined) {
    return plainAbort.call(this, reasonOf(reason));
  } });
  Object.assign(AbortSignal, { abort(reason = undefined) {
    return plainAborted.call(this, reasonOf(reason));
  } });
}

function webClass(script, name) {
  const exports = web(script);
  if (script === '02_event') {
    // The engine reports an error thrown by a listener to this object first; true means: nobody took it.
    exports.saveGlobalThisReference({ dispatchEvent: () => true });
  }
  // A controller shows its signal: all classes of a script are prepared together.
  for (const other of WEB_CLASSES[script]) {
    if (SHOWN_FIELDS[other] !== undefined) {
      showFields(exports[other], other, SHOWN_FIELDS[other]);
    }
  }
  if (script === '06_streams') {
    tellStreamStates(exports);
  }
  if (script === '03_abort_signal') {
    wordAborts(exports);
  }
  if (script === '00_url') {
    showSearchParams(exports.URLSearchParams);
  }
  return name === 'URL' ? nodeUrl(exports.URL) : exports[name];
}

/** A class of the engine's web extension, prepared as Node's. The same object whoever asks first. */
export function webGlobal(name) {
  return globalThis[name];
}

function installWebClasses(target) {
  for (const [script, names] of Object.entries(WEB_CLASSES)) {
    for (const name of names) {
      defineLazy(target, name, () => webClass(script, name));
    }
  }
}

function installTimers(target) {
  for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate']) {
    defineLazy(target, name, () => builtin('timers')[name], true);
  }
}

/** As in Node, the classes are not enumerable and `fetch` is. */
function installFetch(target) {
  defineLazy(target, 'fetch', () => fetchOf(() => builtin('internal/fetch').fetch), true);
  for (const name of ['FormData', 'Headers', 'Request', 'Response']) {
    defineLazy(target, name, () => builtin('internal/fetch')[name]);
  }
}

/** Reading `fetch`, as libraries do to see whether it is there, loads nothing yet. */
function fetchOf(load) {
  return { fetch(input, init = undefined) {
    return load()(input, init);
  } }.fetch;
}

/**
 * @param {object} core `Deno.core`
 * @param {object} ops the native functions
 * @param {object} [target] where to define them
 */
export function installGlobals(core, ops, target = globalThis) {
  setNative(core, ops);
  Object.defineProperty(target, 'global', { value: target, writable: true, configurable: true, enumerable: true });
  installTimers(target);
  installWebClasses(target);
  defineLazy(target, 'console', () => builtin('console'));
  defineLazy(target, 'Buffer', () => builtin('buffer').Buffer);
  defineLazy(target, 'process', () => builtin('process'));
  defineLazy(target, 'structuredClone', () => web('02_structured_clone').structuredClone, true);
  defineLazy(target, 'atob', () => web('05_base64').atob, true);
  defineLazy(target, 'btoa', () => web('05_base64').btoa, true);
  defineLazy(target, 'performance', measuring, true);
  defineLazy(target, 'crypto', () => builtin('crypto').webcrypto, true);
  installFetch(target);
}
