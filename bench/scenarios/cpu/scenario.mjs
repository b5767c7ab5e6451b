import assert from 'node:assert/strict';

export default {
  title: 'a loop that only computes: text, numbers, a map, a sort',
  order: 10,
  size: 800_000,
  quickSize: 10_000,
  command: 'up',
  data: 'nothing',
  writes: 'results',
  reach: { wall: 1.0, memory: 0.6 },
  async expect({ database, size }) {
    const [result] = await database.collection('results').find().toArray();
    const known = { 800_000: 275_589_743, 200_000: 767_430_415, 10_000: 277_101_255 };
    assert.equal(result.hash, known[size]);
  },
};
