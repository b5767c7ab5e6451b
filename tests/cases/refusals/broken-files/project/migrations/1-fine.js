module.exports = { up: (db) => db.collection('a').insertOne({}), down() {} };
