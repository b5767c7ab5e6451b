/** The drivers' BSON corpus (canonical bytes, extended JSON, refusals). Data: see specifications.mjs; skipped without it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BSONSymbol, Decimal128, EJSON, deserialize, serialize } from '../../src/bson/index.js';
import { specificationFolder } from './specifications.mjs';

const KEEP_TYPES = { promoteValues: false, bsonRegExp: true };

/**
 * Extended JSON with superfluous fields or wrong inner types, which npm bson's EJSON takes (its NODE-3637). Scripts get
 * npm's EJSON, so its leniency is part of what must stay; a refusal that npm adds will show up here.
 */
const TAKEN_BY_NPM = new Set([
  'Bad $regularExpression (extra field)',
  'Bad $regularExpression (missing options field)',
  'Bad $oid (extra field)',
  'Bad $numberInt (number, not string)',
  'Bad $numberInt (extra field)',
  'Bad $numberLong (extra field)',
  'Bad $numberDouble (number, not string)',
  'Bad $numberDouble (extra field)',
  'Bad $numberDecimal (extra field)',
  'Bad $binary (type is number, not string)',
  'Bad $binary (missing $type)',
  'Bad $binary (extra field)',
  'Bad $code (type is number, not string)',
  'Bad $code (type is number, not string) when $scope is also present',
  'Bad $code (extra field)',
  'Bad $code with $scope (scope is number, not doc)',
  'Bad $date (extra field)',
  'Bad $minKey (boolean, not integer)',
  'Bad $minKey (wrong integer)',
  'Bad $minKey (extra field)',
  'Bad $maxKey (boolean, not integer)',
  'Bad $maxKey (wrong integer)',
  'Bad $maxKey (extra field)',
  'Bad DBpointer (extra field)'
]);

const upper = (bytes) => Buffer.from(bytes).toString('hex').toUpperCase();
const decode = (hex) => deserialize(Buffer.from(hex, 'hex'), KEEP_TYPES);
const encode = (document) => upper(serialize(document, { ignoreUndefined: false }));

/** Parsed, with doubles by value: npm writes `1234567892123200000.0` where the corpus has `1.2345678921232E+18`. */
const comparable = (json) =>
  JSON.stringify(JSON.parse(json), (key, value) => (key === '$numberDouble' ? String(Number(value)) : value));

function checkBytes(sample) {
  assert.equal(encode(decode(sample.canonical_bson)), sample.canonical_bson.toUpperCase(), 'bytes come back');
  if (sample.degenerate_bson) {
    assert.equal(
      encode(decode(sample.degenerate_bson)),
      sample.canonical_bson.toUpperCase(),
      'degenerate bytes are mended'
    );
  }
}

/** Deprecated types become their successors (symbol a string, undefined null, DBPointer a DBRef). */
function checkConvertedBytes(sample) {
  const document = decode(sample.canonical_bson);
  for (const [key, value] of Object.entries(document)) {
    if (value instanceof BSONSymbol) document[key] = value.value;
  }
  assert.equal(encode(document), sample.converted_bson.toUpperCase());
}

function checkJson(sample, canonicalBytes, canonicalJson) {
  const document = decode(canonicalBytes);
  assert.equal(
    comparable(EJSON.stringify(document, { relaxed: false })),
    comparable(canonicalJson),
    'canonical extended JSON'
  );
  if (sample.relaxed_extjson) {
    const relaxed = EJSON.stringify(document, { relaxed: true });
    assert.equal(comparable(relaxed), comparable(sample.relaxed_extjson), 'relaxed extended JSON');
  }
  if (sample.lossy) return;
  for (const json of [canonicalJson, sample.degenerate_extjson]) {
    if (!json) continue;
    assert.equal(
      encode(EJSON.parse(json, { relaxed: false })),
      canonicalBytes.toUpperCase(),
      'extended JSON gives the bytes'
    );
  }
}

function checkParseError(sample, bsonType) {
  const parse =
    bsonType === '0x13'
      ? () => Decimal128.fromString(sample.string)
      : () => serialize(EJSON.parse(sample.string, { relaxed: false }));
  if (TAKEN_BY_NPM.has(sample.description)) assert.doesNotThrow(parse);
  else assert.throws(parse);
}

const folder = specificationFolder('bson-corpus');
if (folder === null) {
  console.log('skipped: no bson-corpus found (set MMK_SPECS_DIR)');
} else {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const corpus = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    describe(file, () => {
      for (const sample of corpus.valid ?? []) {
        test(sample.description, () => {
          if (sample.converted_bson === undefined) {
            checkBytes(sample);
            checkJson(sample, sample.canonical_bson, sample.canonical_extjson);
          } else {
            checkConvertedBytes(sample);
            checkJson(sample, sample.converted_bson, sample.converted_extjson);
          }
        });
      }
      for (const sample of corpus.decodeErrors ?? []) {
        test(`refused bytes: ${sample.description}`, () => {
          assert.throws(() => deserialize(Buffer.from(sample.bson, 'hex')), { name: 'BSONError' });
        });
      }
      for (const sample of corpus.parseErrors ?? []) {
        test(`refused text: ${sample.description}`, () => checkParseError(sample, corpus.bson_type));
      }
    });
  }
}
