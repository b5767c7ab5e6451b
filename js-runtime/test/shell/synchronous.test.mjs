/** The step of the bundler that makes the shell's driver: what it does to each form, and that no source of the driver holds one it can't turn. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withoutAsync } from '../../bundle-synchronous.mjs';

const driver = fileURLToPath(new URL('../../src/driver/', import.meta.url));

test('every form becomes plain', () => {
  const forms = [
    ['async function a() { return await b(); }', 'function a() { return b(); }'],
    ['class A { async #b() {} static async c() {} async [Symbol.asyncDispose]() {} }', 'class A { #b() {} static c() {} [Symbol.asyncDispose]() {} }'],
    ['const a = async (b) => (await b).c;', 'const a = (b) => (b).c;'],
    ['for await (const a of b) c(await a);', 'for (const a of b) c(a);'],
    ['[Symbol.asyncIterator]() {}', '[Symbol.iterator]() {}'],
    ['await this.close().catch(() => {});', 'this.close();'],
    ['const asynchronous = isAsync;', 'const asynchronous = isAsync;'],
  ];
  for (const [before, after] of forms) {
    assert.equal(withoutAsync(before), after);
  }
});

test('no source of the driver waits for anything afterwards', () => {
  const files = readdirSync(driver, { recursive: true }).filter((name) => name.endsWith('.js'));
  assert.ok(files.length > 50);
  for (const name of files) {
    const code = withoutAsync(readFileSync(path.join(driver, name), 'utf8')).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
    assert.doesNotMatch(code.replace(/'[^'\n]*'|`[^`]*`/g, "''"), /\b(?:async|await)\b/, name);
  }
});
