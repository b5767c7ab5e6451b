/** The matching rules of the unified format, on values a driver returns. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as BSON from 'bson';

import { Matcher } from '../../spec-runner/match.js';
import { compareVersions, skipReason } from '../../spec-runner/requirements.js';
import { withSingleHost, withUriOptions } from '../../spec-runner/connection_string.js';

const entities = { get: () => new BSON.ObjectId('64b7f0000000000000000001'), sessionLsid: () => ({ id: new BSON.UUID('00112233445566778899aabbccddeeff').toBinary() }) };
const matcher = new Matcher({ BSON }, entities);
const matches = (actual, expected) => assert.doesNotThrow(() => matcher.matchRoot(actual, expected, 'value'));
const differs = (actual, expected) => assert.throws(() => matcher.matchRoot(actual, expected, 'value'), { name: 'Mismatch' });

test('keys that the file does not name are allowed at the root only', () => {
  matches({ a: 1, b: 2 }, { a: 1 });
  matches([{ a: 1, b: 2 }], [{ a: 1 }]);
  differs({ a: { b: 1, c: 2 } }, { a: { b: 1 } });
  matches({ a: { b: 1, c: undefined } }, { a: { b: 1 } });
});

test('numbers compare by value, whatever their BSON type', () => {
  matches({ a: BSON.Long.fromNumber(3), b: new BSON.Int32(3), c: 3n, d: new BSON.Double(3) }, { a: 3, b: 3, c: 3, d: 3 });
  differs({ a: '3' }, { a: 3 });
  matches({ a: NaN }, { a: NaN });
});

test('operators', () => {
  matches({}, { a: { $$exists: false } });
  differs({}, { a: { $$exists: true } });
  matches({}, { a: { $$unsetOrMatches: 1 } });
  differs({ a: 2 }, { a: { $$unsetOrMatches: 1 } });
  matches({ a: BSON.Long.fromNumber(1) }, { a: { $$type: ['int', 'long'] } });
  differs({ a: 1.5 }, { a: { $$type: ['int', 'long'] } });
  matches({ a: 1.5 }, { a: { $$type: 'number' } });
  matches({ a: new BSON.ObjectId('64b7f0000000000000000001') }, { a: { $$matchesEntity: 'x' } });
  matches({ lsid: { id: new BSON.UUID('00112233445566778899aabbccddeeff').toBinary() } }, { lsid: { $$sessionLsid: 's' } });
  matches(Uint8Array.of(1, 171), { $$matchesHexBytes: '01ab' });
  differs(Uint8Array.of(1), { $$matchesHexBytes: '01ab' });
  matches({ a: 2 }, { a: { $$lte: 2 } });
  differs({ a: 3 }, { a: { $$lte: 2 } });
  matches({ a: '{"x": {"$numberInt": "1"}}' }, { a: { $$matchAsDocument: { x: 1 } } });
  matches({ a: { x: 1, y: 2 } }, { a: { $$matchAsRoot: { x: 1 } } });
  differs({ a: 1 }, { a: { $$unknown: 1 } });
});

test('a Map is compared as a document', () => {
  matches({ sort: new Map([['a', 1]]) }, { sort: { a: 1 } });
});

test('requirements name what is missing', () => {
  const server = { version: '6.0.5', topology: 'replicaset', parameters: { enableTestCommands: true }, auth: false, authMechanisms: [] };
  assert.equal(skipReason([{ minServerVersion: '7.0' }, { minServerVersion: '4.0', topologies: ['replicaset'] }], server), null);
  assert.equal(skipReason([{ minServerVersion: '7.0' }], server), 'needs server >= 7.0');
  assert.equal(skipReason([{ topologies: ['sharded-replicaset'], auth: true }], server), 'needs topology sharded-replicaset and authentication');
  assert.equal(skipReason([{ serverParameters: { enableTestCommands: true } }], server), null);
  assert.ok(compareVersions('4.2.99', '4.2.100') < 0 && compareVersions('6.0', '6.0.0') === 0);
});

test('connection strings', () => {
  assert.equal(withUriOptions('mongodb://h:1', { w: 1 }), 'mongodb://h:1/?w=1');
  assert.equal(withUriOptions('mongodb://h/db?W=2&a=b', { w: 'majority' }), 'mongodb://h/db?a=b&w=majority');
  assert.equal(withSingleHost('mongodb://u:p@a:1,b:2/x?y=1'), 'mongodb://u:p@a:1/x?y=1');
});
