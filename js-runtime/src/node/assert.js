/** `assert` and `assert/strict`. */
import { builtin, native } from './registry.js';
import { AssertionError } from './assertion-error.js';
import { invalidArgType, nodeError, validateFunction } from './errors.js';
import { isDeepEqual } from './deep-equal.js';
import { firstPlace } from './stack-frame.js';

function fail(options) {
  if (options.message instanceof Error) {
    throw options.message;
  }
  const error = new AssertionError(options);
  error.generatedMessage = options.generated ?? error.generatedMessage;
  throw error;
}

function checkArguments(count) {
  if (count < 2) {
    throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "actual" and "expected" arguments must be specified');
  }
}

/** What was asserted, as it is written in the file; where it can't be read, just that it does not hold. */
function describeCall(stackStartFn) {
  const site = {};
  Error.captureStackTrace(site, stackStartFn);
  const { file, line, column } = firstPlace(site.stack) ?? {};
  const path = file?.startsWith('file:') ? decodeURIComponent(new URL(file).pathname) : file;
  const call = path === undefined ? null : native.ops?.op_mmk_modules_call_at?.(path, line, column);
  if (!call) {
    return 'The expression evaluated to a falsy value';
  }
  const [first, ...rest] = call.text.split('\n');
  const indent = new RegExp(`^[ \\t]{0,${call.column}}`);
  const shown = [first, ...rest.map((one) => `  ${one.replace(indent, '')}`)].join('\n');
  return `The expression evaluated to a falsy value:\n\n  ${shown}\n`;
}

function okWith(stackStartFn, args) {
  const [value, message] = args;
  if (value) {
    return;
  }
  const generated = args.length === 0 ? 'No value argument passed to `assert.ok()`' : message === undefined || message === null;
  const text = args.length === 0 ? generated : generated ? describeCall(stackStartFn) : message;
  if (text instanceof Error) {
    throw text;
  }
  const error = new AssertionError({ actual: value, expected: true, message: text, operator: '==', stackStartFn });
  error.generatedMessage = Boolean(generated);
  throw error;
}

export function assert(...args) {
  okWith(assert, args);
}

assert.ok = function ok(...args) {
  okWith(ok, args);
};

assert.AssertionError = AssertionError;

assert.fail = function failNow(message) {
  if (message instanceof Error) {
    throw message;
  }
  const error = new AssertionError({ message: message ?? 'Failed', operator: 'fail', stackStartFn: failNow });
  error.generatedMessage = message === undefined;
  throw error;
};

/** One comparing method per row: name, the test, and the operator it reports. */
const COMPARISONS = [
  // eslint-disable-next-line eqeqeq
  ['equal', (actual, expected) => actual == expected || (Number.isNaN(actual) && Number.isNaN(expected)), '=='],
  // eslint-disable-next-line eqeqeq
  ['notEqual', (actual, expected) => !(actual == expected || (Number.isNaN(actual) && Number.isNaN(expected))), '!='],
  ['strictEqual', Object.is, 'strictEqual'],
  ['notStrictEqual', (actual, expected) => !Object.is(actual, expected), 'notStrictEqual'],
  ['deepEqual', (actual, expected) => isDeepEqual(actual, expected, 'loose'), 'deepEqual'],
  ['notDeepEqual', (actual, expected) => !isDeepEqual(actual, expected, 'loose'), 'notDeepEqual'],
  ['deepStrictEqual', (actual, expected) => isDeepEqual(actual, expected, 'strict'), 'deepStrictEqual'],
  ['notDeepStrictEqual', (actual, expected) => !isDeepEqual(actual, expected, 'strict'), 'notDeepStrictEqual'],
];

for (const [name, holds, operator] of COMPARISONS) {
  assert[name] = {
    [name](actual, expected, message) {
      checkArguments(arguments.length);
      if (!holds(actual, expected)) {
        fail({ actual, expected, message, operator, stackStartFn: assert[name] });
      }
    },
  }[name];
}

