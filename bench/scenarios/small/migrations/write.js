module.exports = {
  async up(db) {
    await db.collection('results').insertOne({ file: __filename.split('/').pop() });
  },

  async down(db) {
    await db.collection('results').deleteOne({ file: __filename.split('/').pop() });
  },
};
