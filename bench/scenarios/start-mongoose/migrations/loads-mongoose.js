const mongoose = require('mongoose');

const accountSchema = new mongoose.Schema({ name: { type: String, required: true }, tags: [String] });

module.exports = {
  async up(db) {
    const paths = Object.keys(accountSchema.paths).sort();
    await db.collection('results').insertOne({ paths });
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