function matchesExpected(actual, expected, message, stackStartFn) {
  if (expected === undefined) {
    return;
  }
  const operator = stackStartFn.name;
  if (typeof expected !== 'function') {
    if (builtin('util').types.isRegExp(expected)) {
      if (!expected.test(String(actual))) {
        const { inspect } = builtin('internal/inspect');
        fail({ actual, expected, operator, stackStartFn, generated: message === undefined, message: message ?? `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(actual))}\n` });
      }
      return;
    }
    compareProperties(actual, expected, message, stackStartFn);
    return;
  }
  if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  }
  if (Object.prototype.isPrototypeOf.call(Error, expected)) {
    if (message === undefined) {
      const { inspect } = builtin('internal/inspect');
      const received = actual instanceof Error ? actual.constructor?.name : inspect(actual, { depth: -1 });
      fail({ actual, expected, operator, stackStartFn, generated: true, message: `The error is expected to be an instance of "${expected.name}". Received "${received}"${actual?.message ? `\n\nError message:\n\n${actual.message}` : ''}` });
    }
    fail({ actual, expected, operator, stackStartFn, message });
  }
  if (Reflect.apply(expected, {}, [actual]) !== true) {
    const { inspect } = builtin('internal/inspect');
    const named = expected.name ? `"${expected.name}" ` : '';
    fail({ actual, expected, operator, stackStartFn, generated: message === undefined, message: message ?? `The ${named}validation function is expected to return "true". Received ${inspect(false)}${actual instanceof Error ? `\n\nCaught error:\n\n${actual.stack}` : ''}` });
  }
}

function compareProperties(actual, expected, message, stackStartFn) {
  if (typeof actual !== 'object' || actual === null) {
    fail({ actual, expected, message, operator: 'deepStrictEqual', stackStartFn });
  }
  const keys = Object.keys(expected);
  if (expected instanceof Error) {
    keys.push('name', 'message');
  } else if (keys.length === 0) {
    throw nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', `The argument 'error' may not be an empty object. Received {}`);
  }
  for (const key of keys) {
    const pattern = builtin('util').types.isRegExp(expected[key]);
    if (typeof actual[key] === 'string' && pattern && expected[key].test(actual[key])) {
      continue;
    }
    if (!(key in actual) || !isDeepEqual(actual[key], expected[key], 'strict')) {
      failComparison(actual, expected, keys, message, stackStartFn);
    }
  }
}

/** Only its name is printed. */
class Comparison {
  constructor(source, keys) {
    keys.filter((key) => key in source).forEach((key) => {
      this[key] = source[key];
    });
  }
}
Object.defineProperty(Comparison, 'name', { value: 'Comparison' });

function failComparison(actual, expected, keys, message, stackStartFn) {
  if (message instanceof Error) {
    throw message;
  }
  const [left, right] = [new Comparison(actual, keys), new Comparison(expected, keys)];
  const error = new AssertionError({ actual: left, expected: right, message, operator: 'deepStrictEqual', stackStartFn });
  throw Object.assign(error, { actual, expected, operator: stackStartFn.name });
}

function readExpectation(error, message, stackStartFn) {
  if (typeof error === 'string') {
    if (message !== undefined) {
      throw invalidArgType('error', ['Object', 'Error', 'function', 'RegExp'], error);
    }
    return { message: error };
  }
  if (error !== undefined && error !== null && typeof error !== 'object' && typeof error !== 'function') {
    throw invalidArgType('error', ['Object', 'Error', 'function', 'RegExp'], error);
  }
  void stackStartFn;
  return { expected: error ?? undefined, message };
}

function expectThrow(stackStartFn, caught, error, message) {
  const wanted = readExpectation(error, message, stackStartFn);
  if (caught === undefined) {
    const named = typeof wanted.expected === 'function' && wanted.expected.name ? ` (${wanted.expected.name})` : '';
    const kind = stackStartFn.name === 'rejects' ? 'rejection' : 'exception';
    const detail = wanted.message ? `: ${wanted.message}` : '.';
    fail({ actual: undefined, expected: wanted.expected, operator: stackStartFn.name, message: `Missing expected ${kind}${named}${detail}`, stackStartFn });
  }
  matchesExpected(caught.error, wanted.expected, wanted.message, stackStartFn);
}

