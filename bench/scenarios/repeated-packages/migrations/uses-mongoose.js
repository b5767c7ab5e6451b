const path = require('path');
const mongoose = require('mongoose');

const accountSchema = new mongoose.Schema({ name: { type: String, required: true }, tags: [String] });

module.exports = {
  async up(db) {
    await db.collection('results').insertOne({ file: path.basename(__filename), paths: Object.keys(accountSchema.paths).length });
  },

  async down(db) {
    await db.collection('results').deleteMany({ file: path.basename(__filename) });
  },
};
