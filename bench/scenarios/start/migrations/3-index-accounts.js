module.exports = {
  async up(db) {
    await db.collection('results').insertOne({ file: __filename });
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
