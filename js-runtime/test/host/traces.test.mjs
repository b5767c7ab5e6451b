// Whatever a script does to the objects that others use too is found; what it does with its own is not. Each case has a realm to itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const source = readFileSync(new URL('../../src/host/traces.js', import.meta.url), 'utf8').replace('export function', 'globalThis.rememberWorld = function');

/** A realm with a class of ours in it, remembered. */
function realm() {
  const context = vm.createContext({});
  // Newer than this Node.
  vm.runInContext('globalThis.Iterator ??= { from: () => ({ map: () => ({}) }) };', context);
  vm.runInContext(`'use strict'; { ${source} }`, context);
  return vm.runInContext(
    `globalThis.Driver = class Driver { static made = 0; static settings = { retries: 1, names: ['a'] }; find() {} get name() { return 'driver'; } };
     globalThis.driver = new Driver();
     const isUnchanged = rememberWorld({ roots: [Object, ...Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name])], surface: [globalThis], counters: new Map([[Driver, ['made']]]) });
     ({ isUnchanged, run: (text) => (0, eval)(text) })`,
    context,
  );
}

const TRACES = [
  'globalThis.left = 1;',
  'undeclared = 1;',
  'var declared = 1;',
  'delete globalThis.escape;',
  'globalThis.Promise = class {};',
  'Object.prototype.toJSON = () => 1;',
  'Object.prototype.value = 1;',
  "Object.defineProperty(Object.prototype, 'get', { get() { throw new Error('looked'); } });",
  'Array.prototype.map = () => [];',
  'Array.prototype[Symbol.iterator] = null;',
  "Object.defineProperty(Array.prototype, '0', { get: () => 1 });",
  'Array.prototype.push(1);',
  'Promise.race = () => 1;',
  'JSON.parse = () => 1;',
  'Math.PIE = 3;',
  'delete Math.PI2; delete Math.max;',
  "Object.defineProperty(Math, 'max', { get: () => { throw new Error('looked'); } });",
  'Error.stackTraceLimit = 0;',
  'Error.prepareStackTrace = () => 1;',
  "Object.defineProperty(Error.prototype, 'message', { get: () => 1 });",
  "Object.defineProperty(Map.prototype, 'size', { get: () => 1 });",
  'Object.setPrototypeOf(Number.prototype, {});',
  'Object.setPrototypeOf(Number, {});',
  'Object.freeze(Array.prototype);',
  'Array.prototype.map.cache = {};',
  "Object.setPrototypeOf(Math.max, new Proxy({}, { ownKeys() { throw new Error('looked'); } }));",
  "Object.setPrototypeOf(Function.prototype, new Proxy({}, { ownKeys() { throw new Error('looked'); } }));",
  "Object.getPrototypeOf(async () => {}).extra = 1;",
  "Object.getPrototypeOf(Object.getPrototypeOf(function* () {}).prototype).next = 1;",
  "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true });",
  "Object.getPrototypeOf(new Map()[Symbol.iterator]()).next = null;",
  "Object.getPrototypeOf('a'.matchAll(/a/g)).next = null;",
  'Driver.prototype.find = () => 1;',
  'Driver.prototype.added = () => 1;',
  "Object.defineProperty(Driver.prototype, 'name', { get: () => 'other' });",
  'Driver.settings.retries = 2;',
  "Driver.settings.names.push('b');",
  'driver.extra = 1;',
  'Symbol.prototype[Symbol.toPrimitive] ; Symbol.extra = 1;',
  'RegExp.prototype.exec = () => null;',
  'Uint8Array.prototype.set = () => 1;',
  "Object.defineProperty(Object.getPrototypeOf(Uint8Array.prototype), 'length', { get: () => 1 });",
];

const NO_TRACES = [
  'Driver.made += 1;',
  'const own = { a: 1 }; own.b = 2; Object.freeze(own);',
  'class Own extends Driver { more() {} } new Own().more(); Own.extra = 1;',
  "new Map([[1, 2]]).set(3, 4); [1, 2].map(String); JSON.parse('{}'); /a/.exec('a'); new Date(); 'a'.replace(/a/, 'b');",
  'Promise.resolve(1).then(() => {}); (async () => { for await (const one of [1]) { void one; } })();',
  'new Uint8Array(4).fill(1); new Error("a").stack;',
];

for (const text of TRACES) {
  test(`found: ${text}`, () => {
    const { isUnchanged, run } = realm();
    assert.equal(isUnchanged(), true);
    run(text);
    assert.equal(isUnchanged(), false);
  });
}

for (const text of NO_TRACES) {
  test(`not taken for a trace: ${text}`, () => {
    const { isUnchanged, run } = realm();
    run(text);
    assert.equal(isUnchanged(), true);
  });
}
