const CHUNK = 5000;

module.exports = {
  async up(db) {
    const collection = db.collection('documents');
    let operations = [];
    for await (const document of collection.find()) {
      const fullName = `${document.name.first} ${document.name.last}`;
      const change = { $set: { fullName, city: document.address.city.toUpperCase() }, $unset: { note: '' } };
      operations.push({ updateOne: { filter: { _id: document._id }, update: change } });
      if (operations.length === CHUNK) {
        await collection.bulkWrite(operations);
        operations = [];
      }
    }
    if (operations.length > 0) await collection.bulkWrite(operations);
  },

  async down(db) {
    await db.collection('documents').updateMany({}, { $unset: { fullName: '', city: '' } });
  },
};
