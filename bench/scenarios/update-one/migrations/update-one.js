module.exports = {
  async up(db) {
    const collection = db.collection('documents');
    const documents = await collection.find({}, { projection: { age: 1 } }).toArray();
    for (const { _id, age } of documents) {
      await collection.updateOne({ _id }, { $set: { adult: age >= 18, decade: Math.floor(age / 10) } });
    }
  },

  async down(db) {
    await db.collection('documents').updateMany({}, { $unset: { adult: '', decade: '' } });
  },
};
