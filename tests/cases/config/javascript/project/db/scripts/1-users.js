module.exports = {
  description: 'Two users',
  up: (db) => db.collection('users').insertMany([{ _id: 1, name: 'Ada' }, { _id: 2, name: 'Grace' }]),
  down: (db) => db.collection('users').deleteMany({}),
};
