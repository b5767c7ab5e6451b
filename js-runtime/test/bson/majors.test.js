/** Values of other bson majors, which npm bson 7 refuses and the codec takes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as npm from 'bson';
import bson1 from 'bson1';
import bson4 from 'bson4';
import * as bson5 from 'bson5';
import * as bson6 from 'bson6';
import { calculateObjectSize, serialize } from '../../src/bson/index.js';

const HEX = '65f0a1b2c3d4e5f601234567';
const BYTES = Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex');

/** The same values as every major makes them. */
function valuesOf(bson) {
  const ObjectId = bson.ObjectId ?? bson.ObjectID;
  const id = new ObjectId(HEX);
  const decimal = bson.Decimal128.fromString('-12.5E+3');
  return {
    id,
    long: bson.Long.fromString('-9007199254740993'),
    double: new bson.Double(3),
    int: new bson.Int32(7),
    decimal,
    timestamp: bson.Timestamp.fromBits
      ? bson.Timestamp.fromBits(5, 1700000000)
      : new bson.Timestamp({ i: 5, t: 1700000000 }),
    binary: new bson.Binary(BYTES, 4),
    old: new bson.Binary(BYTES, 2),
    code: new bson.Code('function () {}'),
    scoped: new bson.Code('x', { a: 1 }),
    regular: new bson.BSONRegExp('a+', 'ix'),
    symbol: new (bson.BSONSymbol ?? bson.Symbol)('sym'),
    reference: new bson.DBRef('coll', id, 'db'),
    smallest: new bson.MinKey(),
    largest: new bson.MaxKey(),
    list: [id, { id }]
  };
}

const expected = npm.serialize(valuesOf(npm));

for (const [name, bson] of Object.entries({ bson1, bson4, bson5, bson6 })) {
  describe(name, () => {
    test('each type has the bytes of major 7', () => {
      const values = valuesOf(bson);
      const ours = valuesOf(npm);
      for (const key of Object.keys(values)) {
        assert.deepEqual(serialize({ [key]: values[key] }), npm.serialize({ [key]: ours[key] }), key);
      }
      assert.deepEqual(serialize(values), expected);
    });

    test('is measured', () => {
      assert.equal(calculateObjectSize(valuesOf(bson)), expected.length);
    });

    test('an id made without arguments keeps its bytes', () => {
      const id = new (bson.ObjectId ?? bson.ObjectID)();
      assert.deepEqual(serialize({ id }), npm.serialize({ id: new npm.ObjectId(id.toHexString()) }));
    });
  });
}

test('a plain object does not pass for a BSON value', () => {
  const fromJson = JSON.parse(`{"_bsontype":"ObjectId","id":"${HEX}"}`);
  assert.throws(() => serialize({ fromJson }), { name: 'BSONVersionError' });
  assert.throws(() => serialize({ fromJson: Object.assign(Object.create(null), fromJson) }), {
    name: 'BSONVersionError'
  });
});

test('an unknown type of this major is refused in the words of npm bson', () => {
  class Odd {
    get _bsontype() {
      return 'Odd';
    }
    get [Symbol.for('@@mdb.bson.version')]() {
      return 7;
    }
  }
  assert.throws(() => serialize({ odd: new Odd() }), {
    name: 'BSONError',
    message: 'Unrecognized or invalid _bsontype: Odd'
  });
});
