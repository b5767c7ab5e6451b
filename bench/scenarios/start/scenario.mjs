import assert from 'node:assert/strict';

export default {
  title: '`status` with 3 pending migrations',
  order: 1,
  size: 3,
  quickSize: 3,
  command: 'status',
  data: 'nothing',
  writes: 'results',
  reach: { wall: 0.2, memory: 0.6 },
  async expect({ database, output }) {
    for (const name of ['1-create-accounts.js', '2-fill-accounts.js', '3-index-accounts.js']) {
      assert.ok(output.includes(name), `\`status\` does not list ${name}`);
    }
    assert.equal((output.match(/pending/gi) ?? []).length >= 3, true, '`status` does not call all three pending');
    assert.equal(await database.collection('results').countDocuments(), 0);
  },
};
