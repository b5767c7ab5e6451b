// A rename by pipeline: one statement on the server, no document travels.
const rename = (from, to) => [{ $set: { [to]: `$${from}` } }, { $unset: from }];

module.exports = {
  description: 'Rename customers.name to displayName',

  up: (db) => db.collection('customers').updateMany({ name: { $exists: true } }, rename('name', 'displayName')),

  down: (db) => db.collection('customers').updateMany({ displayName: { $exists: true } }, rename('displayName', 'name')),
};
