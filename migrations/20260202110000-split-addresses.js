// Addresses leave the customer and become documents of their own. New collection first, old array last: stopped half-way,
// nothing is lost, and the unique index lets a second run pass over what is there.
module.exports = {
  description: 'Move customers.addresses into their own collection',

  async up(db) {
    const addresses = db.collection('addresses');
    await addresses.createIndex({ customer: 1, position: 1 }, { unique: true });
    for await (const customer of db.collection('customers').find({ 'addresses.0': { $exists: true } })) {
      await addresses.bulkWrite(
        customer.addresses.map((address, position) => ({
          replaceOne: {
            filter: { customer: customer._id, position },
            replacement: { customer: customer._id, position, ...address },
            upsert: true,
          },
        })),
      );
    }
    await db.collection('customers').updateMany({}, { $unset: { addresses: '' } });
  },

  async down(db) {
    const byCustomer = db.collection('addresses').aggregate([
      { $sort: { customer: 1, position: 1 } },
      { $group: { _id: '$customer', addresses: { $push: { kind: '$kind', city: '$city' } } } },
    ]);
    await db.collection('customers').updateMany({}, { $set: { addresses: [] } });
    for await (const { _id, addresses } of byCustomer) {
      await db.collection('customers').updateOne({ _id }, { $set: { addresses } });
    }
    await db.collection('addresses').drop();
  },
};
