// The shop opens: customers and orders as the first version of the application wrote them.
const customers = [
  { name: 'Ada Lovelace', email: 'ada@example.com ', password: 'md5:5f4d', points: 120, addresses: [{ kind: 'home', city: 'London' }, { kind: 'office', city: 'Ockham' }] },
  { name: 'Grace Hopper', email: 'Grace@Example.com', password: 'md5:9bc3', points: 40, addresses: [{ kind: 'home', city: 'New York' }] },
  { name: 'Annie Easley', email: 'annie@example.com', password: 'md5:1a1d', points: 0, addresses: [] },
];

module.exports = {
  description: 'Create customers and orders with the first sample data',

  async up(db) {
    const { insertedIds } = await db.collection('customers').insertMany(customers.map((customer) => ({ ...customer })));
    const orders = [];
    for (let number = 1; number <= 300; number++) {
      orders.push({
        number,
        customer: insertedIds[number % customers.length],
        lines: [
          { item: 'tea', quantity: 1 + (number % 4), cents: 450 },
          { item: 'cup', quantity: number % 3, cents: 1250 },
        ],
      });
    }
    await db.collection('orders').insertMany(orders);
  },

  async down(db) {
    await db.collection('orders').drop();
    await db.collection('customers').drop();
  },
};
