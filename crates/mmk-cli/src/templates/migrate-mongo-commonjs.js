module.exports = {
  /**
   * @param {import('mongodb').Db} db
   * @param {import('mongodb').MongoClient} client
   */
  async up(db, client) {
    // await db.collection('users').updateMany({ role: null }, { $set: { role: 'guest' } });
  },

  /**
   * @param {import('mongodb').Db} db
   * @param {import('mongodb').MongoClient} client
   */
  async down(db, client) {
    // await db.collection('users').updateMany({ role: 'guest' }, { $unset: { role: '' } });
  },
};
