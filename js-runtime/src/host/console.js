/**
 * `console` in Node's exact format, written through a sink the host gives. Formatting (util.inspect) is loaded by the first call
 * that needs it; plain text goes straight through.
 */
import { builtin, native } from '../node/registry.js';
import { renderTable, TABLE_INDEX, TABLE_ITERATION_INDEX, TABLE_KEY, TABLE_VALUES } from './table.js';

const OUT = 1;
const ERR = 2;

/** Formats arguments as `util.format`; the common case of plain text needs no formatter. */
export function formatArguments(args, colors) {
  if (args.length === 0) {
    return '';
  }
  if (isPlain(args, colors)) {
    return args.length === 1 ? `${args[0]}` : args.join(' ');
  }
  return builtin('internal/inspect').formatWithOptions(colors ? { colors } : {}, ...args);
}

function isPlain(args, colors) {
  if (typeof args[0] === 'string' && args.length > 1 && args[0].includes('%')) {
    return false;
  }
  for (const value of args) {
    const type = typeof value;
    if (type === 'string') {
      continue;
    }
    if (colors || (type !== 'boolean' && !(type === 'number' && !Object.is(value, -0)))) {
      return false;
    }
  }
  return true;
}

/** Node's wording of a duration: `1.5ms`, `2.340s`, `1:02.345 (m:ss.mmm)`. */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) {
    return `${Number(milliseconds.toFixed(3))}ms`;
  }
  let seconds = milliseconds / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(3)}s`;
  }
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  seconds %= 60;
  const [whole, fraction] = seconds.toFixed(3).split('.');
  const tail = `${whole.padStart(2, '0')}`;
  if (hours > 0) {
    return `${hours}:${String(minutes).padStart(2, '0')}:${tail} (h:mm:ss)`;
  }
  return `${minutes}:${tail}.${fraction} (m:ss.mmm)`;
}

function now() {
  return native.ops?.op_now_milliseconds?.() ?? performance.now();
}

/** Methods read no `this`, so that `const { log } = console` and `promise.then(console.log)` work. */
export class Console {
  constructor(options, stderr) {
    const settings = typeof options?.write === 'function' ? { stdout: options, stderr } : (options ?? {});
    const write = settings.sink ?? streamSink(settings.stdout, settings.stderr ?? settings.stdout);
    bindMethods(this, write, settings);
  }
}

function streamSink(stdout, stderr) {
  return (stream, text) => (stream === OUT ? stdout : stderr).write(text);
}

function bindMethods(target, write, { colorMode, groupIndentation = 2 }) {
  const colors = () => (typeof colorMode === 'function' ? colorMode() : colorMode === true);
  const counts = new Map();
  const started = new Map();
  let indent = '';

  const emit = (stream, text) => {
    const shown = indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`);
    write(stream, `${shown}\n`);
  };
  const print = (stream, args) => emit(stream, formatArguments(args, colors()));
  const warn = (text) => builtin('process').emitWarning(text);

  const elapsed = (label, method, use) => {
    const begin = started.get(label);
    if (begin === undefined) {
      warn(`No such label '${label}' for console.${method}()`);
      return;
    }
    use(`${label}: ${formatDuration(now() - begin)}`);
  };

  const methods = {
    log: (...args) => print(OUT, args),
    warn: (...args) => print(ERR, args),
    dir(value, options) {
      emit(OUT, builtin('internal/inspect').inspect(value, { customInspect: false, colors: colors(), ...options }));
    },
    time(label = 'default') {
      const key = `${label}`;
      if (started.has(key)) {
        warn(`Label '${key}' already exists for console.time()`);
        return;
      }
      started.set(key, now());
    },
    timeEnd(label = 'default') {
      elapsed(`${label}`, 'timeEnd', (text) => emit(OUT, text));
      started.delete(`${label}`);
    },
    timeLog(label = 'default', ...data) {
      elapsed(`${label}`, 'timeLog', (text) => print(OUT, data.length > 0 ? [text.replaceAll('%', '%%'), ...data] : [text]));
    },
    trace(...args) {
      const holder = { name: 'Trace', message: formatArguments(args, false) };
      Error.captureStackTrace(holder, methods.trace);
      const frames = holder.stack.split('\n').filter((line) => /^\s+at /.test(line));
      const title = holder.message === '' ? 'Trace' : `Trace: ${holder.message}`;
      emit(ERR, [title, ...frames].join('\n'));
    },
    assert(condition, ...args) {
      if (condition) {
        return;
      }
      args[0] = args.length === 0 ? 'Assertion failed' : `Assertion failed: ${args[0]}`;
      methods.warn(...args);
    },
    clear() {},
    count(label = 'default') {
      const key = `${label}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      emit(OUT, `${key}: ${count}`);
    },
    countReset(label = 'default') {
      const key = `${label}`;
      if (!counts.delete(key)) {
        warn(`Count for '${key}' does not exist`);
      }
    },
    group(...label) {
      if (label.length > 0) {
        print(OUT, label);
      }
      indent += ' '.repeat(groupIndentation);
    },
    groupEnd() {
      indent = indent.slice(0, Math.max(0, indent.length - groupIndentation));
    },
    table(data, columns) {
      if (data === null || typeof data !== 'object') {
        print(OUT, [data]);
        return;
      }
      const text = tableText(data, columns);
      if (text === undefined) {
        print(OUT, [data]);
      } else {
        emit(OUT, text);
      }
    },
    profile() {},
    profileEnd() {},
    timeStamp() {},
  };
  methods.debug = methods.log;
  methods.info = methods.log;
  methods.dirxml = methods.log;
  methods.error = methods.warn;
  methods.groupCollapsed = methods.group;
  for (const [name, method] of Object.entries(methods)) {
    target[name] = method;
  }
}

/** @returns {string|undefined} nothing when `data` can't be shown as a table */
function tableText(data, columns) {
  const { inspect } = builtin('internal/inspect');
  const depth = (value) => {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 2;
    return nested ? -1 : 0;
  };
  const show = (value) => inspect(value, { maxArrayLength: 3, breakLength: Infinity, depth: depth(value) });

  const { types } = builtin('util');
  if (data instanceof Map || types.isMapIterator(data)) {
    const entries = data instanceof Map ? [...data] : [...data].map((entry) => (Array.isArray(entry) ? entry : [entry, entry]));
    const rows = [TABLE_ITERATION_INDEX, TABLE_KEY, TABLE_VALUES];
    return renderTable(rows, [entries.map((_, index) => index), entries.map(([key]) => show(key)), entries.map(([, value]) => show(value))]);
  }
  if (data instanceof Set || types.isSetIterator(data)) {
    const values = [...data];
    return renderTable([TABLE_ITERATION_INDEX, TABLE_VALUES], [values.map((_, index) => index), values.map(show)]);
  }
  return objectTable(data, columns, show);
}

function objectTable(data, columns, show) {
  const cells = new Map();
  const values = [];
  let hasPrimitives = false;
  const rows = Object.keys(data);
  rows.forEach((rowKey, row) => {
    const item = data[rowKey];
    const primitive = item === null || (typeof item !== 'function' && typeof item !== 'object');
    if (primitive) {
      hasPrimitives = true;
      values[row] = show(item);
      return;
    }
    for (const key of columns ?? Object.keys(item)) {
      if (!cells.has(key)) {
        cells.set(key, []);
      }
      cells.get(key)[row] = Object.hasOwn(item, key) ? show(item[key]) : '';
    }
  });
  const head = [TABLE_INDEX, ...cells.keys()];
  const body = [rows, ...cells.values()];
  if (hasPrimitives) {
    head.push(TABLE_VALUES);
    body.push(values);
  }
  return renderTable(head, body.map((column) => Array.from({ length: rows.length }, (_, row) => column[row] ?? '')));
}

/** The global console: writes through the host's sink. */
export function createConsole(sink = (stream, text) => native.host.write(stream, text), colorMode = false) {
  const made = new Console({ sink, colorMode });
  Object.setPrototypeOf(made, {});
  Object.defineProperty(made, 'Console', { value: Console, writable: true, configurable: true });
  Object.defineProperty(made, Symbol.toStringTag, { value: 'console', configurable: true });
  return made;
}
