// Every new customer gets fifty points and the ledger says why: both or neither. With `useTransaction` every call made through `db`
// joins the transaction; no `{ session }` to forget.
const WELCOME = 50;

module.exports = {
  description: 'Grant welcome points to customers who have none',
  useTransaction: true,

  async up(db) {
    const customers = db.collection('customers');
    const fresh = await customers.find({ points: 0 }).toArray();
    for (const { _id } of fresh) {
      await customers.updateOne({ _id }, { $inc: { points: WELCOME } });
      await db.collection('ledger').insertOne({ customer: _id, points: WELCOME, reason: 'welcome' });
    }
  },

  async down(db) {
    const ledger = db.collection('ledger');
    for (const { _id, customer, points } of await ledger.find({ reason: 'welcome' }).toArray()) {
      await db.collection('customers').updateOne({ _id: customer }, { $inc: { points: -points } });
      await ledger.deleteOne({ _id });
    }
  },
};
