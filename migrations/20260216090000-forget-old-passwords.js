// Passwords moved to the identity provider. What is deleted here can't be brought back, and the migration says so.
module.exports = {
  description: 'Delete the old password hashes for good',

  async up(db) {
    await db.collection('customers').updateMany({}, { $unset: { password: '' } });
  },

  async down() {
    throw new Error('irreversible: the old password hashes are gone; restore them from a backup taken before this migration');
  },
};
