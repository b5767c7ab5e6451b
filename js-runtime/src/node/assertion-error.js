/** AssertionError and the sentences and line differences Node prints in it. */
import { builtin } from './registry.js';

const HEADLINES = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notIdentical: 'Values have same structure but are not reference-equal:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
};
const MAX_SHORT = 12;
const MAX_LINES = 50;
/** Unchanged lines kept around a change. */
const CONTEXT = 2;

function show(value) {
  return builtin('internal/inspect').inspect(value, {
    compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity, showHidden: false, showProxy: false, sorted: true, getters: true, breakLength: Infinity,
  });
}

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Longest common subsequence of lines; falls back to "all changed" where that would cost too much. */
function commonLines(left, right) {
  if (left.length * right.length > 4_000_000) {
    return [];
  }
  const sizes = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      sizes[row][column] = sameLine(left[row], right[column]) ? sizes[row + 1][column + 1] + 1 : Math.max(sizes[row + 1][column], sizes[row][column + 1]);
    }
  }
  const pairs = [];
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (sameLine(left[row], right[column])) {
      pairs.push([row, column]);
      row += 1;
      column += 1;
    } else if (sizes[row + 1][column] >= sizes[row][column + 1]) {
      row += 1;
    } else {
      column += 1;
    }
  }
  return pairs;
}

/** A comma that only stands there because more lines follow is no difference. */
function sameLine(left, right) {
  return left === right || `${left},` === right || left === `${right},`;
}

function differenceLines(actual, expected) {
  const lines = [];
  let [row, column] = [0, 0];
  const upTo = (nextRow, nextColumn) => {
    for (; row < nextRow; row += 1) {
      lines.push(`+ ${actual[row]}`);
    }
    for (; column < nextColumn; column += 1) {
      lines.push(`- ${expected[column]}`);
    }
  };
  for (const [nextRow, nextColumn] of commonLines(actual, expected)) {
    upTo(nextRow, nextColumn);
    lines.push(`  ${actual[row].endsWith(',') ? actual[row] : expected[column]}`);
    row += 1;
    column += 1;
  }
  upTo(actual.length, expected.length);
  return lines;
}

/** Leaves out long unchanged stretches. */
function shorten(lines) {
  const kept = [];
  let skipped = false;
  lines.forEach((line, index) => {
    const near = lines.slice(Math.max(0, index - CONTEXT - 1), index + CONTEXT + 2).some((other) => !other.startsWith('  '));
    if (near) {
      kept.push(line);
    } else if (kept.at(-1) !== '...') {
      kept.push('...');
      skipped = true;
    }
  });
  if (kept.length > MAX_LINES) {
    kept.splice(MAX_LINES, kept.length, '...');
    skipped = true;
  }
  return { kept, skipped };
}

function differenceMessage(actual, expected, operatorGiven) {
  let operator = operatorGiven;
  const left = show(actual);
  const right = show(expected);
  const [leftLines, rightLines] = [left.split('\n'), right.split('\n')];
  if (operator === 'strictEqual' && isObject(actual) && isObject(expected)) {
    operator = 'strictEqualObject';
  }
  let indicator = '';
  if (leftLines.length === 1 && rightLines.length === 1 && left !== right) {
    const length = left.length + right.length;
    if (length <= MAX_SHORT) {
      if (!isObjectOnly(actual) && !isObjectOnly(expected) && (actual !== 0 || expected !== 0)) {
        return `${HEADLINES[operator]}\n\n${left} !== ${right}\n`;
      }
    } else if (operator !== 'strictEqualObject' && length < 80) {
      let same = 0;
      while (left[same] === right[same]) {
        same += 1;
      }
      if (same > 2) {
        indicator = `\n  ${' '.repeat(same)}^`;
      }
    }
  }
  if (left === right) {
    const lines = leftLines.length > MAX_LINES ? [...leftLines.slice(0, MAX_LINES), '...'] : leftLines;
    return `${HEADLINES.notIdentical}\n\n${lines.join('\n')}\n`;
  }
  const { kept, skipped } = shorten(differenceLines(leftLines, rightLines));
  return `${HEADLINES[operator]}\n+ actual - expected${skipped ? ' ... Lines skipped' : ''}\n\n${kept.join('\n')}${indicator}`;
}

const isObjectOnly = (value) => typeof value === 'object' && value !== null;

function unequalMessage(actual, operator) {
  let headline = HEADLINES[operator];
  const lines = show(actual).split('\n');
  if (operator === 'notStrictEqual' && isObject(actual)) {
    headline = HEADLINES.notStrictEqualObject;
  }
  if (lines.length > MAX_LINES) {
    lines.splice(MAX_LINES, lines.length, '...');
  }
  return lines.length === 1 ? `${headline}${lines[0].length > 5 ? '\n\n' : ' '}${lines[0]}` : `${headline}\n\n${lines.join('\n')}\n`;
}

function otherMessage(actual, expected, operator) {
  let left = show(actual);
  let right = show(expected);
  if (operator === 'deepEqual') {
    return `${HEADLINES.deepEqual}\n\n${left}\n\nshould loosely deep-equal\n\n${right}`;
  }
  if (operator === 'notDeepEqual' && left === right) {
    return `${HEADLINES.notDeepEqual}\n\n${left}`;
  }
  if (left.length > 512) {
    left = `${left.slice(0, 509)}...`;
  }
  if (right.length > 512) {
    right = `${right.slice(0, 509)}...`;
  }
  if (operator === 'notDeepEqual') {
    return `${HEADLINES.notDeepEqualUnequal}\n\n${left}\n\nshould not loosely deep-equal\n\n${right}`;
  }
  return operator === 'notEqual' ? `${left} != ${right}` : `${left} ${operator} ${right}`;
}

function makeMessage({ actual, expected, operator }) {
  switch (operator) {
    case 'deepStrictEqual':
    case 'strictEqual':
      return differenceMessage(actual, expected, operator);
    case 'notDeepStrictEqual':
    case 'notStrictEqual':
      return unequalMessage(actual, operator);
    default:
      return otherMessage(actual, expected, operator);
  }
}

export class AssertionError extends Error {
  constructor(options) {
    const { message, operator, stackStartFn, actual, expected } = options;
    super(message === undefined ? makeMessage(options) : String(message));
    this.generatedMessage = message === undefined;
    Object.defineProperty(this, 'name', { value: 'AssertionError [ERR_ASSERTION]', enumerable: false, writable: true, configurable: true });
    this.code = 'ERR_ASSERTION';
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    Error.captureStackTrace(this, stackStartFn ?? options.stackStartFunction);
    void this.stack;
    this.name = 'AssertionError';
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}
