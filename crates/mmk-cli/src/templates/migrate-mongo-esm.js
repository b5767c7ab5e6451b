/**
 * @param {import('mongodb').Db} db
 * @param {import('mongodb').MongoClient} client
 */
export const up = async (db, client) => {
  // await db.collection('users').updateMany({ role: null }, { $set: { role: 'guest' } });
};

/**
 * @param {import('mongodb').Db} db
 * @param {import('mongodb').MongoClient} client
 */
export const down = async (db, client) => {
  // await db.collection('users').updateMany({ role: 'guest' }, { $unset: { role: '' } });
};
