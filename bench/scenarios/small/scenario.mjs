import assert from 'node:assert/strict';

export default {
  title: 'many migrations of one write each',
  order: 4,
  size: 300,
  quickSize: 20,
  copies: 'size times',
  command: 'up',
  data: 'nothing',
  writes: 'results',
  reach: { wall: 0.5, memory: 0.6 },
  async expect({ database, size }) {
    assert.equal((await database.collection('results').distinct('file')).length, size);
  },
};
