module.exports = {
  async up(db) {
    await db.collection("a"
  },
};
