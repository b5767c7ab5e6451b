/** What compatibility changes without a server: options, BSON classes, callbacks. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as bson from 'bson';

import { adaptBsonClasses } from '../../src/driver/compat/bson_classes.js';
import { withCallback } from '../../src/driver/compat/callbacks.js';
import { acceptOlderOptions } from '../../src/driver/compat/client_options.js';

class Client {
  constructor(uri, options) {
    this.uri = uri;
    this.options = options;
  }
}

test('options without effect are taken out, renamed ones translated, others left alone', () => {
  const Adapted = acceptOlderOptions(Client);
  const client = new Adapted('mongodb://h/db?useNewUrlParser=true&poolSize=3&w=1', {
    useUnifiedTopology: true,
    poolSize: 5,
    sslValidate: false,
    auth: { user: 'u', password: 'p' },
    retryWrites: true,
    nonsense: 1,
  });
  assert.equal(client.uri, 'mongodb://h/db?maxPoolSize=3&w=1');
  assert.deepEqual(client.options, {
    maxPoolSize: 5,
    tlsAllowInvalidCertificates: true,
    auth: { username: 'u', password: 'p' },
    retryWrites: true,
    nonsense: 1,
  });
  assert.ok(client instanceof Client && client instanceof Adapted);
  assert.ok(new (class extends Adapted {})('mongodb://h') instanceof Adapted);
});

test('ids of majors 3 and 4 can be made without new, from numbers and from twelve characters', () => {
  const { ObjectId, ObjectID, Binary } = adaptBsonClasses(bson, 4);
  const id = ObjectId('64b7f0000000000000000001');
  assert.ok(id instanceof bson.ObjectId && id instanceof ObjectId);
  assert.equal(ObjectID, ObjectId);
  assert.equal(new ObjectId('xxxxxxxxxxxx').toHexString(), '78'.repeat(12));
  assert.equal(ObjectId(5).getTimestamp().getTime(), 5000);
  assert.ok(ObjectId.isValid(5) && ObjectId.isValid('xxxxxxxxxxxx') && !ObjectId.isValid('zz') && !ObjectId.isValid(null));
  assert.ok(ObjectId.createFromHexString('64b7f0000000000000000001').equals(id));
  assert.equal(Binary(new Uint8Array(2)).length(), 2);
  assert.throws(() => new ObjectId('zz'), { name: 'BSONTypeError' });
});

test('from 5 on classes need new, and 6 takes no twelve characters', () => {
  const five = adaptBsonClasses(bson, 5);
  assert.throws(() => five.ObjectId('64b7f0000000000000000001'), /cannot be invoked without 'new'/);
  assert.ok(new five.ObjectId('xxxxxxxxxxxx'));
  assert.equal(five.ObjectID, undefined);
  const six = adaptBsonClasses(bson, 6);
  assert.throws(() => new six.ObjectId('xxxxxxxxxxxx'), { name: 'BSONError' });
  assert.ok(six.ObjectId.isValid(5));
});

test('a callback gets the outcome and the call returns nothing; without one there is a promise', async () => {
  const method = withCallback(async (value) => (value === 'bad' ? Promise.reject(new Error('bad')) : value), 0, null);
  assert.equal(await method('good'), 'good');
  const outcomes = await Promise.all(
    ['good', 'bad'].map((value) => new Promise((resolve) => {
      assert.equal(method(value, (...args) => resolve(args)), undefined);
    })),
  );
  assert.deepEqual(outcomes[0], [null, 'good']);
  assert.equal(outcomes[1][0].message, 'bad');
});

test('a function before the first place of a callback is an argument', async () => {
  const forEach = withCallback(async (iterator) => iterator(1), 1, undefined);
  assert.equal(await forEach((value) => value + 1), 2);
  const [error, result] = await new Promise((resolve) => forEach((value) => value + 1, (...args) => resolve(args)));
  assert.deepEqual([error, result], [undefined, 2]);
});
