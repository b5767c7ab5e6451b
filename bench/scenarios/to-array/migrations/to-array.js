module.exports = {
  async up(db) {
    const documents = await db.collection('documents').find().toArray();
    const age = documents.reduce((sum, document) => sum + document.age, 0);
    await db.collection('results').insertOne({ count: documents.length, age });
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
