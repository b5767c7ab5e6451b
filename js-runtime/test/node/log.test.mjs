/** The migration's `log`: pino's ways of calling it, one readable line each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import './host.mjs';
import { createLog } from '../../src/host/log.js';

function recorded(options) {
  const lines = [];
  return { lines, log: createLog({ ...options, write: (stream, text) => lines.push(`${stream} ${text}`) }) };
}

test('message, placeholders, fields first', () => {
  const { lines, log } = recorded({ level: 'trace' });
  log.info('copied %d of %s', 5, 'users');
  log.warn({ updated: 3 }, 'slow %s', 'query');
  log.debug({ a: { b: { c: 1 } } });
  log.trace({ msg: 'inside', n: 1 });
  assert.deepEqual(lines, ['1 info  copied 5 of users\n', '2 warn  slow query { updated: 3 }\n', '1 debug { a: { b: { c: 1 } } }\n', '1 trace inside { n: 1 }\n']);
});

test('errors keep their stack', () => {
  const { lines, log } = recorded({ level: 'info' });
  const error = new TypeError('broken');
  log.error(error);
  log.error(error, 'while copying');
  log.fatal({ err: error, id: 7 }, 'gave up');
  assert.match(lines[0], /^2 error broken\n {4}TypeError: broken\n +at /);
  assert.match(lines[1], /^2 error while copying\n {4}TypeError: broken/);
  assert.match(lines[2], /^2 fatal gave up \{ id: 7 \}\n {4}TypeError: broken/);
});

test('levels', () => {
  const { lines, log } = recorded({ level: 'warn' });
  log.info('unseen');
  assert.equal(log.isLevelEnabled('info'), false);
  log.level = 'debug';
  log.debug('seen');
  assert.equal(log.isLevelEnabled('info'), true);
  assert.deepEqual(lines, ['1 debug seen\n']);
  assert.throws(() => {
    log.level = 'loud';
  }, /unknown level loud/);
});

test('children carry their fields, secrets are hidden', () => {
  const { lines, log } = recorded({ level: 'info' });
  log.child({ job: 'x' }).child({ part: 2 }).info({ password: 'p', token: 't' }, 'go');
  assert.deepEqual(lines, ["1 info  go { job: 'x', part: 2, password: '[Redacted]', token: '[Redacted]' }\n"]);
});
