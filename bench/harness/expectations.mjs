/** Checks that several scenarios share: what the script left in the database against what the server itself computes. */
import assert from 'node:assert/strict';

/** One result `{ count, age }` over all documents. */
export async function expectAgesSummed({ database, size }) {
  const [result] = await database.collection('results').find({}, { projection: { _id: 0 } }).toArray();
  const [age] = await database
    .collection('documents')
    .aggregate([{ $group: { _id: null, sum: { $sum: '$age' } } }])
    .toArray();
  assert.deepEqual(result, { count: size, age: age.sum });
}

/** Every document matches the filter. */
export async function expectAll({ database, size }, filter) {
  assert.equal(await database.collection('documents').countDocuments(filter), size);
}

/** Exactly one result, which equals this one. */
export async function expectOneResult({ database }, expected) {
  const results = await database.collection('results').find({}, { projection: { _id: 0 } }).toArray();
  assert.deepEqual(results, [expected]);
}
