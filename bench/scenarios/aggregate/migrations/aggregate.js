const PIPELINE = [
  {
    $group: {
      _id: '$customer',
      people: { $push: { email: '$email', name: '$name', age: '$age', createdAt: '$createdAt', score: '$score', tags: '$tags' } },
    },
  },
];

module.exports = {
  async up(db) {
    let count = 0;
    let age = 0;
    for await (const { people } of db.collection('documents').aggregate(PIPELINE, { allowDiskUse: true })) {
      count += people.length;
      for (const person of people) age += person.age;
    }
    await db.collection('results').insertOne({ count, age });
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
