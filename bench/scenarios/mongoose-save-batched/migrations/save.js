const mongoose = require('mongoose');

const personSchema = new mongoose.Schema(
  {
    name: { first: String, last: String },
    email: { type: String, required: true, lowercase: true },
    age: Number,
    state: { type: String, enum: ['open', 'paid', 'shipped', 'returned'] },
    tags: [String],
    createdAt: Date,
    displayName: String,
    adult: Boolean,
  },
  { collection: 'documents', versionKey: false },
);

async function backfill(connection) {
  const Person = connection.model('Person', personSchema);
  for await (const person of Person.find().cursor()) {
    person.displayName = `${person.name.first} ${person.name.last}`;
    person.adult = person.age >= 18;
    await person.save();
  }
}

module.exports = {
  async up(db) {
    const connection = await mongoose.createConnection(process.env.BENCH_URI, { dbName: db.databaseName }).asPromise();
    try {
      await backfill(connection);
    } finally {
      await connection.close();
    }
  },

  async down(db) {
    await db.collection('documents').updateMany({}, { $unset: { displayName: '', adult: '' } });
  },
};
