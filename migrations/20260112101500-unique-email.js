// Two customers must not share an address, whatever the case they typed it in. Clean the data first, then let the index guard it.
module.exports = {
  description: 'Normalise e-mail addresses and make them unique',

  async up(db) {
    await db.collection('customers').updateMany({}, [{ $set: { email: { $toLower: { $trim: { input: '$email' } } } } }]);
    await db.collection('customers').createIndex({ email: 1 }, { unique: true, name: 'email_unique' });
  },

  // The addresses stay clean: what was typed before is gone, and nobody misses it.
  async down(db) {
    await db.collection('customers').dropIndex('email_unique');
  },
};
