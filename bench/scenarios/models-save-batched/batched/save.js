module.exports = {
  batchSaves: true,

  async up({ models: { Document } }) {
    for await (const person of Document.find().cursor()) {
      person.displayName = `${person.name.first} ${person.name.last}`;
      person.adult = person.age >= 18;
      await person.save();
    }
  },

  async down(db) {
    await db.collection('documents').updateMany({}, { $unset: { displayName: '', adult: '' } });
  },
};
