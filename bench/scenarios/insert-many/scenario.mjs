import assert from 'node:assert/strict';

export default {
  title: '`insertMany` of 200,000 documents in chunks of 10,000',
  order: 9,
  size: 200_000,
  quickSize: 12_000,
  command: 'up',
  data: 'nothing',
  writes: 'results',
  reach: { wall: 0.7, memory: 0.6 },
  async expect({ database, size }) {
    const [{ documents, sum }] = await database
      .collection('events')
      .aggregate([{ $group: { _id: null, documents: { $sum: 1 }, sum: { $sum: '$count' } } }])
      .toArray();
    assert.deepEqual({ documents, sum }, { documents: size, sum: (size * (size - 1)) / 2 });
  },
};
