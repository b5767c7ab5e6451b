/** Our console and Node's, called alike, must write the same text to the same streams. */
import assert from 'node:assert/strict';
import { Console as NodeConsole } from 'node:console';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { loadOurs } from './host.mjs';
import { Console, createConsole, formatDuration } from '../../src/host/console.js';

function collector() {
  const seen = { out: '', err: '' };
  const stream = (name) => new Writable({
    write(chunk, _encoding, callback) {
      seen[name] += chunk;
      callback();
    },
  });
  return { seen, stdout: stream('out'), stderr: stream('err') };
}

/** @param {(console: Console) => void} use */
function both(use) {
  const theirs = collector();
  use(new NodeConsole({ stdout: theirs.stdout, stderr: theirs.stderr, colorMode: false }));
  const ours = collector();
  use(new Console({ stdout: ours.stdout, stderr: ours.stderr }));
  assert.deepEqual(ours.seen, theirs.seen);
}

test('plain text, numbers and placeholders', () => {
  both((console) => {
    console.log();
    console.log('a', 1, true, null, undefined, -0, 1n, Symbol('s'));
    console.log('%s is %d years', 'Ann', 5, { more: [1, { deep: { deeper: { deepest: 1 } } }] });
    console.info(['x'], new Map([[1, { a: 2 }]]));
    console.debug('100%', 'sure');
    console.warn('to', { standard: 'error' });
    console.error(new Set([1]));
    console.log('%', 1);
  });
});

test('groups indent every line', () => {
  both((console) => {
    console.group('first', 1);
    console.log('two\nlines');
    console.groupCollapsed();
    console.error({ a: 'x'.repeat(80), b: 'y'.repeat(10) });
    console.groupEnd();
    console.groupEnd();
    console.groupEnd();
    console.log('out');
  });
});

test('counters, assertions, dir', () => {
  both((console) => {
    console.count();
    console.count('x');
    console.count('x');
    console.countReset('x');
    console.count('x');
    console.assert(true, 'never');
    console.assert(false);
    console.assert(false, 'said %s', 'so');
    console.assert(false, { a: 1 });
    console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
    console.dirxml({ a: 1 }, [2]);
  });
});

test('tables', () => {
  both((console) => {
    console.table([[1, 2], [3, 4]]);
    console.table([{ a: 1, b: 'x' }, { a: { z: 1, y: 2, w: 3 }, c: [1, 2, 3, 4, 5] }]);
    console.table(new Map([['a', 1], ['b', { x: 1 }]]));
    console.table(new Set([1, 'ü', '日本']));
    console.table([1, 'a', { q: 1 }]);
    console.table([{ a: 1, b: 2 }], ['b']);
    console.table({ row: { a: 1 }, other: { b: 2 } });
    console.table([]);
    console.table('text');
    console.table(5);
  });
});

test('durations are worded as Node does', () => {
  assert.equal(formatDuration(0.1234), '0.123ms');
  assert.equal(formatDuration(1500), '1.500s');
  assert.equal(formatDuration(62345), '1:02.345 (m:ss.mmm)');
  assert.equal(formatDuration(3_723_000), '1:02:03 (h:mm:ss)');
});

test('timers name their label, and methods need no this', () => {
  const seen = [];
  const { time, timeLog, timeEnd, log } = createConsole((stream, text) => seen.push([stream, text]));
  time('load');
  timeLog('load', 'half', { done: 1 });
  timeEnd('load');
  ['x', 'y'].forEach(log);
  assert.match(seen[0][1], /^load: [\d.]+m?s half \{ done: 1 \}\n$/);
  assert.match(seen[1][1], /^load: [\d.]+m?s\n$/);
  assert.deepEqual(seen.slice(2), [[1, 'x 0 x,y\n'.replace('x,y', "[ 'x', 'y' ]")], [1, "y 1 [ 'x', 'y' ]\n"]]);
});

test('trace shows the caller', () => {
  const seen = [];
  createConsole((stream, text) => seen.push([stream, text])).trace('here %d', 1);
  assert.equal(seen[0][0], 2);
  assert.match(seen[0][1], /^Trace: here 1\n {4}at .*console\.test\.mjs/);
});

void loadOurs;
