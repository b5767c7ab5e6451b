/**
 * The `log` a migration is given: pino's calling convention, printed as one readable line per call. Fields whose names mean a
 * secret are never printed.
 */
import { builtin, native } from '../node/registry.js';
import { formatArguments } from './console.js';

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity };
const METHODS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const SECRET = /^(password|passwd|pwd|token|secret|authorization|api[-_]?key)$/i;

function levelValue(level) {
  const value = LEVELS[String(level).toLowerCase()];
  if (value === undefined) {
    throw new Error(`unknown level ${level}`);
  }
  return value;
}

/** Splits pino's arguments: an optional object or error first, then a message with printf arguments. */
function readArguments(args) {
  const [first, ...rest] = args;
  if (first instanceof Error) {
    return { error: first, fields: {}, text: rest.length > 0 ? formatArguments(rest, false) : first.message };
  }
  if (first !== null && typeof first === 'object') {
    const { err, error, msg, ...fields } = first;
    const cause = [err, error].find((item) => item instanceof Error);
    const kept = { ...fields };
    if (err !== undefined && err !== cause) {
      kept.err = err;
    }
    if (error !== undefined && error !== cause) {
      kept.error = error;
    }
    const text = rest.length > 0 ? formatArguments(rest, false) : (msg ?? cause?.message ?? '');
    return { error: cause, fields: kept, text: String(text) };
  }
  return { fields: {}, text: formatArguments(args, false) };
}

function hideSecrets(fields) {
  const shown = {};
  for (const [key, value] of Object.entries(fields)) {
    shown[key] = SECRET.test(key) ? '[Redacted]' : value;
  }
  return shown;
}

function lineOf(level, bindings, { error, fields, text }) {
  const shown = hideSecrets({ ...bindings, ...fields });
  const parts = [level.padEnd(5)];
  if (text !== '') {
    parts.push(text);
  }
  if (Object.keys(shown).length > 0) {
    parts.push(builtin('internal/inspect').inspect(shown, { breakLength: Infinity, compact: true, depth: 4 }));
  }
  let line = parts.join(' ');
  if (error !== undefined) {
    const stack = builtin('internal/inspect').inspect(error);
    line += `\n${stack.replace(/^/gm, '    ')}`;
  }
  return line;
}

function defaultLevel() {
  const wanted = builtin('process').env.LOG_LEVEL;
  return wanted !== undefined && LEVELS[wanted.toLowerCase()] !== undefined ? wanted.toLowerCase() : 'info';
}

/**
 * @param {{write?: (stream: 1|2, text: string) => void, level?: string, bindings?: object}} [options]
 */
export function createLog({ write = (stream, text) => native.host.write(stream, text), level, bindings = {} } = {}) {
  let current = level;
  const currentLevel = () => (current ??= defaultLevel());
  const log = {
    child(more, options) {
      return createLog({ write, level: options?.level ?? currentLevel(), bindings: { ...bindings, ...more } });
    },
    isLevelEnabled: (name) => levelValue(name) >= levelValue(currentLevel()),
    bindings: () => ({ ...bindings }),
    flush() {},
    silent() {},
  };
  for (const name of METHODS) {
    log[name] = (...args) => {
      if (args.length === 0 || LEVELS[name] < levelValue(currentLevel())) {
        return;
      }
      write(LEVELS[name] >= LEVELS.warn ? 2 : 1, `${lineOf(name, bindings, readArguments(args))}\n`);
    };
  }
  Object.defineProperty(log, 'level', {
    get: currentLevel,
    set(next) {
      levelValue(next);
      current = next;
    },
    enumerable: true,
  });
  log.levels = { values: Object.fromEntries(METHODS.map((name) => [name, LEVELS[name]])) };
  return log;
}
