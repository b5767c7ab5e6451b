module.exports = {
  async up(db) {
    let count = 0;
    let age = 0;
    for await (const document of db.collection('documents').find()) {
      count += 1;
      age += document.age;
    }
    await db.collection('results').insertOne({ count, age });
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