function expectNoThrow(stackStartFn, caught, error, message) {
  if (caught === undefined) {
    return;
  }
  const wanted = readExpectation(error, message, stackStartFn);
  const matches = wanted.expected === undefined || (typeof wanted.expected === 'function' && caught.error instanceof wanted.expected) || (wanted.expected instanceof RegExp && wanted.expected.test(String(caught.error)));
  if (!matches) {
    throw caught.error;
  }
  const kind = stackStartFn.name === 'doesNotReject' ? 'rejection' : 'exception';
  const detail = wanted.message ? `: ${wanted.message}` : '.';
  fail({ actual: caught.error, expected: wanted.expected, operator: stackStartFn.name, stackStartFn, message: `Got unwanted ${kind}${detail}\nActual message: "${caught.error?.message}"` });
}

function caughtBy(callback) {
  validateFunction(callback, 'fn');
  try {
    callback();
  } catch (error) {
    return { error };
  }
  return undefined;
}

async function rejectionOf(promiseOrFunction) {
  let promise = promiseOrFunction;
  if (typeof promise === 'function') {
    promise = promise();
    if (typeof promise?.then !== 'function') {
      throw nodeError(TypeError, 'ERR_INVALID_RETURN_VALUE', 'Expected instance of Promise to be returned from the "promiseFn" function.');
    }
  } else if (typeof promise?.then !== 'function') {
    throw invalidArgType('promiseFn', ['function', 'Promise'], promise);
  }
  try {
    await promise;
  } catch (error) {
    return { error };
  }
  return undefined;
}

assert.throws = function throws(callback, error, message) {
  expectThrow(throws, caughtBy(callback), error, message);
};
assert.doesNotThrow = function doesNotThrow(callback, error, message) {
  expectNoThrow(doesNotThrow, caughtBy(callback), error, message);
};
assert.rejects = async function rejects(promise, error, message) {
  expectThrow(rejects, await rejectionOf(promise), error, message);
};
assert.doesNotReject = async function doesNotReject(promise, error, message) {
  expectNoThrow(doesNotReject, await rejectionOf(promise), error, message);
};

assert.ifError = function ifError(value) {
  if (value === null || value === undefined) {
    return;
  }
  const text = typeof value === 'object' && typeof value.message === 'string' ? value.message || value.constructor.name : builtin('internal/inspect').inspect(value);
  const error = new AssertionError({ actual: value, expected: null, operator: 'ifError', message: `ifError got unwanted exception: ${text}`, stackStartFn: ifError });
  throw error;
};

function matchText(method, text, pattern, message, wanted) {
  if (!builtin('util').types.isRegExp(pattern)) {
    throw invalidArgType('regexp', 'RegExp', pattern);
  }
  if (typeof text === 'string' && pattern.test(text) === wanted) {
    return;
  }
  const { inspect } = builtin('internal/inspect');
  const sentence = typeof text !== 'string'
    ? `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`
    : `The input ${wanted ? 'did not match' : 'was expected to not match'} the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`;
  fail({ actual: text, expected: pattern, generated: message === undefined, message: message ?? sentence, operator: method.name, stackStartFn: method });
}

assert.match = function match(text, pattern, message) {
  matchText(match, text, pattern, message, true);
};
assert.doesNotMatch = function doesNotMatch(text, pattern, message) {
  matchText(doesNotMatch, text, pattern, message, false);
};

function strict(...args) {
  okWith(strict, args);
}
assert.strict = Object.assign(strict, assert, {
  equal: assert.strictEqual,
  deepEqual: assert.deepStrictEqual,
  notEqual: assert.notStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;

export default assert;
