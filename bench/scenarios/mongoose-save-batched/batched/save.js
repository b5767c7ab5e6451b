const personSchema = (mongoose) => new mongoose.Schema(
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

module.exports = {
  batchSaves: true,

  async up({ mongoose }) {
    const Person = mongoose.model('Person', personSchema(mongoose));
    for await (const person of Person.find().cursor()) {
      person.displayName = `${person.name.first} ${person.name.last}`;
      person.adult = person.age >= 18;
      await person.save();
    }
  },

  async down(db) {
    await db.collection('documents').updateMany({}, { $unset: { displayName: '', adult: '' } });
  },
};
