/**
 * Describes whatever a script threw in plain data for the host: class, message, the user's frames only, the server's facts.
 * Decides nothing; crates/mmk-runtime/src/script_error.rs reads it.
 */
import { EJSON } from '../bson/index.js';
import { syntaxPlace } from '../modules/index.js';
import { firstPlace } from '../node/stack-frame.js';

/** Fields of a server error worth keeping beside its code. */
const SERVER_FIELDS = ['keyPattern', 'keyValue', 'errInfo', 'writeErrors', 'writeConcernError', 'errorLabels'];

/**
 * @param {unknown} error what was thrown
 * @param {'syntax'|'load'|'export'|'thrown'|'commit'} kind
 * @param {object} [extra] fields that win over the described ones
 */
export function describeFailure(error, kind, extra = {}) {
  if (!(error instanceof Error) && !isErrorLike(error)) {
    return { kind, name: 'Error', message: `the script threw ${show(error)}, which is no Error`, stack: '', ...extra };
  }
  const stack = userStack(error);
  const syntax = kind === 'load' ? syntaxPlace(error) : null;
  return {
    kind: syntax ? 'syntax' : kind,
    name: text(error.name) || 'Error',
    message: text(error.message),
    stack,
    code: error.code === undefined || error.code === null ? undefined : text(error.code),
    codeName: typeof error.codeName === 'string' ? error.codeName : undefined,
    details: serverDetails(error),
    location: syntax ?? firstPlace(stack),
    ...extra,
  };
}

function isErrorLike(value) {
  return typeof value === 'object' && value !== null && typeof value.message === 'string' && typeof value.stack === 'string';
}

function text(value) {
  try {
    return String(value);
  } catch {
    return '';
  }
}

function show(value) {
  return typeof value === 'string' ? JSON.stringify(value) : text(value);
}

/** As many causes as anybody reads; a chain may have no end. */
const MOST_CAUSES = 20;

/** The stack without our own frames, followed by the causes'. */
function userStack(error) {
  const seen = new Set();
  const parts = [];
  for (let current = error; current && !seen.has(current) && seen.size <= MOST_CAUSES; current = current.cause) {
    seen.add(current);
    if (typeof current !== 'object') {
      break;
    }
    const lines = text(current.stack).split('\n').filter((line) => !isOurs(line));
    parts.push((parts.length === 0 ? '' : '[cause]: ') + lines.join('\n'));
  }
  return parts.join('\n');
}

function isOurs(line) {
  return /^\s+at /.test(line) && /ext:(mmk|core|deno_web|deno_webidl)\//.test(line);
}

function serverDetails(error) {
  const details = {};
  for (const field of SERVER_FIELDS) {
    const value = error[field] ?? error.errorResponse?.[field];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      details[field] = value;
    }
  }
  if (Object.keys(details).length === 0) {
    return undefined;
  }
  try {
    return EJSON.stringify(details, { relaxed: true });
  } catch {
    return undefined;
  }
}
