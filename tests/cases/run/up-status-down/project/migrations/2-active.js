module.exports = {
  up: (db) => db.collection('users').updateMany({}, { $set: { active: true } }),
  down: (db) => db.collection('users').updateMany({}, { $unset: { active: '' } }),
};
