// Orders get their total, so that lists need no arithmetic. The filter makes it safe to run again after an interruption:
// only orders without a total are read.
const CHUNK = 100;

module.exports = {
  description: 'Store the total of every order',

  async up({ db, log }) {
    const orders = db.collection('orders');
    let writes = [];
    const flush = async () => {
      if (writes.length > 0) {
        await orders.bulkWrite(writes, { ordered: false });
        writes = [];
      }
    };
    let done = 0;
    for await (const order of orders.find({ totalCents: { $exists: false } }).project({ lines: 1 })) {
      const totalCents = order.lines.reduce((sum, line) => sum + line.quantity * line.cents, 0);
      writes.push({ updateOne: { filter: { _id: order._id }, update: { $set: { totalCents } } } });
      done += 1;
      if (writes.length === CHUNK) {
        await flush();
      }
    }
    await flush();
    log.info({ done }, 'orders have a total');
  },

  async down({ db }) {
    await db.collection('orders').updateMany({}, { $unset: { totalCents: '' } });
  },
};
